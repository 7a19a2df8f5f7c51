// Entries for the ledger, and spools that a test can look into.
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../src/clock.ts';
import { Spool, type SpoolOptions } from '../../src/gateway/ledger/spool.ts';
import type { EntryDimensions, LedgerBatch, LedgerConfirmation, UsageAmounts, ViolationEntry } from '../../src/ledger/entries.ts';
import { silentLogger } from './admin-gateway.ts';

export const DIMENSIONS: EntryDimensions = {
  repository: 'team-a/chat',
  key: 'key_app',
  llm: 'team-a/main',
  provider: 'OpenAI',
  model: 'small-1',
  host: 'gateway-1',
  user: '',
  conversation: '',
};

export const NOTHING: UsageAmounts = { requests: 0, tokensIn: 0, tokensOut: 0, policyTokensIn: 0, policyTokensOut: 0, latency: 0 };

export const amounts = (given: Partial<UsageAmounts>): UsageAmounts => ({ ...NOTHING, ...given });

export function aViolation(given: Partial<ViolationEntry> = {}): ViolationEntry {
  const said = { policy: 'team-a/no-cards', phase: 'Request', action: 'Log', explanation: 'The request holds payment card numbers.' } as const;
  return { type: 'violation', id: randomUUID(), at: 1_767_225_600_000, requestId: 'req-1', ...said, ...DIMENSIONS, ...given };
}

export interface Dropped {
  usage: number;
  violation: number;
}

export function aSpool(clock: Clock, options: Partial<SpoolOptions> = {}): { spool: Spool; dropped: Dropped } {
  const dropped: Dropped = { usage: 0, violation: 0 };
  const onDropped: SpoolOptions['onDropped'] = (type, entries) => void (dropped[type] += entries);
  const spool = new Spool({ limitBytes: Infinity, clock, logger: silentLogger, newSource: randomUUID, onDropped, ...options });
  return { spool, dropped };
}

export const confirmationOf = ({ source, sequence }: LedgerBatch): LedgerConfirmation => ({ source, sequence });

/** All that a spool has to tell, confirmed as it comes. */
export function drain(spool: Pick<Spool, 'tell' | 'confirm'>): LedgerBatch[] {
  const all: LedgerBatch[] = [];
  for (let batches = spool.tell(); batches.length > 0; batches = spool.tell()) {
    all.push(...batches);
    spool.confirm(batches.map(confirmationOf));
  }
  return all;
}

/** Sums over the entries of use. */
export function sumOf(batches: readonly Pick<LedgerBatch, 'entries'>[]): UsageAmounts {
  const sum = { ...NOTHING };
  for (const entry of batches.flatMap(({ entries }) => entries)) {
    if (entry.type === 'usage') for (const name of Object.keys(sum) as (keyof UsageAmounts)[]) sum[name] += entry[name];
  }
  return sum;
}
