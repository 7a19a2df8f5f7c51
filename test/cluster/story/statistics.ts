// Steps of the story: every statistic adds up, to the token, to what the provider has billed.
import { describe, expect, test } from 'vitest';
import { eventually } from '../stack/stack.ts';
import type { Call, Sums } from './book.ts';
import type { Cast } from './cast.ts';
import { OTHERS, TEAM, type World } from './world.ts';

type Row = Record<string, unknown>;
type Numbers = Record<string, number>;

const NAMES = {
  requests: 'apiCalls',
  tokensIn: 'tokensIn',
  tokensOut: 'tokensOut',
  violations: 'policyViolations',
  alerts: 'numAlerts',
  blocks: 'numBlocks',
} as const;

const add = (rows: readonly Row[], name: string): number => rows.reduce((sum, row) => sum + Number(row[name]), 0);

/** Rows of the first version, added up. */
export function sumsOfRows(rows: readonly Row[]): Sums {
  return Object.fromEntries(Object.entries(NAMES).map(([name, wire]) => [name, add(rows, wire)])) as Record<keyof typeof NAMES, number>;
}

const pick = (numbers: Numbers, names: readonly string[]): Numbers =>
  Object.fromEntries(names.map((name) => [name, numbers[name] ?? Number.NaN]));

/** Last part of the path -> what entities are known by there, and calls here. */
const USE = ['requests', 'tokensIn', 'tokensOut'];
const FOUND = ['violations', 'alerts', 'blocks'];

export function statistics(world: () => World, cast: () => Cast): void {
  const isOfApps = ({ isChat }: Call): boolean => !isChat;
  const ofTeam = ({ workspace }: Call): boolean => workspace === TEAM;

  describe('the statistics', () => {
    test.each(['daily', 'minute'])('/aistats/%s have what the provider has billed, told apart by everything', async (period) => {
      const { book } = world();
      const rows = (query = ''): Promise<Row[]> => world().list('administrator', `/aistats/${period}${query}`);
      const all = await eventually('the whole bill', async () => {
        const found = await rows();
        const [sums, judged] = [sumsOfRows(found), { tokensIn: add(found, 'llmTokensIn'), tokensOut: add(found, 'llmTokensOut') }];
        const expected = { ...book.sums(), judged: book.judged };
        if (JSON.stringify({ ...sums, judged }) !== JSON.stringify(expected))
          throw new Error(JSON.stringify({ told: { ...sums, judged }, expected }));
        return found;
      });
      expect(book.judged.tokensIn).toBeGreaterThan(0);
      expect([add(all, 'numSeverityHigh'), add(all, 'numSeverityMedium'), add(all, 'numSeverityLow')]).toEqual(
        ['HIGH', 'MEDIUM', 'LOW'].map(
          (wanted) => book.calls.flatMap(({ findings }) => findings).filter(({ severity }) => severity === wanted).length,
        ),
      );
      const { team, others } = cast();
      const [host] = new Set(all.map((row) => String(row['host'])));
      const filters: [string, (call: Call) => boolean][] = [
        [`repoId=${team.repo}`, (call) => call.repo === team.repo],
        [`aiLlmId=${others.llm}`, (call) => call.llm === others.llm],
        [`repoAiApiKeyId=${team.key}`, (call) => call.key === team.key],
        // One of these has to hold, and what follows as well.
        [`repoAiApiKeyId=${team.key}&aiLlmId=${others.llm}`, (call) => call.key === team.key || call.llm === others.llm],
        [`repoId=${team.repo},${others.repo}&llmModel=large-1`, (call) => call.model === 'large-1'],
        [`hosts=${encodeURIComponent(host!)}`, () => true],
        ['hosts=elsewhere', () => false],
        ['llmType=OPENAI', (call) => call.aiType === 'OPENAI'],
        ['userUuid=usr_1', (call) => call.user === 'usr_1'],
        ['userUuid=usr_1,usr_2&conversationUuid=conv_1', (call) => call.conversation === 'conv_1'],
      ];
      for (const [query, belongs] of filters) expect([query, sumsOfRows(await rows(`?${query}`))]).toEqual([query, book.sums(belongs)]);
      expect((await rows('?conversationUuid=conv_1')).every((row) => row['activeConversations'] === 1 && row['repoId'] === team.repo)).toBe(
        true,
      );
    });

    test('of a connection are as large', async () => {
      const { book } = world();
      const { team, others } = cast();
      const rows = await world().list('administrator', '/ai/llm/stats');
      for (const { llm } of [team, others]) {
        const { requests, tokensIn, tokensOut, violations, alerts, blocks } = book.sums((call) => call.llm === llm);
        expect(rows.find((row) => row['aiLlmId'] === llm)).toMatchObject({
          totalApiCalls: String(requests),
          totalTokensIn: String(tokensIn),
          totalTokensOut: String(tokensOut),
          totalPolicyViolations: String(violations),
          totalAlerts: String(alerts),
          totalBlocks: String(blocks),
        });
      }
      expect(String(add(rows, 'totalLlmTokensIn'))).toBe(String(book.judged.tokensIn));
    });

    test.each([
      ['/v2/stats/ai', USE, isOfApps],
      ['/v2/stats/private-chat', USE, ({ isChat }: Call) => isChat],
      ['/v2/stats/policies', FOUND, () => true],
    ] as const)('%s: the series of each scope adds up', async (path, names, belongs) => {
      const { team, others } = cast();
      const scopes: [string, (call: Call) => boolean][] = [
        ['scope=org', () => true],
        [`scope=workspace&id=${TEAM}`, ofTeam],
        [`scope=workspace&id=${OTHERS}`, (call) => !ofTeam(call)],
        [`scope=repo&id=${team.repo}`, ofTeam],
        ['scope=org&userId=usr_2', ({ user }) => user === 'usr_2'],
        [`scope=org&apiKeyId=${team.key}`, ({ key }) => key === team.key],
        [`scope=workspace&id=${OTHERS}&aiLlmId=${others.llm}`, ({ llm }) => llm === others.llm],
        ['scope=org&model=large-1&timeBucketSize=5m', ({ model }) => model === 'large-1'],
      ];
      for (const [query, within] of scopes) {
        const { series, summary } = await world().ok('administrator', 'GET', `${path}?window=24h&${query}`);
        const expected = pick({ ...world().book.sums((call) => belongs(call) && within(call)) }, names);
        expect([query, Object.fromEntries(names.map((name) => [name, add(series as Row[], name)]))]).toEqual([query, expected]);
        const { tokensIn = 0, tokensOut = 0, violations = 0 } = expected;
        expect([query, (summary as Numbers)['total']]).toEqual([query, tokensIn + tokensOut + violations]);
      }
    });

    test('/v2/stats/policies: the tokens of judges, and what single policies did', async () => {
      const { book } = world();
      const { series, summary } = await world().ok('administrator', 'GET', '/v2/stats/policies/tokens?window=24h&scope=org');
      expect([add(series as Row[], 'policyTokensIn'), add(series as Row[], 'policyTokensOut')]).toEqual([
        book.judged.tokensIn,
        book.judged.tokensOut,
      ]);
      expect((summary as Numbers)['total']).toBe(book.judged.tokensIn + book.judged.tokensOut);
      const found = book.calls.flatMap(({ findings }) => findings);
      const { entities } = await world().ok('administrator', 'GET', '/v2/stats/policies/breakdown/rules?window=24h');
      const expected = Map.groupBy(found, ({ policy }) => policy);
      const told = (entities as { entityId: string; totals: Numbers }[]).map(({ entityId, totals }) => [
        entityId,
        totals['violations'],
        totals['alerts'],
        totals['blocks'],
      ]);
      expect(told.toSorted()).toEqual(
        [...expected]
          .map(([policy, rows]) => [
            policy,
            rows.length,
            rows.filter(({ action }) => action > 0).length,
            rows.filter(({ action }) => action === 2).length,
          ])
          .toSorted(),
      );
      expect(told.map(([, violations]) => violations)).toEqual(told.map(([, violations]) => Number(violations)).toSorted((a, b) => b - a));
      const { series: ofRule } = await world().ok('administrator', 'GET', `/v2/stats/policies?window=24h&scope=org&ruleId=${cast().cards}`);
      expect(add(ofRule as Row[], 'blocks')).toBe(expected.get(cast().cards)!.length);
    });

    test.each<[string, readonly string[], (call: Call) => boolean, (call: Call) => string]>([
      ['ai/breakdown/workspaces', USE, isOfApps, ({ workspace }) => workspace],
      ['ai/breakdown/repos', USE, isOfApps, ({ repo }) => repo],
      ['ai/breakdown/models', USE, isOfApps, ({ model }) => model],
      ['ai/breakdown/providers', USE, isOfApps, ({ aiType }) => ({ OTHER: 'Other', OPENAI: 'OpenAI' })[aiType]],
      ['ai/breakdown/nodes', USE, isOfApps, () => 'the gateway'],
      ['ai/breakdown/aiConfigs', USE, isOfApps, ({ llm }) => llm],
      ['private-chat/breakdown/models', USE, ({ isChat }) => isChat, ({ model }) => model],
      ['private-chat/breakdown/users', USE, ({ isChat }) => isChat, ({ user }) => user],
      ['policies/breakdown/users', FOUND, ({ findings }) => findings.length > 0, ({ user }) => user],
    ])('/v2/stats/%s: entities and their series add up', async (path, names, belongs, name) => {
      const { entities, meta, summary } = await world().ok('administrator', 'GET', `/v2/stats/${path}?window=24h&includeSeries=true`);
      const expected = world().book.by(name, belongs);
      const found = entities as { entityId: string; totals: Numbers; series: Row[] }[];
      const idOf = ({ entityId }: { entityId: string }): string => (path.endsWith('/nodes') ? 'the gateway' : entityId);
      expect(Object.fromEntries(found.map((entity) => [idOf(entity), pick(entity.totals, names)]))).toEqual(
        Object.fromEntries(Object.entries(expected).map(([group, sums]) => [group, pick({ ...sums }, names)])),
      );
      for (const { totals, series } of found)
        expect(Object.fromEntries(names.map((one) => [one, add(series, one)]))).toEqual(pick(totals, names));
      expect(meta).toMatchObject({ totalEntities: found.length, includesSeries: true });
      // A conversation is one, however many buckets it is in.
      const counted =
        path === 'private-chat/breakdown/users' ? 'conversationsCount' : path.startsWith('ai/') ? 'activeConversations' : undefined;
      for (const entity of counted === undefined ? [] : found) {
        const of = (call: Call): boolean => belongs(call) && name(call) === idOf(entity);
        expect([idOf(entity), entity.totals[counted!]]).toEqual([idOf(entity), world().book.conversations(of)]);
      }
      const all = Object.values(expected);
      const main =
        names === USE
          ? all.reduce((sum, { tokensIn, tokensOut }) => sum + tokensIn + tokensOut, 0)
          : all.reduce((sum, { violations }) => sum + violations, 0);
      expect((summary as Numbers)['total']).toBe(main);
    });
  });
}
