// What questions of use answer.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DIMENSIONS, type Ledger } from '../../../src/ledger/ledger.ts';
import { expected, sorted } from '../model.ts';
import { aQuestion, aUse, aViolation, DAY, DAY_0, everyUid, HOUR, MINUTE_0, told } from '../said.ts';
import type { Place } from '../stores.ts';

const ENTRIES = [
  aUse({ conversation: 'c1', user: 'ann' }),
  aUse({ conversation: 'c1', user: 'ann', minute: MINUTE_0 + 7 }),
  aUse({ conversation: 'c2', user: 'ann', minute: MINUTE_0 + 61, model: 'o3' }),
  aUse({ conversation: 'c2', user: 'bob', minute: MINUTE_0 + 1441, host: 'gateway-2' }),
  aUse({ repository: 'lab/play', llm: '', provider: '', model: '', key: 'k', minute: MINUTE_0 + 3 * 1440 }),
  aUse({
    repository: 'lab/play',
    llm: 'lab/claude',
    provider: 'Anthropic',
    model: 'opus',
    key: 'k',
    conversation: 'c3',
    minute: MINUTE_0 + 3 * 1440 + 5,
  }),
  aViolation({ at: DAY_0 + HOUR + 61_234, user: 'ann', conversation: 'c2', severity: 'Low' }),
];

export function usageSuite(fresh: () => Promise<Place>): void {
  let ledger: Ledger;
  beforeAll(async () => {
    ledger = await (await fresh()).open();
    await told(ledger, ENTRIES);
  });
  afterAll(() => ledger?.close());

  it.each(DIMENSIONS)('breaks use down by %s, and filters by it', async (dimension) => {
    const all = aQuestion({ groupBy: [dimension] });
    const rows = await ledger.usage(all);
    expect(sorted(rows)).toEqual(expected(ENTRIES, all, everyUid));
    expect(rows.length).toBeGreaterThan(1);
    for (const { dimensions } of rows) {
      for (const by of ['filter', 'anyOf'] as const) {
        const one = aQuestion({ [by]: { [dimension]: [dimensions[dimension]!] } });
        expect(await ledger.usage(one)).toEqual(expected(ENTRIES, one, everyUid));
      }
    }
  });

  it.each([1, 5, 10, 60, 90, 360, 1440, 2880, 7 * 1440, 43_200])('adds up in buckets of %i minutes', async (minutes) => {
    for (const groupBy of [[], ['workspace'], ['user'], ['conversation'], DIMENSIONS] as const) {
      const question = aQuestion({ bucket: minutes * 60_000, groupBy });
      const rows = await ledger.usage(question);
      expect(sorted(rows)).toEqual(expected(ENTRIES, question, everyUid));
      expect(await ledger.countUsage(question)).toBe(rows.length);
    }
  });

  it('counts from the first to before the last millisecond of a window', async () => {
    const requests = async (from: number, to: number): Promise<number> =>
      (await ledger.usage(aQuestion({ from, to })))[0]?.amounts.requests ?? 0;
    const second = DAY_0 + 7 * 60_000;
    expect(await requests(second, second + 1)).toBe(1);
    expect(await requests(second + 1, DAY_0 + HOUR)).toBe(0);
    expect(await requests(DAY_0, second)).toBe(1);
    expect(await requests(DAY_0 - 400 * DAY, DAY_0 + 400 * DAY)).toBe(6);
  });

  it('answers nothing of namespaces that are not visible', async () => {
    const asked = async (visible: readonly string[]): Promise<unknown> =>
      (await ledger.usage(aQuestion({ visible, groupBy: ['workspace'] }))).map(({ dimensions }) => dimensions.workspace);
    expect(await asked(['lab'])).toEqual(['lab']);
    expect(await asked(['lab', 'shop'])).toEqual(['lab', 'shop']);
    expect(await asked(['la%', `lab' OR 1=1`])).toEqual([]);
    expect(await asked([])).toEqual([]);
    expect(await ledger.countUsage(aQuestion({ visible: [], groupBy: ['workspace'] }))).toBe(0);
  });

  it('wants all of a filter, and one of anyOf', async () => {
    const requests = async (fields: Parameters<typeof aQuestion>[0]): Promise<number> =>
      (await ledger.usage(aQuestion(fields)))[0]?.amounts.requests ?? 0;
    expect(await requests({ filter: { user: ['ann'], model: ['o3'] } })).toBe(1);
    expect(await requests({ anyOf: { user: ['bob'], model: ['o3'] } })).toBe(2);
    expect(await requests({ filter: { host: ['gateway-2'] }, anyOf: { key: ['web'], llm: ['uid of AILLMConfig lab/claude'] } })).toBe(1);
    expect(await requests({ filter: { user: ['ann', 'bob'] } })).toBe(4);
    expect(await requests({ filter: { user: ['nobody'] } })).toBe(0);
    expect(await requests({ filter: { model: [] } })).toBe(0);
    expect(await requests({ anyOf: {} })).toBe(6);
  });

  it('leaves out the use of keys, few or many, whatever else is asked for', async () => {
    const many = Array.from({ length: 5000 }, (_, index) => `key ${index}`);
    for (const withoutKeys of [[], ['k'], ['web'], ['k', 'web'], ['nobody'], [...many, 'k'], many]) {
      for (const fields of [{}, { groupBy: DIMENSIONS }, { bucket: DAY }, { filter: { user: ['ann', ''] } }, { visible: ['lab'] }]) {
        const question = aQuestion({ ...fields, withoutKeys });
        const rows = await ledger.usage(question);
        expect(sorted(rows)).toEqual(expected(ENTRIES, question, everyUid));
        expect(await ledger.countUsage(question)).toBe(rows.length);
      }
    }
  });

  it('orders by the greatest, and pages', async () => {
    const own = await (await fresh()).open();
    await told(own, [
      aUse({ model: 'a', tokensOut: 1 }),
      aUse({ model: 'b', tokensOut: 3 }),
      aUse({ model: 'c', tokensOut: 2 }),
      aUse({ model: 'd', tokensOut: 3 }),
    ]);
    const models = async (fields: Parameters<typeof aQuestion>[0]): Promise<unknown> =>
      (await own.usage(aQuestion({ groupBy: ['model'], ...fields }))).map(({ dimensions }) => dimensions.model);
    expect(await models({ orderBy: 'tokensOut' })).toEqual(['b', 'd', 'c', 'a']);
    expect(await models({ orderBy: 'tokensOut', limit: 2, offset: 1 })).toEqual(['d', 'c']);
    expect(await models({ limit: 1 })).toEqual(['a']);
    expect(await models({ offset: 3 })).toEqual(['d']);
    expect(await own.countUsage(aQuestion({ groupBy: ['model'], limit: 1, offset: 2 }))).toBe(4);
    await own.close();
  });

  it('counts a conversation once, however many hours, models and users it has', async () => {
    const own = await (await fresh()).open();
    const conversation = 'long';
    for (const hours of [0, 1, 30, 31, 800]) {
      await told(own, [aUse({ conversation, minute: MINUTE_0 + hours * 60, model: `m${hours % 2}`, user: `u${hours % 3}` })]);
    }
    await told(own, [aUse({ conversation: 'other' })]);
    const counts = async (fields: Parameters<typeof aQuestion>[0]): Promise<number[]> =>
      (await own.usage(aQuestion({ to: DAY_0 + 60 * DAY, ...fields }))).map((row) => row.conversations);
    expect(await counts({})).toEqual([2]);
    expect(await counts({ groupBy: ['model'] })).toEqual([1, 1, 1]);
    expect(await counts({ groupBy: ['user'], filter: { user: ['u0', 'u1'] } })).toEqual([1, 1]);
    expect(await counts({ bucket: DAY })).toEqual([2, 1, 1]);
    expect(await counts({ bucket: DAY, conversations: false })).toEqual([0, 0, 0]);
    expect(await counts({ bucket: HOUR, filter: { conversation: ['long'] } })).toEqual([1, 1, 1, 1, 1]);
    await own.close();
  });

  it.each([0, -60_000, 90_000, 1.5])('refuses a bucket of %d ms', async (bucket) => {
    await expect(ledger.usage(aQuestion({ bucket }))).rejects.toThrow('the bucket of a question has to be a multiple of 60000 ms');
  });
}
