// The routes under /v2/stats over a ledger of known content: sums, scopes, filters, conversations apart, and who sees what.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { chatKeyId } from '../../src/platform/stats/chat-keys.ts';
import { V2_OPERATIONS } from '../../src/platform/stats/v2-routes.ts';
import { used, violation } from './memory-ledger.ts';
import { NOON, type Rights, type Stand } from './stand.ts';
import { MINUTE, populated, question, READ_A, type Answer } from './stats-stand.ts';

let services: Stand;
const call = (id: string, query: object, rights?: Rights): Promise<Answer> => question(services, id, query, rights);

beforeEach(() => {
  services = populated();
});

describe('/v2/stats/ai', () => {
  it('adds up what applications used, without what conversations of the API did', async () => {
    const { meta, summary, series } = await call('aiSeries', { scope: 'org', window: '24h' });
    expect(meta).toEqual({ start: NOON + 600_000 - 86_400_000, end: NOON + 600_000, scope: 'org', window: '24h', timeBucketSize: '10m' });
    expect(series).toHaveLength(144);
    expect(summary['total']).toBe(120 + 2 + 1500);
    const point = series.find(({ ts }) => ts === NOON - 600_000)!;
    expect(point).toEqual({
      ts: NOON - 600_000,
      tokensIn: 1100,
      tokensOut: 520,
      policyTokensIn: 7,
      policyTokensOut: 0,
      requests: 6,
      activeConversations: 1,
      latencyMs: 50,
    });
  });

  it.each([
    [{ scope: 'workspace', id: 'team-a' }, 122],
    [{ scope: 'repo', id: 'repo-2' }, 1500],
    [{ scope: 'org', id: 'other' }, 1500],
    [{ scope: 'org', id: 'nobody' }, 0],
    [{ scope: 'org', model: 'claude' }, 1500],
    [{ scope: 'org', apiKeyId: 'key_1' }, 122],
    [{ scope: 'org', apiKeyId: chatKeyId('repo-1') }, 0],
    [{ scope: 'org', aiLlmId: 'llm-2' }, 1500],
    [{ scope: 'org', userId: 'kim' }, 120],
  ])('counts for %j %d tokens', async (query, total) => {
    expect((await call('aiSeries', { window: '24h', ...query })).summary['total']).toBe(total);
  });

  it('counts for an organization what was used before everything in it was deleted', async () => {
    const { objects } = services;
    for (const { metadata } of objects.all.filter((one) => one.metadata.namespace === 'team-b')) await objects.remove('Repository', metadata.uid);
    expect((await call('aiSeries', { scope: 'org', id: 'other', window: '24h' })).summary['total']).toBe(1500);
  });

  it('says what it was narrowed to', async () => {
    const { meta } = await call('aiSeries', { scope: 'repo', id: 'repo-1', window: '7d', timeBucketSize: '1d', model: 'gpt' });
    expect(meta).toMatchObject({ scopeId: 'repo-1', timeBucketSize: '1d', resourceFilter: { type: 'model', id: 'gpt' } });
  });

  it('counts what the caller may see, and answers with zeros where that is nothing', async () => {
    expect((await call('aiSeries', { scope: 'org', window: '24h' }, READ_A)).summary['total']).toBe(122);
    expect((await call('aiSeries', { scope: 'org', window: '24h' }, {})).summary['total']).toBe(0);
  });

  it.each([
    [{ scope: 'workspace', id: 'team-b' }, 403, 'you may not list'],
    [{ scope: 'repo', id: 'repo-2' }, 404, 'there is no repository with the id "repo-2" that you may see'],
    [{ scope: 'repo', id: 'repo-9' }, 404, 'there is no repository with the id "repo-9" that you may see'],
    [{ scope: 'workspace' }, 400, 'id is required with scope workspace'],
    [{ scope: 'repo' }, 400, 'id is required with scope repo'],
  ])('refuses %j with %d', async (query, status, message) => {
    await expect(call('aiSeries', { window: '24h', ...query }, READ_A)).rejects.toMatchObject({
      status,
      message: expect.stringContaining(message) as string,
    });
  });
});

describe('/v2/stats/ai/breakdown', () => {
  it.each([
    ['Workspaces', ['team-b', 'team-a'], ['team-b', 'team-a']],
    ['Repos', ['repo-2', 'repo-1'], ['sales', 'support']],
    ['Models', ['claude', 'gpt'], ['claude', 'gpt']],
    ['Providers', ['Anthropic', 'OpenAI'], ['ANTHROPIC', 'OPENAI']],
    ['Nodes', ['gw-0'], ['gw-0']],
    ['AiConfigs', ['llm-2', 'llm-1'], [undefined, 'openai']],
  ])('by %s names its entities, the greatest first, and their sums are those of the series', async (by, ids, names) => {
    const { entities, summary, meta } = await call(`aiBy${by}`, { window: '24h', includeSeries: true });
    expect(entities.map(({ entityId }) => entityId)).toEqual(ids);
    expect(entities.map(({ entityName }) => entityName)).toEqual(names);
    expect(summary['total']).toBe(1622);
    expect(meta).toMatchObject({ limit: 50, offset: 0, totalEntities: ids.length, includesSeries: true });
    for (const { totals, series } of entities) {
      expect(series).toHaveLength(144);
      for (const name of ['tokensIn', 'tokensOut', 'requests'])
        expect(series!.reduce((sum, point) => sum + point[name]!, 0)).toBe(totals[name]);
    }
  });

  it('refuses series that are too many points together, before the ledger is asked for them, and says what would do', async () => {
    const { ledger, objects } = services;
    const year = { window: '365d', timeBucketSize: '1h', limit: 200 };
    expect((await call('aiByRepos', { ...year, includeSeries: true })).entities.map(({ series }) => series!.length)).toEqual([8760, 8760]);
    for (let index = 10; index < 210; index += 1) {
      objects.add('Repository', 'team-a', `repo-${index}`, `repo-${index}`, { llms: [{ name: 'openai' }] });
      ledger.used.push(used({ minute: MINUTE - 1, repository: `repo-${index}`, tokensIn: 1, requests: 1 }));
    }
    const asked = ledger.asked.length;
    await expect(call('aiByRepos', { ...year, includeSeries: true })).rejects.toMatchObject({
      status: 400,
      message:
        'includeSeries makes 200 series of 8760 points, together more than 50000; ' +
        'take a limit of 5 at most, a larger timeBucketSize or a shorter window',
    });
    expect(ledger.asked.slice(asked).filter(({ bucket }) => bucket !== undefined)).toEqual([]);
    expect((await call('aiByRepos', { ...year, includeSeries: true, limit: 5 })).entities).toHaveLength(5);
    expect((await call('aiByRepos', year)).entities).toHaveLength(200);
  });

  it('gives a page, and the number and sum of all', async () => {
    const { entities, summary, meta } = await call('aiByRepos', { window: '24h', limit: 1, offset: 1 });
    expect(entities.map(({ entityId, series }) => [entityId, series])).toEqual([['repo-1', undefined]]);
    expect([meta['totalEntities'], summary['total']]).toEqual([2, 1622]);
  });
});

describe('/v2/stats/private-chat', () => {
  it('counts what conversations used, and nothing else', async () => {
    const { summary, series } = await call('privateChatSeries', { scope: 'org', window: '24h' });
    expect(summary['total']).toBe(15);
    expect(series.find(({ requests }) => requests! > 0)).toEqual({ ts: NOON - 600_000, tokensIn: 10, tokensOut: 5, requests: 1 });
  });

  it('says of a user how many conversations there were, and when the last bucket was', async () => {
    const { entities } = await call('privateChatByUsers', { window: '24h' });
    expect(entities).toEqual([
      {
        entityId: 'anna',
        entityName: 'anna',
        totals: { tokensIn: 10, tokensOut: 5, requests: 1, conversationsCount: 1, lastActiveAt: NOON - 600_000 },
      },
    ]);
    for (const [aiLlmId, total] of [['llm-1', 15], ['llm-2', 0]] as const)
      expect((await call('privateChatSeries', { scope: 'org', window: '24h', aiLlmId })).summary['total']).toBe(total);
    expect((await call('privateChatByModels', { window: '24h' })).entities.map(({ entityId }) => entityId)).toEqual(['gpt']);
  });
});

describe('/v2/stats/policies', () => {
  beforeEach(() => {
    services.ledger.found.push(
      violation({ id: 'v1', at: NOON - 60_000, user: 'kim' }),
      violation({ id: 'v2', at: NOON - 60_000, user: 'lee', action: 'Log', severity: 'Low' }),
      violation({ id: 'v3', at: NOON - 60_000, user: 'lee', action: 'Alert', policy: { uid: 'pol-2', name: 'gone' }, key: 'key_7' }),
    );
  });

  it('adds up violations and tokens of judges', async () => {
    const { summary, series } = await call('policySeries', { scope: 'org', window: '24h' });
    expect(summary['total']).toBe(1);
    expect(series.reduce((sum, { policyTokensIn }) => sum + policyTokensIn!, 0)).toBe(7);
    expect((await call('policyTokenSeries', { scope: 'org', window: '24h' })).summary['total']).toBe(7);
  });

  it('counts one rule by its violations, its risk where nobody judged how severe one was', async () => {
    const { summary, series, meta } = await call('policySeries', { scope: 'org', window: '24h', ruleId: 'pol-1' });
    expect(meta['resourceFilter']).toEqual({ type: 'rule', id: 'pol-1' });
    expect(summary['total']).toBe(2);
    const point = series.find(({ violations }) => violations! > 0);
    expect(point).toMatchObject({ violations: 2, alerts: 1, blocks: 1, severityLow: 1, severityMedium: 0, severityHigh: 1 });
  });

  it('tells rules apart, those that are gone by id alone', async () => {
    const { entities } = await call('policiesByRules', { window: '24h', includeSeries: true });
    expect(entities.map(({ entityId, entityName, totals }) => [entityId, entityName, totals['violations'], totals['alerts']])).toEqual([
      ['pol-1', 'no-cards', 2, 1],
      ['pol-2', undefined, 1, 1],
    ]);
    expect(entities[0]!.series!.reduce((sum, { blocks }) => sum + blocks!, 0)).toBe(1);
    expect((await call('policiesByRules', { window: '24h', apiKeyId: 'key_7' })).entities.map(({ entityId }) => entityId)).toEqual([
      'pol-2',
    ]);
  });

  it('tells users apart, of all rules or of one', async () => {
    expect((await call('policiesByUsers', { window: '24h' })).entities.map(({ entityId }) => entityId)).toEqual(['lee']);
    const { entities } = await call('policiesByUsers', { window: '24h', ruleId: 'pol-1', includeSeries: true });
    expect(entities.map(({ entityId, totals }) => [entityId, totals['violations']])).toEqual([
      ['kim', 1],
      ['lee', 1],
    ]);
    expect(entities[1]!.series!.reduce((sum, { severityLow }) => sum + severityLow!, 0)).toBe(1);
  });

  it('counts what one connection answered', async () => {
    const { used: rows, found } = services.ledger;
    rows.push(used({ minute: MINUTE - 1, llm: 'llm-9', violations: 3, policyTokensIn: 5 }));
    found.push(violation({ id: 'v9', at: NOON - 1, llm: 'llm-9', user: 'ada' }));
    const asked = { scope: 'org', window: '24h', aiLlmId: 'llm-9' };
    const { meta, summary } = await call('policySeries', asked);
    expect([meta['resourceFilter'], summary['total']]).toEqual([{ type: 'aiLlm', id: 'llm-9' }, 3]);
    expect((await call('policySeries', { ...asked, ruleId: 'pol-1' })).summary['total']).toBe(1);
    expect((await call('policyTokenSeries', asked)).summary['total']).toBe(5);
    expect((await call('policiesByRules', asked)).entities.map(({ totals }) => totals['violations'])).toEqual([1]);
    expect((await call('policiesByUsers', { ...asked, ruleId: 'pol-1' })).entities.map(({ entityId }) => entityId)).toEqual(['ada']);
  });

  it.each([
    ['policiesByRules', { includeSeries: true }, 2],
    ['policiesByUsers', { includeSeries: true, ruleId: 'pol-1' }, 2],
    ['policySeries', { scope: 'org', ruleId: 'pol-1' }, 1],
  ])('%s %o asks %i questions, however many violations and entities there are, and reads none by itself', async (id, query, questions) => {
    const { ledger } = services;
    const users = Array.from({ length: 150 }, (_, index) => violation({ id: `m${index}`, at: NOON - 1, user: `user ${index}` }));
    ledger.found.push(...users);
    const sums = vi.spyOn(ledger, 'violationSums');
    const singly = vi.spyOn(ledger, 'violations');
    expect((await call(id, { window: '24h', ...query })).summary['total']).toBe(id === 'policiesByRules' ? 153 : 152);
    expect([sums.mock.calls.length, singly.mock.calls.length]).toEqual([questions, 0]);
  });

  it('needs the right to list policies, not repositories', async () => {
    expect((await call('policySeries', { scope: 'org', window: '24h' }, { 'team-a': ['list repositories'] })).summary['total']).toBe(0);
    expect((await call('policiesByRules', { window: '24h' }, { 'team-a': ['list repositories'] })).entities).toEqual([]);
  });
});

it('every route that cannot tell policies apart refuses to be asked for one', async () => {
  const told = new Set(['policySeries', 'policiesByRules', 'policiesByUsers']);
  const others = V2_OPERATIONS.map(({ id }) => id).filter((id) => !told.has(id));
  expect(others).toHaveLength(V2_OPERATIONS.length - told.size);
  for (const id of others) {
    const refused = call(id, { scope: 'org', window: '24h', ruleId: 'pol-1' });
    await expect(refused, id).rejects.toMatchObject({ status: 400, message: expect.stringContaining('ruleId: ') as string });
  }
});

it('applications count as much as before while their conversations are being stored', async () => {
  const { ledger } = services;
  const usage = ledger.usage.bind(ledger);
  const chat = used({ minute: MINUTE - 5, tokensIn: 10, tokensOut: 5, requests: 1, key: chatKeyId('repo-1'), conversation: 'c8' });
  // A batch comes in with each question, once before it is answered and once after.
  const asked = vi.spyOn(ledger, 'usage').mockImplementation(async (question) => {
    ledger.used.push(chat);
    const rows = await usage(question);
    ledger.used.push(chat);
    return rows;
  });
  for (const id of ['aiSeries', 'aiByRepos']) {
    expect((await call(id, { scope: 'org', window: '24h' })).summary['total']).toBe(1622);
  }
  expect(asked).toHaveBeenCalledTimes(2);
});

it('no answer counts a conversation for an application', async () => {
  const [applications, conversations] = await Promise.all([
    call('aiSeries', { scope: 'org', window: '24h' }),
    call('privateChatSeries', { scope: 'org', window: '24h' }),
  ]);
  const { data } = await call('dailyAiStats', {});
  const all = data.reduce((sum, row) => sum + Number(row['tokensIn']) + Number(row['tokensOut']), 0);
  expect(applications.summary['total']! + conversations.summary['total']!).toBe(all);
});
