import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { LedgerUnavailableError } from '../../src/ledger/failures.ts';
import { OpeningLedger } from '../../src/ledger/opening.ts';
import { FakeClock, settle } from '../fake/clock.ts';
import { recordingLedger } from '../fake/ledger.ts';

const logger = pino({ level: 'silent' });

describe('a ledger that opens beside the work', () => {
  it('says that it is not there until it is, and is tried again until it opens', async () => {
    const clock = new FakeClock();
    const { ledger: inner, calls } = recordingLedger();
    let attempts = 0;
    const open = async () => {
      attempts += 1;
      if (attempts < 3) throw new Error('connection refused');
      return inner;
    };
    const ledger = new OpeningLedger({ open, clock, logger });
    await settle();
    await expect(ledger.ingest([], () => undefined)).rejects.toThrow(LedgerUnavailableError);
    expect([ledger.isOpen, ledger.failingSince]).toEqual([false, clock.monotonic()]);
    await clock.advance(10_000);
    expect([attempts, ledger.isOpen, ledger.failingSince]).toEqual([3, true, undefined]);
    await ledger.ingest([], () => undefined);
    await ledger.audit([]);
    expect(calls).toEqual(['ingest', 'audit']);
    await ledger.close();
  });

  it('hands on every call of the port', async () => {
    const { ledger: inner, calls, names } = recordingLedger();
    const ledger = new OpeningLedger({ open: async () => inner, clock: new FakeClock(), logger });
    await settle();
    for (const name of names) await Reflect.apply(Reflect.get(ledger, name) as () => Promise<unknown>, ledger, []);
    expect(calls).toEqual(names);
  });

  it('is closed with what it has opened, also while it is opened', async () => {
    const { ledger: inner, calls } = recordingLedger();
    const opening = Promise.withResolvers<typeof inner>();
    const ledger = new OpeningLedger({ open: () => opening.promise, clock: new FakeClock(), logger });
    const closed = ledger.close();
    opening.resolve(inner);
    await closed;
    expect(calls).toEqual(['close']);
    await expect(ledger.audit([])).rejects.toThrow('not open');
  });

  it('is not tried again once it is closed', async () => {
    const clock = new FakeClock();
    let attempts = 0;
    const open = async () => {
      attempts += 1;
      throw new Error('away');
    };
    const ledger = new OpeningLedger({ open, clock, logger });
    await settle();
    await ledger.close();
    await clock.advance(60_000);
    expect([attempts, clock.pending]).toEqual([1, 0]);
  });
});
