// Steps of the story: what policies found is listed, narrowed down and turned over page by page, to those who may see it.
import { describe, expect, test } from 'vitest';
import { eventually } from '../stack/stack.ts';
import type { Cast } from './cast.ts';
import { OTHERS, TEAM, type World } from './world.ts';

type Row = Record<string, unknown>;

const at = (row: Row): number => Date.parse(String(row['timestamp']));
const ids = (rows: readonly Row[]): unknown[] => rows.map(({ id }) => id);
const sorted = (lines: readonly (readonly unknown[])[]): string[] => lines.map((line) => JSON.stringify(line)).toSorted();

export function findings(world: () => World, cast: () => Cast): void {
  describe('what policies found', () => {
    let all: Row[];
    const listed = (path: string, who = 'administrator'): Promise<Row[]> => world().list(who, path);

    test('is listed with who asked what of whom, one row for each policy and request', async () => {
      const { book } = world();
      const expected = book.calls.flatMap(({ findings: found, ...call }) => found.map((finding) => ({ ...call, ...finding })));
      all = await eventually('all violations', async () => {
        const rows = await listed('/policy/violations');
        return rows.length === expected.length ? rows : undefined;
      });
      const told = all.map((row) => [
        row['policyId'],
        row['repoId'],
        row['repoAiApiKeyId'],
        row['llmType'],
        row['llmModel'],
        row['userId'],
        row['conversationId'],
        row['severity'],
        row['block'],
      ]);
      const meant = expected.map((one) => [
        one.policy,
        one.repo,
        one.key,
        one.aiType,
        one.model,
        one.user,
        one.conversation || null,
        one.severity,
        one.action === 2,
      ]);
      expect(sorted(told)).toEqual(sorted(meant));
      expect(all.map(at)).toEqual(all.map(at).toSorted((a, b) => b - a));
      const { team } = cast();
      const [ofCards] = all.filter((row) => row['policyId'] === cast().cards && row['repoAiApiKeyId'] === team.key);
      expect(ofCards).toMatchObject({
        policyName: 'No cards',
        repoName: 'Chat',
        repoAiApiKeyName: 'Our app',
        host: expect.stringMatching(/./),
        explanation: expect.stringMatching(/card/i),
      });
    });

    test('is narrowed down by each filter', async () => {
      const { team, others, cards } = cast();
      const middle = all[Math.floor(all.length / 2)]!;
      const filters: [string, (row: Row) => boolean][] = [
        [`repoId=${team.repo}`, (row) => row['repoId'] === team.repo],
        [`repoId=${others.repo}`, (row) => row['repoId'] === others.repo],
        [`workspaceId=${OTHERS}`, (row) => row['repoId'] === others.repo],
        [`workspaceId=${TEAM}&policyId=${cards}`, (row) => row['policyId'] === cards],
        ['llmType=OPENAI', (row) => row['llmType'] === 'OPENAI'],
        ['llmType=OTHER%2COPENAI', () => true],
        ['llmModel=large-1', (row) => row['llmModel'] === 'large-1'],
        [`host=${encodeURIComponent(String(middle['host']))}`, () => true],
        ['host=elsewhere', () => false],
        ['severity=HIGH', (row) => row['severity'] === 'HIGH'],
        ['severity=LOW,MEDIUM', (row) => row['severity'] !== 'HIGH'],
        ['block=true', (row) => row['block'] === true],
        ['block=false', (row) => row['block'] === false],
        [`from=${String(middle['timestamp'])}`, (row) => at(row) >= at(middle)],
        [`to=${String(middle['timestamp'])}`, (row) => at(row) < at(middle)],
      ];
      for (const [query, belongs] of filters) {
        const { violations, total } = await world().ok('administrator', 'GET', `/policy/violations?${query}`);
        const expected = ids(all.filter(belongs));
        expect([query, ids(violations as Row[]), total]).toEqual([query, expected, expected.length]);
      }
    });

    test('comes page by page', async () => {
      const page = (query: string): Promise<Row> => world().ok('administrator', 'GET', `/policy/violations?${query}`);
      expect(await page('')).toMatchObject({ skip: 0, take: 50, total: all.length });
      const turned: unknown[] = [];
      for (let skip = 0; skip < all.length; skip += 2) {
        const { violations, ...rest } = await page(`take=2&skip=${skip}`);
        expect(rest).toMatchObject({ skip, take: 2, total: all.length });
        turned.push(...ids(violations as Row[]));
      }
      expect(turned).toEqual(ids(all));
      expect((await page(`skip=${all.length}`))['violations']).toEqual([]);
      expect((await world().platform.call('administrator', 'GET', '/policy/violations?take=101')).status).toBe(400);
    });

    test('is listed for each policy too, and as alerts where somebody is to know', async () => {
      const { cards, advice, others, theirs } = cast();
      const of = (policy: string): unknown[] => ids(all.filter((row) => row['policyId'] === policy));
      for (const policy of [cards, advice, theirs]) {
        expect(ids(await listed(`/policy/${policy}/violations`))).toEqual(of(policy));
        // The rule about advice only writes down what it finds.
        expect(ids(await listed(`/policy/${policy}/alerts`))).toEqual(policy === advice ? [] : of(policy));
      }
      const alerts = await listed('/policy/alerts');
      expect(ids(alerts)).toEqual(ids(all.filter((row) => row['policyId'] !== advice)));
      for (const row of alerts) expect(row).toMatchObject({ message: expect.stringMatching(/card/i) });
      const { total } = await world().ok('administrator', 'GET', `/policy/alerts?repoId=${others.repo}&take=1`);
      expect(total).toBe(of(theirs).length);
    });

    test('is told to nobody who may not list the policies of the workspace', async () => {
      const { team, others } = cast();
      expect(ids(await listed('/policy/violations', 'viewer'))).toEqual(ids(all.filter((row) => row['repoId'] === team.repo)));
      expect(ids(await listed('/policy/violations', 'stranger'))).toEqual(ids(all.filter((row) => row['repoId'] === others.repo)));
      for (const what of ['violations', 'alerts']) {
        expect(await world().ok('stranger', 'GET', `/policy/${what}?repoId=${team.repo}`)).toMatchObject({ [what]: [], total: 0 });
      }
    });
  });
}
