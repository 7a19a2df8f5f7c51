// Routes of the second version that answer with a series: each is a row of a table, all work alike.
import type { Operation, Schema, Services } from '../operation.ts';
import type { Metric } from './points.ts';
import { NO_USE } from './amounts.ts';
import { seriesAnswer, text, WINDOW_QUERY } from './schemas.ts';
import { seriesOf } from './series.ts';
import { usageRows, type Asked, type Filter, type Traffic } from './usage-rows.ts';
import { scopeOf, type Scope } from './visible.ts';
import { stretchOf, type BucketName, type WindowName } from './window.ts';
import type { UsageRow } from '../../ledger/ledger.ts';

/** What a client may narrow a series or a breakdown to: the dimension, and how answers call it. */
export const FILTERS = {
  model: { dimension: 'model', type: 'model', schema: text('Name of a model, as applications ask for it.') },
  apiKeyId: { dimension: 'key', type: 'apiKey', schema: text('Id of a key of a repository.') },
  aiLlmId: { dimension: 'llm', type: 'aiLlm', schema: text('Id of an AI LLM configuration.') },
  userId: {
    dimension: 'user',
    type: 'user',
    schema: text('User, as applications name them in their metadata; of conversations, the caller.'),
  },
} as const;
export type FilterName = keyof typeof FILTERS;
export const FILTER_NAMES = Object.keys(FILTERS) as FilterName[];

export interface SeriesQuery extends Partial<Record<FilterName | 'ruleId', string>> {
  scope: Scope;
  id?: string;
  window: WindowName;
  timeBucketSize?: BucketName;
}

export interface SeriesRoute {
  id: string;
  path: string;
  tag: string;
  summary: string;
  rights: string;
  metric: Metric;
  traffic: Traffic;
  /** Plural, as RBAC names it: what the caller has to be allowed to list. */
  resource: string;
  filters: readonly FilterName[];
  /** Rows of one rule. Undefined: the route has no ruleId. */
  ofRule?: (rule: string, asked: Asked, services: Services) => Promise<readonly UsageRow[]>;
}

const RULE = text('Id of a policy.');

export function filterOf(query: Partial<Record<FilterName, string>>, names: readonly FilterName[]): Filter {
  return Object.fromEntries(names.flatMap((name) => (query[name] === undefined ? [] : [[FILTERS[name].dimension, [query[name]]]])));
}

/** Of several filters the first, since answers have room for one. */
function resourceFilter(query: SeriesQuery, names: readonly FilterName[]): object {
  const given = names.find((name) => query[name] !== undefined);
  if (query.ruleId !== undefined) return { resourceFilter: { type: 'rule', id: query.ruleId } };
  return given === undefined ? {} : { resourceFilter: { type: FILTERS[given].type, id: query[given] } };
}

export function filterSchemas(names: readonly FilterName[], hasRule: boolean): Record<string, Schema> {
  return { ...Object.fromEntries(names.map((name) => [name, FILTERS[name].schema])), ...(hasRule ? { ruleId: RULE } : {}) };
}

export const STATS_ERRORS = {
  400: 'a parameter is missing or not valid, or the buckets are too small for the window',
  403: 'no right to what the scope names',
  404: 'no repository has this id',
} as const;

export function seriesOperation(route: SeriesRoute): Operation<Services, never, SeriesQuery> {
  const { id, path, tag, summary, rights, metric, traffic, resource, filters, ofRule } = route;
  return {
    id,
    method: 'get',
    path,
    tag,
    summary,
    rights,
    query: { ...WINDOW_QUERY, ...filterSchemas(filters, ofRule !== undefined) },
    answer: seriesAnswer(Object.keys(metric.point(NO_USE))),
    errors: STATS_ERRORS,
    async handle({ query, access }, services) {
      const stretch = stretchOf(query.window, query.timeBucketSize, services.clock.now());
      const scoped = await scopeOf(query, resource, { access, objects: services.objects });
      const asked: Asked = { ...scoped, stretch, traffic, groupBy: [], filter: filterOf(query, filters), buckets: true };
      const rows =
        query.ruleId !== undefined && ofRule !== undefined ? await ofRule(query.ruleId, asked, services) : await usageRows(asked, services);
      return {
        success: true,
        meta: {
          start: stretch.start,
          end: stretch.end,
          scope: query.scope,
          ...(query.id === undefined ? {} : { scopeId: query.id }),
          window: query.window,
          timeBucketSize: stretch.bucketName,
          ...resourceFilter(query, filters),
        },
        ...seriesOf(rows, stretch, metric),
      };
    },
  };
}
