// The Platform API over objects and a ledger with something of everything in them, none of which a call can take away.
import { randomBytes } from 'node:crypto';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { systemClock } from '../../src/clock.ts';
import { AesSealer } from '../../src/platform/conversations/sealer.ts';
import { OPERATIONS } from '../../src/platform/operations.ts';
import { ThreadAdvisor } from '../../src/platform/policies/advisor.ts';
import { ApiError } from '../../src/platform/operation.ts';
import type { KeyRecord, PlatformServices } from '../../src/platform/services.ts';
import { startPlatform, type RunningPlatform } from '../fake/platform.ts';
import { MemoryLedger, used, violation } from '../platform/memory-ledger.ts';
import type { Hints } from './hints.ts';

const WORKSPACE = 'team-a';
const CONVERSATION = '22222222-2222-4222-8222-222222222222';
const KEY: KeyRecord = { id: 'key_000000000001', name: 'web', type: 'OpenAI', createdAt: 1_000, made: true };
/** May read some of it, and change nothing. */
const READER = ['list repositories team-a', 'get repositories team-a', 'list aipolicies team-a', 'list aillmconfigs team-a'];
const ASKED = [
  'usage',
  'countUsage',
  'violations',
  'violationSums',
  'alerts',
  'audit',
  'audited',
  'createConversation',
  'conversation',
  'conversations',
  'addMessages',
  'messages',
  'openings',
] as const;

const RULE = { content: 'No card numbers.', riskType: 'LOW', actionType: 'LOG' };
const REPO = { name: 'new', storageType: 'S3', mode: 'NORMAL', workspaceId: WORKSPACE, repoBuckets: [] };
/** Name of a parameter or a field -> values that stand for something. */
const NAMED: Readonly<Record<string, (uids: { llm: string; repo: string; policy: string }) => string[]>> = {
  workspaceId: () => [WORKSPACE],
  orgId: () => ['default'],
  repoId: ({ repo }) => [repo],
  policyId: ({ policy }) => [policy],
  ruleId: ({ policy }) => [policy],
  aiLlmId: ({ llm }) => [llm],
  apikeyId: () => [KEY.id],
  apiKeyId: () => [KEY.id],
  conversationId: () => [CONVERSATION],
};

export interface Stage {
  platform: RunningPlatform;
  hints: Hints;
}

function services(): Pick<PlatformServices, 'credentials' | 'keys' | 'homes' | 'conversations'> {
  const demandKey = async (_repository: unknown, id: string): Promise<void> => {
    if (id !== KEY.id) throw new ApiError(404, 'the repository has no such key, or no longer');
  };
  return {
    credentials: { check: async () => ({ verdict: 'valid', reason: '' }) },
    keys: {
      list: async () => [KEY],
      create: async (_repository, draft) => ({ record: { ...KEY, ...draft }, key: 'shown-once' }),
      rename: demandKey,
      revoke: demandKey,
    },
    homes: { homesOf: (organization) => (organization === 'default' ? [WORKSPACE] : []) },
    conversations: {
      sealer: new AesSealer([{ id: 'k1', key: randomBytes(32) }]),
      gateway: { ask: async () => ({ outcome: 'answered', text: 'hello', tokensIn: 1, tokensOut: 1 }) },
    },
  };
}

export async function startStage(): Promise<Stage> {
  const memory = new MemoryLedger();
  const ledger = Object.fromEntries(ASKED.map((name) => [name, memory[name].bind(memory)])) as Partial<Ledger>;
  // So many calls in so short a time would soon meet with nothing but limits.
  const operations = OPERATIONS.map((operation) => ({ ...operation, limits: {} }));
  const platform = await startPlatform({
    operations,
    ledger: { ...ledger, deleteConversation: async () => {} },
    services: { ...services(), advisor: new ThreadAdvisor({ clock: systemClock }) },
  });
  const { objects, clock } = platform;
  objects.remove = async () => {};
  const llm = objects.put('AILLMConfig', WORKSPACE, 'openai', { type: 'OpenAI' }).metadata.uid;
  // One that no repository uses, so that it may be deleted.
  const spare = objects.put('AILLMConfig', WORKSPACE, 'spare', { type: 'OpenAI' }).metadata.uid;
  const repo = objects.put('Repository', WORKSPACE, 'support', { llms: [{ name: 'openai' }] }).metadata.uid;
  const policy = objects.put('AIPolicy', WORKSPACE, 'no-cards', {
    scope: 'Workspace',
    content: 'No card numbers.',
    riskType: 'High',
    action: 'Block',
  }).metadata.uid;
  const at = clock.now() - 60_000;
  memory.used.push(used({ minute: Math.floor(at / 60_000), repository: repo, llm, key: KEY.id, requests: 1, tokensIn: 5, user: 'ann' }));
  const found = { at, policy: { uid: policy, name: 'no-cards' }, repository: { uid: repo, name: 'support' }, llm, key: KEY.id };
  memory.found.push(violation({ id: 'v1', ...found }), violation({ id: 'v2', ...found, severity: 'Low', action: 'Alert' }));
  const talk = { workspace: WORKSPACE, repository: repo, createdBy: 'admin', createdAt: at, updatedAt: at, tokensIn: 0, tokensOut: 0 };
  await memory.createConversation({ id: CONVERSATION, ...talk });
  platform.tokens.set('reader', READER);
  const ids = { '/ai/llm': [llm, spare], '/repo': [repo], '/v2/stats': [WORKSPACE, repo, 'default'] };
  const hints: Hints = {
    values: (path, name) =>
      name === 'id' ? Object.entries(ids).find(([start]) => path.startsWith(start))?.[1] : NAMED[name]?.({ llm, repo, policy }),
    examples: {
      createAiLlm: { name: 'one', aiType: 'OPENAI', workspaceId: WORKSPACE, secret: 'made-up' },
      createRepo: { ...REPO, repoAiLlms: [{ aiLlmId: llm }] },
      updateRepo: { ...REPO, name: 'support', repoAiLlms: [{ aiLlmId: llm }] },
      validateRepo: { ...REPO, name: 'support', repoAiLlms: [{ aiLlmId: llm }] },
      createPolicy: { ...RULE, name: 'new', orgId: 'default', workspaceId: WORKSPACE },
    },
  };
  return { platform, hints };
}
