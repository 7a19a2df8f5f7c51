// Events as gateways tell them, and how many of them the ledger takes in a second.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { LedgerBatch, LedgerEntry } from '../../src/ledger/entries.ts';
import type { StoredLedger } from '../../src/ledger/ledger.ts';
import { name, SHAPE, uidOf } from './shape.ts';

const SOURCES = 4;
const BATCH = 250;
/** Batches between those of one round and of the next: no event comes twice. */
const APART = 4_000;

export interface Ingest {
  perSecond: number;
  /** By the CPU time of all threads of this process, what makes the events included. */
  perCpuSecond: number;
  /** Milliseconds from a batch to its confirmation. */
  confirmation: { p50: number; p99: number };
  /** Milliseconds for which the thread of the caller stood still at most. */
  stall: number;
}

/** Every event is a row of its own: nothing is added up before it comes. One in fifty is a violation. */
export async function ingestFor(ledger: StoredLedger, seconds: number, round = 0): Promise<Ingest> {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  const start = performance.now();
  const cpu = process.cpuUsage();
  const end = start + 1000 * seconds;
  const times: number[] = [];
  let events = 0;
  delay.enable();
  await Promise.all(
    Array.from({ length: SOURCES }, async (_, source) => {
      for (let sequence = 1; performance.now() < end; sequence += 1) {
        const batch = batchOf(`bench-${round}-${source}`, sequence, source + round * APART);
        const before = performance.now();
        await ledger.ingest([batch], uidOf);
        times.push(performance.now() - before);
        events += BATCH;
      }
    }),
  );
  delay.disable();
  const { user, system } = process.cpuUsage(cpu);
  return {
    perSecond: (1000 * events) / (performance.now() - start),
    perCpuSecond: (1e6 * events) / (user + system),
    confirmation: percentiles(times),
    stall: delay.max / 1e6,
  };
}

/** Of at least one value. */
export function percentiles(values: readonly number[]): { p50: number; p99: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)]!;
  return { p50: at(0.5), p99: at(0.99) };
}

function batchOf(source: string, sequence: number, offset: number): LedgerBatch {
  const entries = Array.from({ length: BATCH }, (_, index) => entryOf((sequence * SOURCES + offset) * BATCH + index));
  return { source, sequence, dropped: 0, entries };
}

/** The same number is the same event. `at`: milliseconds since the epoch; 12 ms after the one before it unless given. */
export function entryOf(number: number, at = Date.UTC(2026, 10, 1) + number * 12): LedgerEntry {
  const user = (number * 7919) % SHAPE.users;
  const repository = user % SHAPE.repositories;
  const who = {
    repository: name.repository(repository),
    key: name.key(repository),
    llm: name.llm(repository),
    provider: 'OpenAI',
    model: name.model(repository * SHAPE.models + (number % SHAPE.models)),
    host: name.host(number % SHAPE.hosts),
    user: name.user(user),
    conversation: `new-${Math.floor(number / 10)}`,
  } as const;
  if (number % 50 === 0) {
    const what = {
      policy: name.policy(0),
      phase: 'Request',
      action: 'Block',
      explanation: 'a card number',
      requestId: `r-${number}`,
    } as const;
    return { type: 'violation', id: `new-${number}`, at, severity: 'High', ...who, ...what };
  }
  const amounts = { requests: 1, tokensIn: 400, tokensOut: 120, policyTokensIn: 90, policyTokensOut: 4, latency: 1800 };
  return { type: 'usage', minute: Math.floor(at / 60_000), ...who, ...amounts };
}
