// The ledger in SQLite, seen from outside. SQLite blocks the thread that it runs on, for the time of a wait for the disk or of a long
// question; the operator's own thread has leases to renew and snapshots to push. So one thread writes, and others read
// beside it.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { systemClock } from '../../clock.ts';
import type { LedgerBatch } from '../entries.ts';
import type { FindUid, Ingested, StoredLedger } from '../ledger.ts';
import type { Retention } from '../retention.ts';
import { uidsOf } from './messages.ts';
import { ReaderPools } from './reader-pools.ts';
import { Thread } from './thread.ts';

const READS = [
  'sources',
  'usage',
  'countUsage',
  'violations',
  'violationSums',
  'alerts',
  'audited',
  'conversation',
  'conversations',
  'messages',
  'openings',
] as const;
const WRITES = ['audit', 'createConversation', 'addMessages', 'deleteConversation', 'compact'] as const;
type Method = (typeof READS)[number] | (typeof WRITES)[number];

/** `busy`: milliseconds to wait for another process that holds the file. Fails where it cannot be opened, or is of a newer program. */
export async function openSqlite(path: string, retention: Retention, questionTimeout: number, busy?: number): Promise<StoredLedger> {
  mkdirSync(dirname(path), { recursive: true });
  const start = (readOnly: boolean): Thread => new Thread({ path, retention, readOnly, busy });
  let writer = start(false);
  try {
    await writer.ask('open', []);
  } catch (error) {
    await writer.end();
    throw error;
  }
  // Started at the first question: only now is there something to read.
  const readers = new ReaderPools({ start: () => start(true), timeout: questionTimeout, clock: systemClock });
  let isClosed = false;
  // A thread that has ended is replaced: what was committed is in the file, and whoever told the rest tells it again.
  const write = (): Thread => (writer.gone && !isClosed ? (writer = start(false)) : writer);
  const asked = (methods: readonly Method[], thread: () => Pick<Thread, 'ask'>): [string, unknown][] =>
    methods.map((method) => [method, async (...args: readonly unknown[]) => thread().ask(method, args)]);
  return {
    ...(Object.fromEntries([...asked(READS, () => readers), ...asked(WRITES, write)]) as Pick<StoredLedger, Method>),
    ingest: async (batches: readonly LedgerBatch[], findUid: FindUid) =>
      write().ask('ingest', [batches], uidsOf(batches, findUid)) as Promise<Ingested[]>,
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      await readers.close();
      if (!writer.gone) await writer.ask('close', []);
      await writer.end();
    },
  };
}
