// Every operation of the Platform API with the rights that it takes: written by hand, and compared with the list of operations.
import { randomUUID } from 'node:crypto';
import {
  anywhere,
  everybody,
  list,
  needs,
  object,
  othersConversation,
  ownConversation,
  ownOrAll,
  refused,
  sum,
  sumOf,
  workspace,
  type Rule,
} from './rules.ts';
import { may } from './callers.ts';
import { HOME, type Target, type World } from './world.ts';

export interface Case {
  /** What is asked, where an operation is asked for several things. */
  about?: string;
  params?: Record<string, string>;
  query?: Record<string, string>;
  body?: object;
  rule: Rule;
}
export type Row = (target: Target, world: World) => Case[];

const mainOf = ({ main }: World) => main['team-a'];
const LLM = 'aillmconfigs';
const REPO = 'repositories';
const POLICY = 'aipolicies';
const RULE = { content: 'Do not share e-mail addresses.', riskType: 'LOW', actionType: 0, orgId: 'default' };
const ADVICE = 'advice is for those who may list aipolicies.ai.flashback.tech somewhere; RBAC of Kubernetes has to grant it';
const repoBody = (name: string, llm: string): object => ({
  name,
  storageType: 'OPENAI',
  mode: 'NORMAL',
  workspaceId: 'team-a',
  repoAiLlms: [{ aiLlmId: llm }],
});

/** A policy of the organization: in its home, where nobody but the cluster's administrator has a right. */
const inHome =
  (right: string): Rule =>
  (caller) =>
    may(caller, right, HOME)
      ? { status: 200 }
      : { status: 403, message: `orgId: the organization default has no home in which you may ${right}; send a workspaceId` };
const ofRepository =
  (right: string): Rule =>
  (caller, _target, world) =>
    may(caller, right, 'team-a')
      ? { status: 200 }
      : {
          status: 403,
          message: `repoId: there is no repository with the id ${mainOf(world).repo}, or you may not ${right} in its workspace`,
        };
const homeList: Rule = (caller, _target, { main }) => {
  const id = main[HOME].policy;
  return may(caller, `list ${POLICY}`, HOME) ? { status: 200, shows: [id] } : { status: 200, hides: [id] };
};

/** The three scopes of a statistic on what may be listed. */
const statistics =
  (resource: string, times = 1): Row =>
  (_target, world) => {
    const right = `list ${resource}`;
    const ask = (scope: string, rule: Rule, id?: string): Case => ({
      about: scope,
      query: { window: '24h', scope, ...(id === undefined ? {} : { id }) },
      rule,
    });
    return [
      ask('org', sum(right, times)),
      ask('workspace', sumOf(workspace(right), times), 'team-a'),
      ask(
        'repo',
        sumOf(
          object(right, () => mainOf(world).repo, REPO),
          times,
        ),
        mainOf(world).repo,
      ),
    ];
  };

const violations =
  (params: (world: World) => Record<string, string>, isMain: boolean): Row =>
  (_target, world) => [
    {
      params: params(world),
      rule: (caller, target, all) => {
        const outcome = list(`list ${POLICY}`, ({ main }, team) => main[team].repo)(caller, target, all);
        // Of the policy of team-a there is nothing from another team.
        return isMain ? { ...outcome, shows: outcome.shows?.filter((id) => id !== all.main['team-b'].repo) ?? [] } : outcome;
      },
    },
  ];
const ofPolicy = (world: World): Record<string, string> => ({ policyId: mainOf(world).policy });

export const TABLE: Readonly<Record<string, Row>> = {
  createAiLlm: ({ name }, { endpoint }) => [
    { body: { name: `made-by-${name}`, aiType: 'OTHER', endpoint, secret: 'x', workspaceId: 'team-a' }, rule: workspace(`create ${LLM}`) },
  ],
  listAiLlms: () => [
    { about: 'all', rule: list(`list ${LLM}`, ({ main }, team) => main[team].llm) },
    {
      about: 'a workspace',
      query: { workspaceId: 'team-a' },
      rule: (caller, target, world) => {
        const { shows = [], hides = [] } = list(`list ${LLM}`, ({ main }, team) => main[team].llm)(caller, target, world);
        const far = world.main['team-b'].llm;
        return { status: 200, shows: shows.filter((id) => id !== far), hides: [...hides, far] };
      },
    },
  ],
  listAvailableAiLlms: () => [{ rule: list(`list ${LLM}`, ({ main }, team) => main[team].llm) }],
  aiLlmStats: (_target, world) => [
    { about: 'all', rule: list(`list ${LLM}`, ({ main }, team) => main[team].llm) },
    { about: 'one', query: { aiLlmId: mainOf(world).llm }, rule: object(`get ${LLM}`, () => mainOf(world).llm) },
  ],
  updateAiLlm: ({ name, llm }) => [{ params: { id: llm }, body: { name: `changed-by-${name}` }, rule: object(`update ${LLM}`, () => llm) }],
  deleteAiLlm: ({ llm }) => [{ params: { id: llm }, rule: object(`delete ${LLM}`, () => llm) }],
  validateAiLlm: (_target, world) => [{ params: { id: mainOf(world).llm }, rule: object(`get ${LLM}`, () => mainOf(world).llm) }],

  createRepo: ({ name }, world) => [{ body: repoBody(`made-by-${name}`, mainOf(world).llm), rule: workspace(`create ${REPO}`) }],
  listRepos: () => [{ rule: list(`list ${REPO}`, ({ main }, team) => main[team].repo) }],
  updateRepo: ({ name, repo }, world) => [
    { params: { id: repo }, body: repoBody(`changed-by-${name}`, mainOf(world).llm), rule: object(`update ${REPO}`, () => repo) },
  ],
  deleteRepo: ({ repo }) => [{ params: { id: repo }, rule: object(`delete ${REPO}`, () => repo) }],
  validateNewRepo: (_target, world) => [
    { about: 'a new one', body: {}, rule: everybody() },
    { about: 'one that there is', body: { repoId: mainOf(world).repo }, rule: object(`get ${REPO}`, () => mainOf(world).repo) },
  ],
  validateRepo: (_target, world) => [
    { params: { id: mainOf(world).repo }, body: {}, rule: object(`get ${REPO}`, () => mainOf(world).repo) },
  ],

  createRepoKey: ({ name }, world) => [
    {
      params: { repoId: mainOf(world).repo },
      body: { name: `by-${name}`, aiType: 'OPENAI' },
      rule: object(`update ${REPO}`, () => mainOf(world).repo),
    },
  ],
  listRepoKeys: (_target, world) => [{ params: { repoId: mainOf(world).repo }, rule: object(`get ${REPO}`, () => mainOf(world).repo) }],
  renameRepoKey: ({ name, key }, world) => [
    {
      params: { repoId: mainOf(world).repo, apikeyId: key },
      body: { name: `renamed-by-${name}` },
      rule: object(`update ${REPO}`, () => mainOf(world).repo),
    },
  ],
  deleteRepoKey: ({ keyToDelete }, world) => [
    { params: { repoId: mainOf(world).repo, apikeyId: keyToDelete }, rule: object(`update ${REPO}`, () => mainOf(world).repo) },
  ],
  listModels: (_target, world) => [{ body: { repoId: mainOf(world).repo }, rule: object(`get ${REPO}`, () => mainOf(world).repo) }],

  createPolicy: ({ name }, world) => [
    { about: 'of a workspace', body: { ...RULE, name: `workspace-${name}`, workspaceId: 'team-a' }, rule: workspace(`create ${POLICY}`) },
    {
      about: 'of a repository',
      body: { ...RULE, name: `repository-${name}`, repoId: mainOf(world).repo },
      rule: ofRepository(`create ${POLICY}`),
    },
    { about: 'of the organization', body: { ...RULE, name: `organization-${name}` }, rule: inHome(`create ${POLICY}`) },
  ],
  listPolicies: (_target, world) => [
    { about: 'of a workspace', query: { orgId: 'default', workspaceId: 'team-a' }, rule: workspace(`list ${POLICY}`) },
    { about: 'of a repository', query: { orgId: 'default', repoId: mainOf(world).repo }, rule: ofRepository(`list ${POLICY}`) },
    { about: 'of the organization', query: { orgId: 'default' }, rule: homeList },
  ],
  getPolicy: ({ policy }) => [{ params: { policyId: policy }, rule: object(`get ${POLICY}`, () => policy) }],
  updatePolicy: ({ policy }) => [
    { params: { policyId: policy }, body: { riskType: 'LOW' }, rule: object(`update ${POLICY}`, () => policy) },
  ],
  deletePolicy: ({ policy }) => [{ params: { policyId: policy }, rule: object(`delete ${POLICY}`, () => policy) }],
  listViolations: violations(() => ({}), false),
  listAlerts: violations(() => ({}), false),
  listPolicyViolations: violations(ofPolicy, true),
  listPolicyAlerts: violations(ofPolicy, true),
  validatePolicies: () => [
    { body: { policies: [{ policy_uuid: 'p', content: 'Do not share e-mail addresses.' }] }, rule: anywhere(`list ${POLICY}`, ADVICE) },
  ],
  recommendPolicies: () => [{ body: { level: 1, prompt: 'Keep e-mail addresses in.' }, rule: anywhere(`list ${POLICY}`, ADVICE) }],

  dailyAiStats: () => [{ rule: list(`list ${REPO}`, ({ main }, team) => main[team].repo) }],
  minuteAiStats: () => [{ rule: list(`list ${REPO}`, ({ main }, team) => main[team].repo) }],
  ...Object.fromEntries(
    [
      'aiSeries',
      'aiByWorkspaces',
      'aiByRepos',
      'aiByModels',
      'aiByProviders',
      'aiByNodes',
      'aiByAiConfigs',
      'privateChatSeries',
      'privateChatByModels',
      'privateChatByUsers',
    ].map((id) => [id, statistics(REPO)]),
  ),
  policySeries: statistics(POLICY),
  // Applications and conversations have both been judged.
  policyTokenSeries: statistics(POLICY, 2),
  policiesByRules: statistics(POLICY),
  policiesByUsers: statistics(POLICY),

  createConversation: (_target, world) => [
    { body: { repoId: mainOf(world).repo }, rule: object(`prompt ${REPO}`, () => mainOf(world).repo) },
  ],
  listConversations: () => [
    {
      query: { take: '100' },
      rule: ownOrAll(`read-conversations ${REPO}`, {
        own: ({ targets }, caller) => targets[caller].own,
        others: ({ targets, farConversation }, team) => (team === 'team-a' ? targets.admin.other : farConversation),
      }),
    },
  ],
  sendPrompt: ({ own, other }) => {
    const body = { prompt: 'ping', model: 'small-1' };
    const closed = refused(403, 'the conversation is of somebody else, so it can be read and not gone on with');
    return [
      { about: 'own', params: { conversationId: own }, body, rule: ownConversation(() => own, needs(`prompt ${REPO}`)) },
      { about: 'of others', params: { conversationId: other }, body, rule: othersConversation(() => other, closed) },
    ];
  },
  listMessages: ({ own, other }) => [
    { about: 'own', params: { conversationId: own }, rule: ownConversation(() => own) },
    { about: 'of others', params: { conversationId: other }, rule: othersConversation(() => other) },
  ],
  deleteConversation: ({ ownToDelete, otherToDelete }) => [
    { about: 'own', params: { conversationId: ownToDelete }, rule: ownConversation(() => ownToDelete) },
    {
      about: 'of others',
      params: { conversationId: otherToDelete },
      query: { hardDelete: 'true' },
      rule: othersConversation(() => otherToDelete, needs(`delete ${REPO}`)),
    },
  ],
  listSystemEvents: () => [
    {
      body: { take: 100, context: 13 },
      rule: ownOrAll(`read-audit ${REPO}`, { own: ({ changes }, caller) => changes[caller], others: ({ changes }, team) => changes[team] }),
    },
  ],
};

const ID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const NOWHERE = 'team-z';

/** The same with a workspace and ids that nobody has, and the way back in what is answered. */
export function madeUp({ params, query, body }: Case): { asked: Pick<Case, 'params' | 'query' | 'body'>; back(text: string): string } {
  const known = new Map<string, string>();
  const text = JSON.stringify({ params, query, body }).replaceAll(ID, (id) => {
    const other = randomUUID();
    known.set(other, id);
    return other;
  });
  const asked = JSON.parse(text.replaceAll('"team-a"', `"${NOWHERE}"`)) as Pick<Case, 'params' | 'query' | 'body'>;
  return { asked, back: (answer) => answer.replaceAll(ID, (id) => known.get(id) ?? id).replaceAll(NOWHERE, 'team-a') };
}
