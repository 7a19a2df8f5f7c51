// Sums of violations, which tell policies and users apart.
import { expect, it } from 'vitest';
import type { Ledger, ViolationSum, ViolationSumsQuestion } from '../../../src/ledger/ledger.ts';
import { aViolation, DAY_0, everyUid, HOUR, noUid, told } from '../said.ts';
import type { Place } from '../stores.ts';

const NO_CARDS = everyUid('AIPolicy', 'shop/no-cards')!;
const OTHER = everyUid('AIPolicy', 'lab/other')!;

/** Bucket and dimensions -> violations, in an order that does not depend on the store. */
async function counted(ledger: Ledger, fields: Partial<ViolationSumsQuestion>): Promise<Record<string, number>> {
  const rows = await ledger.violationSums({ visible: 'all', from: 0, to: DAY_0 + 30 * 24 * HOUR, groupBy: [], ...fields });
  const named = rows.map(({ at, dimensions, amounts }): [string, number] => [
    [...(at === 0 ? [] : [(at - DAY_0) / HOUR]), ...Object.values(dimensions)].join(' '),
    amounts.violations,
  ]);
  expect(new Set(named.map(([name]) => name)).size).toBe(named.length);
  return Object.fromEntries(named);
}

export function violationSumsSuite(fresh: () => Promise<Place>): void {
  it('adds up what violations led to and how severe they were judged, without what was found on trial', async () => {
    const ledger = await (await fresh()).open();
    await told(ledger, [
      aViolation({ action: 'Log', severity: 'Low' }),
      aViolation({ action: 'Alert', severity: 'Medium' }),
      aViolation({ action: 'Block', severity: 'High' }),
      aViolation({ action: 'Block' }),
      aViolation({ action: 'DryRun', severity: 'High' }),
    ]);
    const expected: ViolationSum = {
      at: 0,
      dimensions: {},
      amounts: { violations: 4, alerts: 3, blocks: 2, severityLow: 1, severityMedium: 1, severityHigh: 1 },
    };
    expect(await ledger.violationSums({ visible: 'all', from: 0, to: DAY_0 + 1, groupBy: [] })).toEqual([expected]);
    await ledger.close();
  });

  it('tells buckets, policies and users apart', async () => {
    const ledger = await (await fresh()).open();
    await told(ledger, [
      aViolation({ user: 'ann', at: DAY_0 + 1 }),
      aViolation({ user: 'ann', at: DAY_0 + HOUR - 1 }),
      aViolation({ user: 'bob', at: DAY_0 + HOUR, policy: 'lab/other' }),
    ]);
    expect(await counted(ledger, { groupBy: ['policy'] })).toEqual({ [NO_CARDS]: 2, [OTHER]: 1 });
    expect(await counted(ledger, { groupBy: ['user'], bucket: HOUR })).toEqual({ '0 ann': 2, '1 bob': 1 });
    expect(await counted(ledger, { groupBy: [], bucket: HOUR })).toEqual({ '0': 2, '1': 1 });
    expect(await counted(ledger, { groupBy: ['policy', 'user'], bucket: 24 * HOUR })).toEqual({
      [`0 ${NO_CARDS} ann`]: 2,
      [`0 ${OTHER} bob`]: 1,
    });
    await ledger.close();
  });

  it('counts what its filters, its window and its namespaces leave, all of them together', async () => {
    const ledger = await (await fresh()).open();
    await told(ledger, [
      aViolation({ user: 'ann', key: 'web', model: 'o3' }),
      aViolation({ user: 'bob', key: 'app', at: DAY_0 + HOUR }),
      aViolation({ user: '', policy: 'lab/other', repository: 'lab/play', llm: 'lab/claude', at: DAY_0 + 2 * HOUR }),
    ]);
    const total = async (fields: Partial<ViolationSumsQuestion>): Promise<number | undefined> => (await counted(ledger, fields))[''];
    expect(await total({})).toBe(3);
    expect(await total({ visible: ['shop'] })).toBe(2);
    expect(await total({ visible: [] })).toBeUndefined();
    expect(await total({ from: DAY_0 + 1, to: DAY_0 + 2 * HOUR })).toBe(1);
    expect(await total({ filter: { policy: [NO_CARDS] } })).toBe(2);
    expect(await total({ filter: { policy: ['never seen'] } })).toBeUndefined();
    expect(await total({ filter: { repository: [everyUid('Repository', 'lab/play')!] } })).toBe(1);
    expect(await total({ filter: { llm: [everyUid('AILLMConfig', 'lab/claude')!] } })).toBe(1);
    expect(await total({ filter: { key: ['web', 'app'] } })).toBe(3);
    expect(await total({ filter: { model: ['o3'] } })).toBe(1);
    expect(await total({ filter: { user: ['bob', ''] } })).toBe(2);
    expect(await total({ filter: { user: ['bob', ''], key: ['app'], policy: [NO_CARDS, OTHER] } })).toBe(1);
    await ledger.close();
  });

  it('takes policies of which nobody knows the UID for one', async () => {
    const ledger = await (await fresh()).open();
    await told(ledger, [aViolation({ policy: 'shop/a' }), aViolation({ policy: 'shop/b' })], noUid);
    expect(await counted(ledger, { groupBy: ['policy'] })).toEqual({ '': 2 });
    expect(await counted(ledger, { groupBy: ['policy'], filter: { policy: [''] } })).toEqual({ '': 2 });
    await ledger.close();
  });

  it('takes only buckets of whole milliseconds', async () => {
    const ledger = await (await fresh()).open();
    const asked = ledger.violationSums({ visible: 'all', from: 0, to: 1, groupBy: [], bucket: 0.5 });
    await expect(asked).rejects.toThrow('the bucket of a question has to be a whole number of milliseconds above 0, and it is 0.5');
    await ledger.close();
  });
}
