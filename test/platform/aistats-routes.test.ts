// /aistats/daily and /aistats/minute over a ledger of known content: rows, filters, buckets, and who sees what.
import { beforeEach, describe, expect, it } from 'vitest';
import { MAX_ROWS } from '../../src/platform/stats/v1-routes.ts';
import { used } from './memory-ledger.ts';
import type { Rights, Stand } from './stand.ts';
import { MINUTE, populated, question, READ_A, type Answer } from './stats-stand.ts';

let services: Stand;
const call = (id: string, query: object, rights?: Rights): Promise<Answer> => question(services, id, query, rights);

beforeEach(() => {
  services = populated();
});

describe('/aistats', () => {
  it('gives a row for each minute and everything that use is told apart by, tokens as strings and counts as numbers', async () => {
    const { data } = await call('minuteAiStats', { repoId: ['repo-1'], userUuid: ['kim'] });
    expect(data).toEqual([
      {
        timestamp: (MINUTE - 5) * 60_000,
        repoId: 'repo-1',
        aiLlmId: 'llm-1',
        repoAiApiKeyId: 'key_1',
        tokensIn: '100',
        tokensOut: '20',
        llmTokensIn: '7',
        llmTokensOut: '0',
        activeConversations: 1,
        apiCalls: 2,
        policyViolations: 0,
        numAlerts: 0,
        numBlocks: 0,
        numSeverityLow: 0,
        numSeverityMedium: 0,
        numSeverityHigh: 0,
        latency_ms: 150,
        llmType: 'OPENAI',
        llmModel: 'gpt',
        host: 'gw-0',
        userUuid: 'kim',
        conversationUuid: 'c1',
      },
    ]);
  });

  it('takes one of repository, connection and key, and all of the rest', async () => {
    const tokens = async (query: object): Promise<number> =>
      (await call('dailyAiStats', query)).data.reduce((sum, row) => sum + Number(row['tokensIn']), 0);
    expect(await tokens({})).toBe(1111);
    expect(await tokens({ repoId: ['repo-2'], repoAiApiKeyId: ['key_1'] })).toBe(1101);
    expect(await tokens({ repoId: ['repo-2'], aiLlmId: ['llm-2'] })).toBe(1000);
    expect(await tokens({ repoId: ['repo-2'], repoAiApiKeyId: ['key_1'], llmType: ['openai'] })).toBe(101);
    expect(await tokens({ hosts: ['gw-9'] })).toBe(0);
    expect(await tokens({ llmModel: ['gpt', 'claude'], conversationUuid: ['c1'] })).toBe(100);
  });

  it('counts whole buckets, and days begin at midnight', async () => {
    const { data } = await call('dailyAiStats', { startDate: '2026-11-27T11:59:00Z', endDate: '2026-11-27T11:59:01Z', aiLlmId: ['llm-2'] });
    expect(data.map(({ timestamp }) => timestamp)).toEqual([Date.parse('2026-11-27')]);
    expect((await call('dailyAiStats', { endDate: '2026-11-26' })).data).toEqual([]);
    const ofDay = { startDate: '2026-11-27', endDate: '2026-11-27' };
    for (const id of ['dailyAiStats', 'minuteAiStats']) expect((await call(id, ofDay)).data, id).not.toEqual([]);
  });

  it('looks back an hour of minutes, or thirty days', async () => {
    expect((await call('minuteAiStats', {})).data.map(({ userUuid }) => userUuid)).not.toContain('lee');
    expect((await call('dailyAiStats', {})).data.map(({ userUuid }) => userUuid)).toContain('lee');
    expect(services.ledger.asked.map(({ from, to }) => (to - from) / 60_000)).toEqual([60, 30 * 24 * 60]);
  });

  it('shows rows of namespaces that the caller may read, and an empty list without any', async () => {
    expect((await call('dailyAiStats', {}, READ_A)).data.map(({ repoId }) => repoId)).not.toContain('repo-2');
    expect((await call('dailyAiStats', { repoId: ['repo-2'] }, READ_A)).data).toEqual([]);
    expect((await call('dailyAiStats', {}, {})).data).toEqual([]);
  });

  it.each([
    [{ startDate: 'soon' }, 'startDate must be a date in ISO 8601 form'],
    [{ startDate: '2026-11-28', endDate: '2026-11-27' }, 'startDate must not be after endDate'],
    [{ llmType: ['COHERE'] }, 'llmType must be one of OPENAI'],
  ])('refuses %j', async (query, message) => {
    await expect(call('dailyAiStats', query)).rejects.toMatchObject({ status: 400, message: expect.stringContaining(message) as string });
  });

  it('refuses an answer that is too long, with the fix', async () => {
    const many = Array.from({ length: MAX_ROWS + 1 }, (_, index) => used({ minute: MINUTE - 1, user: `u${index}` }));
    for (const row of many) services.ledger.used.push(row);
    await expect(call('minuteAiStats', {})).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('bring startDate and endDate closer together') as string,
    });
  });
});
