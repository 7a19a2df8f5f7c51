// What the threads of the ledger in SQLite say to each other.
import type { Kind } from '../../api/resources.ts';
import type { LedgerBatch } from '../entries.ts';
import { LedgerUnavailableError } from '../failures.ts';
import type { FindUid, StoredLedger } from '../ledger.ts';
import type { Retention } from '../retention.ts';

export interface WorkerData {
  path: string;
  retention: Retention;
  readOnly: boolean;
  /** Milliseconds to wait for another process that holds the file. */
  busy: number | undefined;
}

export interface Question {
  number: number;
  method: keyof StoredLedger | 'open';
  args: readonly unknown[];
  /** Of `ingest`: a function cannot be handed over, what it says can. */
  uids?: Uids;
}

export interface Answer {
  number: number;
  result?: unknown;
  /** Why there is no result. */
  error?: Refused;
}

/** An error, of which only plain values can be handed over. */
export interface Refused {
  message: string;
  /** It was a LedgerUnavailableError. */
  isAway: boolean;
}

export function refusedBy(error: unknown): Refused {
  return { message: error instanceof Error ? error.message : String(error), isAway: error instanceof Error && error.name === 'LedgerUnavailableError' };
}

export function errorOf({ message, isAway }: Refused): Error {
  return isAway ? new LedgerUnavailableError(message) : new Error(message);
}

/** By `kind namespace/name`. */
export type Uids = Map<string, string>;

const KINDS = { repository: 'Repository', llm: 'AILLMConfig', policy: 'AIPolicy' } as const satisfies Record<string, Kind>;

/** What the ledger will ask about these batches. */
export function uidsOf(batches: readonly LedgerBatch[], findUid: FindUid): Uids {
  const uids: Uids = new Map();
  const add = (kind: Kind, key: string): void => {
    const form = `${kind} ${key}`;
    if (key === '' || uids.has(form)) return;
    uids.set(form, findUid(kind, key) ?? '');
  };
  for (const { entries } of batches) {
    for (const entry of entries) {
      add(KINDS.repository, entry.repository);
      add(KINDS.llm, entry.llm);
      if (entry.type === 'violation') add(KINDS.policy, entry.policy);
    }
  }
  return uids;
}

export function uidsFrom(uids: Uids): FindUid {
  return (kind, key) => uids.get(`${kind} ${key}`) || undefined;
}
