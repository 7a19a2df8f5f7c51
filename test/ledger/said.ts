// Entries and batches as gateways tell them.
import type { LedgerBatch, LedgerEntry, UsageEntry, ViolationEntry } from '../../src/ledger/entries.ts';
import type { FindUid, Ledger, UsageQuestion, ViolationQuestion } from '../../src/ledger/ledger.ts';

/** 2026-11-02 00:00 UTC, a start of a day. */
export const DAY_0 = Date.UTC(2026, 10, 2);
export const MINUTE_0 = DAY_0 / 60_000;
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

const WHO = {
  repository: 'shop/chat',
  key: 'web',
  llm: 'shop/openai',
  provider: 'OpenAI',
  model: 'gpt-4o',
  host: 'gateway-1',
  user: '',
  conversation: '',
} as const;

export function aUse(fields: Partial<UsageEntry> = {}): UsageEntry {
  const amounts = { requests: 1, tokensIn: 10, tokensOut: 5, policyTokensIn: 2, policyTokensOut: 1, latency: 100 };
  return { type: 'usage', minute: MINUTE_0, ...WHO, ...amounts, ...fields };
}

let violations = 0;

export function aViolation(fields: Partial<ViolationEntry> = {}): ViolationEntry {
  violations += 1;
  const what = {
    policy: 'shop/no-cards',
    phase: 'Request',
    action: 'Block',
    explanation: 'a card number',
    requestId: `req-${violations}`,
  } as const;
  return { type: 'violation', id: `v-${violations}`, at: DAY_0, ...WHO, ...what, ...fields };
}

export function aBatch(entries: LedgerEntry[], fields: Partial<Omit<LedgerBatch, 'entries'>> = {}): LedgerBatch {
  return { source: 'gateway-1', sequence: 1, dropped: 0, entries, ...fields };
}

/** Every object is there, and its UID says which it is. */
export const everyUid: FindUid = (kind, key) => `uid of ${kind} ${key}`;
export const noUid: FindUid = () => undefined;

/** Stored as a source of its own. */
export async function told(ledger: Ledger, entries: LedgerEntry[], findUid: FindUid = everyUid): Promise<void> {
  violations += 1;
  const [result] = await ledger.ingest([aBatch(entries, { source: `told-${violations}` })], findUid);
  if (result !== 'stored') throw new Error(`the batch was ${result}`);
}

export function aQuestion(fields: Partial<UsageQuestion> = {}): UsageQuestion {
  return { visible: 'all', from: DAY_0, to: DAY_0 + 30 * DAY, groupBy: [], ...fields };
}

export function aList(fields: Partial<ViolationQuestion> = {}): ViolationQuestion {
  return { visible: 'all', skip: 0, take: 50, ...fields };
}
