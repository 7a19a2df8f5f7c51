// Random batches, repeated and mixed as gateways may, into a ledger that breaks and is opened again: the sums are as if nothing had been.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Database, Transaction } from '../../../src/ledger/database.ts';
import type { LedgerBatch, LedgerEntry } from '../../../src/ledger/entries.ts';
import { DIMENSIONS, type Dimension, type Ingested } from '../../../src/ledger/ledger.ts';
import { RETENTION } from '../../../src/ledger/retention.ts';
import { SqlLedger } from '../../../src/ledger/sql-ledger.ts';
import { expected, sorted } from '../model.ts';
import { aBatch, aQuestion, aUse, aViolation, DAY, DAY_0, everyUid, HOUR, MINUTE_0 } from '../said.ts';
import type { Place } from '../stores.ts';

const one = <const Value>(...values: Value[]): fc.Arbitrary<Value> => fc.constantFrom(...values);
const count = fc.nat(1000);
const who = {
  repository: one('shop/chat', 'shop/other', 'lab/play'),
  key: one('web', 'job'),
  llm: one('shop/openai', 'lab/claude', ''),
  model: one('gpt-4o', 'opus', ''),
  host: one('gateway-1', 'gateway-2'),
  user: one('', 'ann', 'bob'),
  conversation: one('', 'c1', 'c2', 'c3'),
};
/** Over days, with minutes at the edges of hours and days. */
const minute = fc.tuple(fc.nat(40), one(0, 1, 59, 60, 1439, 700)).map(([day, at]) => MINUTE_0 + day * 1440 + at);
const use = fc
  .record({
    ...who,
    minute,
    requests: count,
    tokensIn: count,
    tokensOut: count,
    policyTokensIn: count,
    policyTokensOut: count,
    latency: count,
  })
  .map((fields) => aUse(fields));
const violation = fc
  .record({
    ...who,
    at: minute.map((at) => at * 60_000 + 999),
    action: one('Log', 'Alert', 'Block', 'DryRun'),
    severity: one(undefined, 'Low', 'Medium', 'High'),
  })
  .map(({ severity, ...fields }) => aViolation(severity === undefined ? fields : { ...fields, severity }));
const entries: fc.Arbitrary<LedgerEntry[]> = fc.array(fc.oneof({ weight: 4, arbitrary: use }, { weight: 1, arbitrary: violation }), {
  maxLength: 6,
});
const batchesOf = (source: string): fc.Arbitrary<LedgerBatch[]> =>
  fc.array(entries, { maxLength: 5 }).map((all) => all.map((of, index) => aBatch(of, { source, sequence: index + 1 })));

const some = <Value>(values: readonly Value[]): fc.Arbitrary<Value[]> => fc.subarray([...values], { minLength: 1 });
const filters = fc.record(
  {
    workspace: some(['shop', 'lab']),
    model: some(['gpt-4o', 'opus', '']),
    user: some(['', 'ann', 'bob']),
    conversation: some(['c1', 'c2', '']),
    host: some(['gateway-1']),
  },
  { requiredKeys: [] },
);
const question = fc
  .record(
    {
      from: fc.nat(40 * 1440),
      length: one(1, 61, 1440, 7 * 1440, 60 * 1440),
      bucket: one(1, 7, 60, 180, 1440, 30 * 1440),
      groupBy: fc.subarray([...DIMENSIONS] as Dimension[], { maxLength: 3 }),
      filter: filters,
      anyOf: filters,
      visible: one<readonly string[] | 'all'>('all', ['shop'], ['shop', 'lab'], []),
    },
    { requiredKeys: ['from', 'length', 'groupBy', 'visible'] },
  )
  .map(({ from, length, bucket, ...rest }) => {
    const start = DAY_0 + from * 60_000;
    return aQuestion({ ...rest, from: start, to: start + length * 60_000, ...(bucket === undefined ? {} : { bucket: bucket * 60_000 }) });
  });

/** Breaks at the statement after that many; each transaction goes back as if the process had ended in its middle. */
function breaking(database: Database, statements: number): Database {
  let left = statements;
  const counted =
    <Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>) =>
    (...args: Args): Promise<Result> => {
      left -= 1;
      return left < 0 ? Promise.reject(new Error('broken for the test')) : call(...args);
    };
  return {
    words: database.words,
    all: (sql, values) => database.all(sql, values),
    write: (work) =>
      database.write((transaction) =>
        work({
          all: counted((sql: string, values) => transaction.all(sql, values)) as Transaction['all'],
          run: counted((sql, values) => transaction.run(sql, values)),
          put: counted((table, rows) => transaction.put(table, rows)),
          add: counted((table, rows) => transaction.add(table, rows)),
        }),
      ),
    close: () => database.close(),
  };
}

interface Step {
  /** How many batches of each source are sent at once, from the first that is not confirmed, and how many before it again. */
  ahead: number;
  again: number;
  /** After how many statements the process ends; undefined: it lives. */
  breaksAfter: number | undefined;
  /** Whether the confirmation gets lost. */
  isLost: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  ahead: fc.integer({ min: 1, max: 3 }),
  again: fc.nat(2),
  breaksAfter: fc.option(fc.nat(60), { nil: undefined }),
  isLost: fc.boolean(),
});

/** Sends what is left until all is confirmed, through everything that happens on the way. */
async function send(place: Place, sources: readonly LedgerBatch[][], steps: readonly Step[]): Promise<SqlLedger> {
  const confirmed = sources.map(() => 0);
  const open = async (breaksAfter?: number): Promise<SqlLedger> => {
    const database = await place.connect();
    return breaksAfter === undefined ? SqlLedger.open(database, RETENTION) : new SqlLedger(breaking(database, breaksAfter), RETENTION);
  };
  await (await open()).close();
  const last: Step = { ahead: 100, again: 2, breaksAfter: undefined, isLost: false };
  for (const { ahead, again, breaksAfter, isLost } of [...steps, last]) {
    const ledger = await open(breaksAfter);
    const sent = sources.flatMap((batches, source) => batches.slice(Math.max(confirmed[source]! - again, 0), confirmed[source]! + ahead));
    const results: Ingested[] = await ledger.ingest(sent, everyUid).catch(() => []);
    if (!isLost)
      for (const [index, batch] of sent.entries())
        if (results[index] !== undefined) confirmed[sources.findIndex((of) => of.includes(batch))] = batch.sequence;
    await ledger.close();
  }
  return open();
}

export function crashesSuite(fresh: () => Promise<Place>): void {
  it('adds up to the same, whatever is repeated and wherever it breaks', async () => {
    const stories = fc.tuple(
      fc.tuple(batchesOf('a'), batchesOf('b'), batchesOf('c')),
      fc.array(step, { maxLength: 6 }),
      fc.array(question, { minLength: 3, maxLength: 6 }),
    );
    await fc.assert(
      fc.asyncProperty(stories, async ([sources, steps, questions]) => {
        const ledger = await send(await fresh(), sources, steps);
        const all = sources.flat().flatMap((batch) => batch.entries);
        for (const asked of [...questions, aQuestion({ from: DAY_0 - HOUR, to: DAY_0 + 90 * DAY, groupBy: DIMENSIONS })]) {
          const rows = await ledger.usage(asked);
          expect(sorted(rows)).toEqual(expected(all, asked, everyUid));
          expect(await ledger.countUsage(asked)).toBe(rows.length);
          const pages = [];
          for (let offset = 0; offset < rows.length + 3; offset += 3) pages.push(...(await ledger.usage({ ...asked, limit: 3, offset })));
          expect(pages).toEqual(rows);
        }
        await ledger.close();
      }),
      { numRuns: 12 },
    );
  }, 180_000);
}
