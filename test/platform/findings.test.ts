// /policy/violations and /policy/alerts over HTTP: every filter, paging, rights, and what a row says.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startPlatform, type PlatformReply, type RunningPlatform } from '../fake/platform.ts';
import { MemoryLedger, violation } from './memory-ledger.ts';
import { NOON } from './stand.ts';

const BASE = { at: NOON, severity: 'High' } as const;
let platform: RunningPlatform;
let ledger: MemoryLedger;
let repo: string;
let policy: string;

beforeEach(async () => {
  ledger = new MemoryLedger();
  const parts = { violations: ledger.violations.bind(ledger), alerts: ledger.alerts.bind(ledger) };
  platform = await startPlatform({ ledger: parts });
  const keys = [{ id: 'key_1', name: 'web' }];
  repo = platform.objects.put('Repository', 'team-a', 'support', { llms: [] } as never, { status: { keys } }).metadata.uid;
  policy = platform.objects.put('AIPolicy', 'team-a', 'no-cards', { scope: 'Workspace', content: 'x', riskType: 'High', action: 'Block' })
    .metadata.uid;
  const ours = { repository: { uid: repo, name: 'support' }, policy: { uid: policy, name: 'no-cards' } };
  ledger.found.push(
    violation({ ...BASE, ...ours, id: 'v1', at: NOON, user: 'kim', conversation: 'c1' }),
    violation({
      ...BASE,
      id: 'v2',
      at: NOON - 1_000,
      workspace: 'team-b',
      provider: 'Anthropic',
      model: 'claude',
      host: 'gw-1',
      action: 'Alert',
      severity: 'Low',
      repository: { uid: 'repo-9', name: 'gone' },
    }),
    violation({ ...BASE, ...ours, id: 'v3', at: NOON - 2_000, action: 'Log', severity: 'Medium', key: 'key_old' }),
    violation({ ...BASE, id: 'v4', at: NOON - 3_000, action: 'DryRun', policy: { uid: 'pol-old', name: 'deleted-policy' } }),
  );
});
afterEach(() => platform.close());

const get = (path: string, token = 'admin'): Promise<PlatformReply> => platform.call('GET', path, { token });
const ids = ({ body }: PlatformReply): string[] => ((body['violations'] ?? body['alerts']) as { id: string }[]).map(({ id }) => id);

it('a violation says who asked what of whom, and nothing of what was found', async () => {
  const { body } = await get('/policy/violations?take=1');
  expect(body).toEqual({
    success: true,
    violations: [
      {
        id: 'v1',
        policyId: policy,
        policyName: 'no-cards',
        timestamp: '2026-11-27T12:00:00.000Z',
        explanation: 'a payment card number',
        conversationId: 'c1',
        repoId: repo,
        repoName: 'support',
        userId: 'kim',
        userName: 'kim',
        repoAiApiKeyId: 'key_1',
        repoAiApiKeyName: 'web',
        severity: 'HIGH',
        block: true,
        llmType: 'OPENAI',
        llmModel: 'gpt',
        host: 'gw-0',
      },
    ],
    total: 4,
    skip: 0,
    take: 1,
  });
});

it('an alert says the same in its own words: no severity, no block', async () => {
  const { body } = await get('/policy/alerts');
  expect(ids({ body } as PlatformReply)).toEqual(['v1', 'v2']);
  const [first] = body['alerts'] as object[];
  expect(first).toMatchObject({ message: 'a payment card number', policyName: 'no-cards' });
  expect(Object.keys(first!)).not.toEqual(expect.arrayContaining(['severity']));
  expect(first).not.toHaveProperty('block');
});

it('what is gone keeps the name that the ledger has, and a key that is gone has none', async () => {
  const { body } = await get('/policy/violations');
  const rows = body['violations'] as Record<string, unknown>[];
  expect(rows[1]).toMatchObject({ repoName: 'gone', conversationId: null });
  expect(rows[2]).toMatchObject({ repoAiApiKeyId: 'key_old', repoAiApiKeyName: '' });
  expect(rows[3]).toMatchObject({ policyName: 'deleted-policy', block: false });
});

describe.each(['violations', 'alerts'])('/policy/%s', (what) => {
  const only = (...wanted: string[]): string[] => (what === 'alerts' ? wanted.filter((id) => id === 'v1' || id === 'v2') : wanted);

  it.each([
    ['workspaceId=team-b', ['v2']],
    ['repoId=REPO', ['v1', 'v3']],
    ['policyId=POLICY', ['v1', 'v3']],
    ['llmType=ANTHROPIC', ['v2']],
    ['llmType=OPENAI,ANTHROPIC', ['v1', 'v2', 'v3', 'v4']],
    ['llmModel=gpt&llmModel=none', ['v1', 'v3', 'v4']],
    ['host=gw-1', ['v2']],
    ['from=2026-11-27T11:59:59Z', ['v1', 'v2']],
    ['to=2026-11-27T11:59:58Z', ['v4']],
    ['from=2026-11-27&to=2026-11-27', ['v1', 'v2', 'v3', 'v4']],
    ['to=2026-11-26', []],
    ['from=2026-11-27T11:59:58Z&to=2026-11-27T12:00:00Z', ['v2', 'v3']],
    ['workspaceId=team-a&llmType=ANTHROPIC', []],
  ])('takes the filter %s', async (query, wanted) => {
    const filled = query.replace('REPO', repo).replace('POLICY', policy);
    expect(ids(await get(`/policy/${what}?${filled}`))).toEqual(only(...wanted));
  });

  it('pages, and says how many there are', async () => {
    const all = ids(await get(`/policy/${what}`));
    const { body } = await get(`/policy/${what}?skip=1&take=1`);
    expect(body).toMatchObject({ skip: 1, take: 1, total: all.length });
    expect(ids({ body } as PlatformReply)).toEqual(all.slice(1, 2));
  });

  it.each([
    ['take=101', 'take must be <= 100'],
    ['take=0', 'take must be >= 1'],
    ['skip=-1', 'skip must be >= 0'],
    ['take=many', 'take must be of type integer'],
    ['from=tomorrow', 'from must be a date in ISO 8601 form'],
    ['llmType=COHERE', 'llmType must be one of OPENAI'],
  ])('refuses %s with a sentence', async (query, message) => {
    const { status, body } = await get(`/policy/${what}?${query}`);
    expect([status, body.message]).toEqual([400, expect.stringContaining(message)]);
  });

  it('of one policy are those of that policy, also when it is deleted, and win over the policy as a path', async () => {
    expect(ids(await get(`/policy/${policy}/${what}`))).toEqual(only('v1', 'v3'));
    expect(ids(await get(`/policy/pol-old/${what}`))).toEqual(only('v4'));
    expect((await get(`/policy/unknown/${what}`)).body).toMatchObject({ success: true, total: 0 });
  });

  it('shows rows of workspaces whose policies the caller may list, and an empty page to others', async () => {
    platform.tokens.set('a-reader', ['list aipolicies team-a']);
    expect(ids(await get(`/policy/${what}`, 'a-reader'))).toEqual(only('v1', 'v3', 'v4'));
    expect(ids(await get(`/policy/${what}?workspaceId=team-b`, 'a-reader'))).toEqual([]);
    const { status, body } = await get(`/policy/${what}`, 'nobody');
    expect([status, body]).toEqual([200, { success: true, [what]: [], total: 0, skip: 0, take: 50 }]);
  });
});

it.each([
  ['severity=HIGH', ['v1', 'v4']],
  ['severity=LOW,MEDIUM', ['v2', 'v3']],
  ['block=true', ['v1']],
  ['block=false', ['v2', 'v3', 'v4']],
])('violations take the filter %s', async (query, wanted) => {
  expect(ids(await get(`/policy/violations?${query}`))).toEqual(wanted);
});

it('violations refuse a severity that is none', async () => {
  expect((await get('/policy/violations?severity=GRAVE')).body.message).toContain('must be one of LOW, MEDIUM, HIGH');
});
