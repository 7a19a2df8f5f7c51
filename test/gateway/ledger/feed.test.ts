// When the operator is told what.
import { beforeEach, describe, expect, it } from 'vitest';
import { LedgerFeed } from '../../../src/gateway/ledger/feed.ts';
import type { Spool } from '../../../src/gateway/ledger/spool.ts';
import type { LedgerBatch } from '../../../src/ledger/entries.ts';
import { FakeClock } from '../../fake/clock.ts';
import { amounts, aSpool, aViolation, confirmationOf, DIMENSIONS, sumOf } from '../../fake/spool.ts';

const never = new AbortController().signal;

let clock: FakeClock;
let spool: Spool;
let feed: LedgerFeed;
beforeEach(() => {
  clock = new FakeClock();
  ({ spool } = aSpool(clock));
  feed = new LedgerFeed(spool, clock);
});

const spend = (tokensIn: number): void => spool.use(DIMENSIONS, amounts({ requests: 1, tokensIn }));

/** An operator that asks, with what it was told and when. */
function ask(confirmed: readonly LedgerBatch[] = [], signal = never) {
  const asked: { told?: LedgerBatch[]; after?: number } = {};
  const since = clock.monotonic();
  void feed.next(confirmed.map(confirmationOf), signal).then((told) => Object.assign(asked, { told, after: clock.monotonic() - since }));
  return asked;
}

describe('an operator that asks', () => {
  it('is told nothing after 25 seconds without anything', async () => {
    const asked = ask();
    await clock.advance(24_999);
    expect(asked).toEqual({});
    await clock.advance(1);
    expect(asked).toEqual({ told: [], after: 25_000 });
    expect(clock.pending).toBe(0);
  });

  it('is told of use every few seconds, all of it together', async () => {
    const first = ask();
    spend(1);
    await clock.advance(3_000);
    spend(2);
    await clock.advance(2_000);
    expect(first.after).toBe(5_000);
    expect(sumOf(first.told!)).toMatchObject({ requests: 2, tokensIn: 3 });
    const second = ask(first.told);
    spend(4);
    await clock.advance(10_000);
    expect(second.after).toBe(5_000);
    expect(sumOf(second.told!)).toMatchObject({ tokensIn: 4 });
  });

  it.each(['Alert', 'Block'] as const)('is told of a violation whose action is %s within 100 ms, with the use so far', async (action) => {
    const asked = ask();
    await clock.advance(1_000);
    spend(1);
    spool.violated(aViolation({ action }));
    await clock.advance(60);
    spool.violated(aViolation({ action }));
    await clock.advance(40);
    expect(asked.after).toBe(1_100);
    expect(asked.told?.[0]?.entries.map(({ type }) => type)).toEqual(['usage', 'violation', 'violation']);
  });

  it.each(['Log', 'DryRun'] as const)('is told of a violation whose action is %s with the use', async (action) => {
    const asked = ask();
    spool.violated(aViolation({ action }));
    await clock.advance(4_999);
    expect(asked).toEqual({});
    await clock.advance(1);
    expect(asked.told).toHaveLength(1);
  });

  it('is told the same again without having confirmed it, but not all the time', async () => {
    spend(1);
    const first = ask();
    await clock.advance(5_000);
    const second = ask();
    spend(2);
    await clock.advance(999);
    expect(second).toEqual({});
    await clock.advance(1);
    expect(second.told).toEqual(first.told);
  });

  it('is told the rest of what is much at once', async () => {
    for (let user = 0; user < 6_000; user++) spool.use({ ...DIMENSIONS, user: `user-${user}` }, amounts({ requests: 1 }));
    const first = ask();
    await clock.advance(0);
    expect(first.after).toBe(0);
    const second = ask(first.told);
    await clock.advance(5_000);
    expect(sumOf([...first.told!, ...second.told!])).toMatchObject({ requests: 6_000 });
  });

  it('may leave: what it would have been told goes to the next', async () => {
    const leaves = new AbortController();
    const gone = ask([], leaves.signal);
    spend(1);
    leaves.abort();
    await clock.advance(5_000);
    expect(gone.told).toEqual([]);
    const next = ask();
    await clock.advance(0);
    expect(sumOf(next.told!)).toMatchObject({ tokensIn: 1 });
  });
});

describe('the end of a gateway', () => {
  const emptied = (graceMs: number) => {
    const end: { isEmpty?: boolean } = {};
    void feed.emptied(graceMs).then((isEmpty) => Object.assign(end, { isEmpty }));
    return end;
  };

  it('comes once the operator has confirmed everything, which it is told at once', async () => {
    const asked = ask();
    spend(1);
    const end = emptied(10_000);
    await clock.advance(200);
    expect(sumOf(asked.told!)).toMatchObject({ tokensIn: 1 });
    expect(end).toEqual({});
    ask(asked.told);
    await clock.advance(100);
    expect(end).toEqual({ isEmpty: true });
  });

  it('comes after a while where the operator confirms nothing', async () => {
    ask();
    spend(1);
    const end = emptied(10_000);
    await clock.advance(9_000);
    expect(end).toEqual({});
    await clock.advance(1_100);
    expect(end).toEqual({ isEmpty: false });
  });

  it('waits for nobody who has not asked for a minute', async () => {
    spend(1);
    const end = emptied(10_000);
    await clock.advance(0);
    expect(end).toEqual({ isEmpty: false });
  });

  it('comes at once where nothing waits', async () => {
    ask();
    const end = emptied(10_000);
    await clock.advance(0);
    expect(end).toEqual({ isEmpty: true });
  });
});
