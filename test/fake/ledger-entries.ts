// Entries and batches as gateways tell them.
import type { LedgerBatch, LedgerEntry, UsageEntry, ViolationEntry } from '../../src/ledger/entries.ts';

const DIMENSIONS = {
  repository: 'team/repo',
  key: 'key-1',
  llm: 'team/main',
  provider: 'OpenAI',
  model: 'gpt-5',
  host: 'gateway-0',
  user: '',
  conversation: '',
} as const;

export function usageEntry(over: Partial<UsageEntry> = {}): UsageEntry {
  const amounts = { requests: 1, tokensIn: 10, tokensOut: 5, policyTokensIn: 0, policyTokensOut: 0, latency: 100 };
  return { type: 'usage', minute: 29_400_000, ...DIMENSIONS, ...amounts, ...over };
}

export function violationEntry(over: Partial<ViolationEntry> = {}): ViolationEntry {
  const found = { policy: 'team/no-cards', phase: 'Request', action: 'Block', explanation: 'a card number', requestId: 'req-1' } as const;
  return { type: 'violation', id: 'v-1', at: 1_764_000_000_000, ...DIMENSIONS, ...found, ...over };
}

export function batch(sequence: number, entries: LedgerEntry[] = [usageEntry()], source = 'spool-1'): LedgerBatch {
  return { source, sequence, dropped: 0, entries };
}
