// What a gateway answers to the ledger poll, looked at before anything of it is stored: a batch is all or nothing.
import type { LedgerBatch, LedgerEntry, LedgerTold } from '../ledger/entries.ts';

const DIMENSIONS = ['repository', 'key', 'llm', 'provider', 'model', 'host', 'user', 'conversation'] as const;
const AMOUNTS = ['minute', 'requests', 'tokensIn', 'tokensOut', 'policyTokensIn', 'policyTokensOut', 'latency'] as const;
const TEXTS = ['id', 'policy', 'phase', 'action', 'explanation', 'requestId'] as const;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

const isAmount = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value) && value >= 0;
const isText = (value: unknown): boolean => typeof value === 'string';
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && isAmount(value);

function isEntry(value: unknown): value is LedgerEntry {
  if (!isObject(value) || !DIMENSIONS.every((name) => isText(value[name]))) return false;
  if (value['type'] === 'usage') return AMOUNTS.every((name) => isAmount(value[name]));
  return value['type'] === 'violation' && isAmount(value['at']) && TEXTS.every((name) => isText(value[name]));
}

function isBatch(value: unknown): value is LedgerBatch {
  if (!isObject(value) || !isText(value['source']) || value['source'] === '') return false;
  if (!isCount(value['sequence']) || value['sequence'] === 0 || !isCount(value['dropped'])) return false;
  return Array.isArray(value['entries']) && value['entries'].every(isEntry);
}

/**
 * A kind of entry that this version does not know makes it no answer: the gateway then keeps the batch for an operator that knows it, where
 * storing the rest would lose it.
 */
export function isLedgerTold(value: unknown): value is LedgerTold {
  return isObject(value) && Array.isArray(value['batches']) && value['batches'].every(isBatch);
}
