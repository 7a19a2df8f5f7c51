// Every operation of the Platform API that asks the ledger for statistics or findings, as clients call it, over the year of the benchmark.
import type { Kind, ResourceByKind } from '../../src/api/resources.ts';
import type { StoredLedger } from '../../src/ledger/ledger.ts';
import { aiLlmStats } from '../../src/platform/ai-llm/stats.ts';
import type { Operation, Services } from '../../src/platform/operation.ts';
import { FINDINGS } from '../../src/platform/policies/findings.ts';
import { V1_OPERATIONS } from '../../src/platform/stats/v1-routes.ts';
import { V2_OPERATIONS } from '../../src/platform/stats/v2-routes.ts';
import { WINDOWS } from '../../src/platform/stats/window.ts';
import { FakeClock } from '../../test/fake/clock.ts';
import { ANNA, MemoryObjects, stand, TableAccess } from '../../test/platform/stand.ts';
import type { Asked } from './questions.ts';
import { name, nowOf, SHAPE, uidOf, type Size } from './shape.ts';

type Query = Record<string, unknown>;

/** Objects that are found as fast as the operator finds its own. */
class IndexedObjects extends MemoryObjects {
  readonly #byUid = new Map<string, ResourceByKind[Kind]>();

  put(kind: Kind, key: string): void {
    const [namespace, short] = key.split('/') as [string, string];
    const uid = uidOf(kind, key);
    this.#byUid.set(uid, this.add(kind, namespace, short, uid, (kind === 'AIPolicy' ? { riskType: 'High' } : {}) as never));
  }

  override byUid<K extends Kind>(_kind: K, uid: string): ResourceByKind[K] | undefined {
    return this.#byUid.get(uid) as ResourceByKind[K] | undefined;
  }
}

function servicesAt(now: number): Omit<Services, 'ledger'> {
  const clock = new FakeClock(now);
  const objects = new IndexedObjects(clock);
  for (let index = 0; index < SHAPE.workspaces; index += 1) objects.put('AILLMConfig', name.llm(index));
  for (let index = 0; index < SHAPE.policies; index += 1) objects.put('AIPolicy', name.policy(index));
  for (let index = 0; index < SHAPE.repositories; index += 1) objects.put('Repository', name.repository(index));
  return { clock, objects, logger: stand().logger };
}

const policyId = uidOf('AIPolicy', name.policy(0));
const DETAILS: readonly Query[] = [
  {},
  { repoId: [uidOf('Repository', name.repository(1))] },
  { userUuid: [name.user(7)] },
  { conversationUuid: ['conversation-4711'] },
];
/** What single operations of the second version are asked for besides windows. */
const FILTERS: Readonly<Record<string, Query>> = {
  'a repository': { scope: 'repo', id: uidOf('Repository', name.repository(1)) },
  'a workspace': { scope: 'workspace', id: name.workspace(1) },
  'a model': { model: name.model(3) },
  'a key': { apiKeyId: name.key(1) },
  'a connection': { aiLlmId: uidOf('AILLMConfig', name.llm(2)) },
  'a user': { userId: name.user(7) },
};

export function operationsOf(size: Size): Asked[] {
  const now = nowOf(size);
  const services = servicesAt(now);
  const call = (operation: Operation<Services>, title: string, query: Query, params: object = {}): Asked => ({
    title: `${operation.path}: ${title}`,
    ask: (ledger: StoredLedger) => handled(operation, { query, params }, { ...services, ledger }),
  });
  const daysAgo = (days: number): string => new Date(now - days * 86_400_000).toISOString();
  const v1 = V1_OPERATIONS.flatMap((operation) => {
    const days = operation.id.startsWith('daily') ? 365 : 30;
    return DETAILS.map((query, index) => {
      const asked = index === 0 ? {} : { ...query, startDate: daysAgo(days) };
      return call(operation, index === 0 ? 'as it is' : `${days} days of one ${Object.keys(query)[0]}`, asked);
    });
  });
  const v2 = V2_OPERATIONS.flatMap((operation) => {
    const isBreakdown = operation.path.includes('/breakdown/');
    const usual = { scope: 'org', ...(isBreakdown ? { includeSeries: false, limit: 50, offset: 0 } : {}) };
    const hasRule = operation.path.startsWith('/v2/stats/policies') && !operation.path.endsWith('/tokens');
    return [
      ...Object.keys(WINDOWS).map((window) => call(operation, window, { ...usual, window })),
      ...Object.entries(FILTERS).map(([what, filter]) => call(operation, `365d of ${what}`, { ...usual, window: '365d', ...filter })),
      ...(hasRule ? [call(operation, '365d of a policy', { ...usual, window: '365d', ruleId: policyId })] : []),
      ...(isBreakdown
        ? ['7d', '365d'].map((window) => call(operation, `${window} with series`, { ...usual, window, includeSeries: true }))
        : [
            call(operation, '7d in 5m', { ...usual, window: '7d', timeBucketSize: '5m' }),
            call(operation, '30d in 5m', { ...usual, window: '30d', timeBucketSize: '5m' }),
            call(operation, '365d in 1h', { ...usual, window: '365d', timeBucketSize: '1h' }),
          ]),
    ];
  });
  const page = { skip: 0, take: 50 };
  const findings = FINDINGS.map((operation) =>
    call(operation, 'a page', page, operation.path.includes('{policyId}') ? { policyId } : {}),
  );
  return [call(aiLlmStats, 'all', {}), ...v1, ...v2, ...findings];
}

async function handled(operation: Operation<Services>, asked: { query: Query; params: object }, services: Services): Promise<unknown> {
  const call = { ...asked, body: undefined, caller: ANNA, access: new TableAccess('all') };
  // What is too much to answer is refused in words, and that has to be as fast.
  return operation.handle(call as never, services).catch((error: Error) => error.message);
}
