// Routes of the second version that answer with a series: each is a row of a table, all work alike.
import { ApiError, type Operation, type Schema, type Services } from '../operation.ts';
import type { Metric } from './points.ts';
import { NO_USE } from './amounts.ts';
import { seriesAnswer, text, WINDOW_QUERY } from './schemas.ts';
import { seriesOf } from './series.ts';
import { usageRows, type Asked, type Filter, type Traffic } from './usage-rows.ts';
import { scopeOf, type Scope } from './visible.ts';
import { stretchOf, type BucketName, type Stretch, type WindowName } from './window.ts';
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
type FilterName = keyof typeof FILTERS;
const FILTER_NAMES = Object.keys(FILTERS) as FilterName[];

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
  /** Rows of one rule. Undefined: the route has no ruleId. */
  ofRule?: (rule: string, asked: Asked, services: Services) => Promise<readonly UsageRow[]>;
}

const RULE = text('Id of a policy.');
const NO_RULE = text('Refused: what is counted here belongs to no single policy.');

export function filterOf(query: Partial<Record<FilterName, string>>): Filter {
  return Object.fromEntries(FILTER_NAMES.flatMap((name) => (query[name] === undefined ? [] : [[FILTERS[name].dimension, [query[name]]]])));
}

/** Of several filters the first, since answers have room for one. */
function resourceFilter(query: SeriesQuery): object {
  const given = FILTER_NAMES.find((name) => query[name] !== undefined);
  if (query.ruleId !== undefined) return { resourceFilter: { type: 'rule', id: query.ruleId } };
  return given === undefined ? {} : { resourceFilter: { type: FILTERS[given].type, id: query[given] } };
}

export function filterSchemas(hasRule: boolean): Record<string, Schema> {
  return { ...Object.fromEntries(FILTER_NAMES.map((name) => [name, FILTERS[name].schema])), ruleId: hasRule ? RULE : NO_RULE };
}

/** Numbers of everything would be taken for those of the policy. @throws ApiError 400. */
export function demandAnswerable({ ruleId }: Pick<SeriesQuery, 'ruleId'>, hasRule: boolean): void {
  if (ruleId === undefined || hasRule) return;
  throw new ApiError(400, 'ruleId: what is counted here belongs to no single policy; leave it out, or ask /v2/stats/policies');
}

export const STATS_ERRORS = {
  400: 'a parameter is missing or not valid, or the buckets are too small for the window',
  403: 'no right to what the scope names',
  404: 'no repository has this id',
} as const;

/** What every answer says of the question that it answers. */
export function windowMeta({ scope, id, window }: Pick<SeriesQuery, 'scope' | 'id' | 'window'>, { start, end, bucketName }: Stretch): object {
  return { start, end, scope, ...(id === undefined ? {} : { scopeId: id }), window, timeBucketSize: bucketName };
}

export function seriesOperation(route: SeriesRoute): Operation<Services, never, SeriesQuery> {
  const { id, path, tag, summary, rights, metric, traffic, resource, ofRule } = route;
  return {
    id,
    method: 'get',
    path,
    tag,
    summary,
    rights,
    query: { ...WINDOW_QUERY, ...filterSchemas(ofRule !== undefined) },
    answer: seriesAnswer(Object.keys(metric.point(NO_USE))),
    errors: STATS_ERRORS,
    async handle({ query, access }, services) {
      demandAnswerable(query, ofRule !== undefined);
      const stretch = stretchOf(query.window, query.timeBucketSize, services.clock.now());
      const scoped = await scopeOf(query, resource, { access, objects: services.objects });
      const { conversations } = metric;
      const asked: Asked = { ...scoped, stretch, traffic, groupBy: [], filter: filterOf(query), buckets: true, conversations };
      const rows =
        query.ruleId !== undefined && ofRule !== undefined ? await ofRule(query.ruleId, asked, services) : await usageRows(asked, services);
      return {
        success: true,
        meta: {
          ...windowMeta(query, stretch),
          ...resourceFilter(query),
        },
        ...seriesOf(rows, stretch, metric),
      };
    },
  };
}
