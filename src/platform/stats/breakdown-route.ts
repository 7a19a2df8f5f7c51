// Routes of the second version that answer with entities: workspaces, repositories, models and whatever else use is told apart by.
import type { Dimension, UsageRow } from '../../ledger/ledger.ts';
import type { Objects, Operation, Services } from '../operation.ts';
import { isNothing, NO_USE, type Use } from './amounts.ts';
import type { Metric } from './points.ts';
import { BREAKDOWN_QUERY, breakdownAnswer } from './schemas.ts';
import { demandFewPoints, entitiesOf, rank, seriesOf, type Entity } from './series.ts';
import { demandAnswerable, filterOf, filterSchemas, STATS_ERRORS, windowMeta, type SeriesQuery } from './series-route.ts';
import { usageRows, type Asked, type Traffic } from './usage-rows.ts';
import { scopeOf } from './visible.ts';
import { stretchOf } from './window.ts';

export interface BreakdownQuery extends SeriesQuery {
  includeSeries: boolean;
  limit: number;
  offset: number;
}

export interface BreakdownRoute {
  id: string;
  path: string;
  tag: string;
  summary: string;
  rights: string;
  /** Last part of the path, as answers repeat it. */
  by: string;
  metric: Metric;
  traffic: Traffic;
  resource: string;
  /** Entities over the whole stretch. */
  entities(asked: Asked, query: BreakdownQuery, services: Services): Promise<Entity[]>;
  /** Rows per bucket of some entities, by their ids; without those that have none. */
  rows(
    entities: readonly string[],
    asked: Asked,
    query: BreakdownQuery,
    services: Services,
  ): Promise<ReadonlyMap<string, readonly UsageRow[]>>;
  nameOf(id: string, objects: Objects): string | undefined;
  hasRule: boolean;
  /** What totals say besides, for the entities of a page. */
  more?: {
    names: readonly string[];
    of(page: readonly Entity[], asked: Asked, services: Services): Promise<ReadonlyMap<Entity, Record<string, number>>>;
  };
}

/** How entities of a dimension are found: by the ledger. */
export function byDimension(dimension: Dimension): Pick<BreakdownRoute, 'entities' | 'rows' | 'hasRule'> {
  return {
    hasRule: false,
    entities: async (asked, _query, services) =>
      entitiesOf(await usageRows({ ...asked, groupBy: [dimension], buckets: false }, services), dimension),
    rows: async (entities, asked, _query, services) => {
      const rows = await usageRows({ ...asked, groupBy: [dimension], filter: { ...asked.filter, [dimension]: entities } }, services);
      return Map.groupBy(rows, ({ dimensions }) => dimensions[dimension] ?? '');
    },
  };
}

/** Whether an entity has anything of what is asked for. */
function counts(use: Use, { point }: Metric): boolean {
  return !isNothing(use) && Object.values(point(use)).some((value) => value !== 0);
}

async function entitiesOfPage(
  page: readonly Entity[],
  asked: Asked,
  query: BreakdownQuery,
  { metric, more, rows, nameOf }: BreakdownRoute,
  services: Services,
): Promise<object[]> {
  const ids = page.map(({ id }) => id);
  const inBuckets = { ...asked, groupBy: [], buckets: true };
  const rowsOf = query.includeSeries && ids.length > 0 ? await rows(ids, inBuckets, query, services) : undefined;
  const moreOf = page.length > 0 ? await more?.of(page, asked, services) : undefined;
  return page.map((entity) => {
    const name = nameOf(entity.id, services.objects);
    return {
      entityId: entity.id,
      ...(name === undefined ? {} : { entityName: name }),
      totals: { ...metric.point(entity.use), ...moreOf?.get(entity) },
      ...(rowsOf === undefined ? {} : { series: seriesOf(rowsOf.get(entity.id) ?? [], asked.stretch, metric).series }),
    };
  });
}

export function breakdownOperation(route: BreakdownRoute): Operation<Services, never, BreakdownQuery> {
  const { id, path, tag, summary, rights, by, metric, traffic, resource, hasRule, more } = route;
  return {
    id,
    method: 'get',
    path,
    tag,
    summary,
    rights,
    query: { ...BREAKDOWN_QUERY, ...filterSchemas(hasRule) },
    answer: breakdownAnswer(Object.keys(metric.point(NO_USE)), more?.names),
    errors: STATS_ERRORS,
    async handle({ query, access }, services) {
      demandAnswerable(query, hasRule);
      const stretch = stretchOf(query.window, query.timeBucketSize, services.clock.now());
      const scoped = await scopeOf(query, resource, { access, objects: services.objects });
      const narrowed = { ...scoped, stretch, traffic, groupBy: [], filter: filterOf(query), buckets: false };
      const asked: Asked = { ...narrowed, conversations: metric.conversations };
      const all = await route.entities({ ...asked, conversations: asked.conversations || more !== undefined }, query, services);
      const found = all.filter(({ use }) => counts(use, metric));
      const { page, total, sum } = rank(found, metric, query);
      if (query.includeSeries) demandFewPoints(page.length, stretch);
      return {
        success: true,
        meta: {
          ...windowMeta(query, stretch),
          breakdownBy: by,
          includesSeries: query.includeSeries,
          limit: query.limit,
          offset: query.offset,
          totalEntities: total,
        },
        summary: { total: sum },
        entities: await entitiesOfPage(page, asked, query, route, services),
      };
    },
  };
}
