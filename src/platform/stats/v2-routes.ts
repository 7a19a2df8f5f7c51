// The routes under /v2/stats as a table.
import type { Kind } from '../../api/resources.ts';
import type { Dimension } from '../../ledger/ledger.ts';
import type { Operation, Services } from '../operation.ts';
import { aiTypeOf, displayNameOf } from '../wire.ts';
import { breakdownOperation, byDimension, type BreakdownRoute } from './breakdown-route.ts';
import { AI, ENFORCEMENT, POLICIES, POLICY_TOKENS, PRIVATE_CHAT, type Metric } from './points.ts';
import { rowsByGroup, ruleRows, violationEntities } from './rule-rows.ts';
import { seriesOperation } from './series-route.ts';
import { usageRows, type Traffic } from './usage-rows.ts';

interface Area {
  path: string;
  tag: string;
  resource: string;
  rights: string;
  traffic: Traffic;
}

const LIST_REPOSITORIES = 'list on repositories, in each namespace whose use is counted';
const LIST_POLICIES = 'list on aipolicies, in each namespace whose violations are counted';

const AREAS = {
  ai: {
    path: '/v2/stats/ai',
    tag: 'Statistics',
    resource: 'repositories',
    rights: LIST_REPOSITORIES,
    traffic: 'applications',
  },
  chat: {
    path: '/v2/stats/private-chat',
    tag: 'Statistics',
    resource: 'repositories',
    rights: LIST_REPOSITORIES,
    traffic: 'conversations',
  },
  policies: {
    path: '/v2/stats/policies',
    tag: 'Statistics',
    resource: 'aipolicies',
    rights: LIST_POLICIES,
    traffic: 'all',
  },
} as const satisfies Record<string, Area>;

/** Undefined: the object is gone. */
function nameOfObject(kind: Kind): BreakdownRoute['nameOf'] {
  return (id, objects) => {
    const found = objects.byUid(kind, id);
    return found === undefined ? undefined : displayNameOf(found);
  };
}

const itself = (id: string): string | undefined => (id === '' ? undefined : id);

/** Last part of the path -> what entities are told apart by, and how they are named. */
const AI_ENTITIES: Readonly<Record<string, { dimension: Dimension; nameOf: BreakdownRoute['nameOf'] }>> = {
  workspaces: { dimension: 'workspace', nameOf: itself },
  repos: { dimension: 'repository', nameOf: nameOfObject('Repository') },
  models: { dimension: 'model', nameOf: itself },
  providers: { dimension: 'provider', nameOf: (id) => aiTypeOf(id) },
  nodes: { dimension: 'host', nameOf: itself },
  aiConfigs: { dimension: 'llm', nameOf: nameOfObject('AILLMConfig') },
};

const capital = (word: string): string => `${word.charAt(0).toUpperCase()}${word.slice(1)}`;

function breakdown(
  area: Area & { path: string },
  name: string,
  by: string,
  metric: Metric,
  rest: Omit<BreakdownRoute, 'id' | 'path' | 'tag' | 'summary' | 'rights' | 'by' | 'metric' | 'traffic' | 'resource'>,
): Operation<Services> {
  const { path, tag, rights, traffic, resource } = area;
  const summary = `The ${by} behind it, the greatest first`;
  return breakdownOperation({
    id: `${name}By${capital(by)}`,
    path: `${path}/breakdown/${by}`,
    tag,
    summary,
    rights,
    by,
    metric,
    traffic,
    resource,
    ...rest,
  });
}

const byRule: Pick<BreakdownRoute, 'entities' | 'rows' | 'hasRule'> = {
  hasRule: true,
  entities: (asked, { ruleId }, services) =>
    violationEntities({ of: 'policy', rules: ruleId === undefined ? undefined : [ruleId] }, asked, services),
  rows: (entities, asked, _query, services) => rowsByGroup({ of: 'policy', rules: entities }, asked, services),
};

const byUser: Pick<BreakdownRoute, 'entities' | 'rows' | 'hasRule'> = {
  hasRule: true,
  entities: (asked, query, services) =>
    query.ruleId === undefined
      ? byDimension('user').entities(asked, query, services)
      : violationEntities({ of: 'user', rules: [query.ruleId] }, asked, services),
  rows: (entities, asked, query, services) =>
    query.ruleId === undefined
      ? byDimension('user').rows(entities, asked, query, services)
      : rowsByGroup({ of: 'user', rules: [query.ruleId] }, { ...asked, filter: { ...asked.filter, user: entities } }, services),
};

/** How much a user talks, and when last: the start of the bucket, since the ledger has no finer time. */
const ACTIVITY: NonNullable<BreakdownRoute['more']> = {
  names: ['conversationsCount', 'lastActiveAt'],
  async of(page, asked, services) {
    const user = page.map(({ id }) => id);
    const rows = await usageRows({ ...asked, groupBy: ['user'], buckets: true, filter: { ...asked.filter, user } }, services);
    const lasts = new Map<string, number>();
    for (const { at, dimensions, amounts } of rows) {
      const id = dimensions.user ?? '';
      if (amounts.requests > 0) lasts.set(id, Math.max(at, lasts.get(id) ?? 0));
    }
    return new Map(
      page.map((entity) => {
        const last = lasts.get(entity.id);
        return [entity, { conversationsCount: entity.use.conversations, ...(last === undefined ? {} : { lastActiveAt: last }) }];
      }),
    );
  },
};

const { ai, chat, policies } = AREAS;

export const V2_OPERATIONS: readonly Operation<Services>[] = [
  seriesOperation({ ...ai, id: 'aiSeries', summary: 'Use of models by applications over time', metric: AI }),
  ...Object.entries(AI_ENTITIES).map(([by, { dimension, nameOf }]) => breakdown(ai, 'ai', by, AI, { ...byDimension(dimension), nameOf })),
  seriesOperation({ ...chat, id: 'privateChatSeries', summary: 'Use of models by conversations over time', metric: PRIVATE_CHAT }),
  breakdown(chat, 'privateChat', 'models', PRIVATE_CHAT, { ...byDimension('model'), nameOf: itself }),
  breakdown(chat, 'privateChat', 'users', PRIVATE_CHAT, { ...byDimension('user'), nameOf: itself, more: ACTIVITY }),
  seriesOperation({
    ...policies,
    id: 'policySeries',
    summary: 'What policies found and did over time',
    metric: POLICIES,
    ofRule: ruleRows,
  }),
  seriesOperation({
    ...policies,
    path: `${policies.path}/tokens`,
    id: 'policyTokenSeries',
    summary: 'Tokens of judges over time',
    metric: POLICY_TOKENS,
  }),
  breakdown(policies, 'policies', 'rules', ENFORCEMENT, { ...byRule, nameOf: nameOfObject('AIPolicy') }),
  breakdown(policies, 'policies', 'users', ENFORCEMENT, { ...byUser, nameOf: itself }),
];
