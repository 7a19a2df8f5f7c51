// Amounts of use: none, and those of a row. Pure.
import type { Amounts, UsageRow } from '../../ledger/ledger.ts';

export const NO_AMOUNTS: Amounts = {
  requests: 0,
  tokensIn: 0,
  tokensOut: 0,
  policyTokensIn: 0,
  policyTokensOut: 0,
  latency: 0,
  violations: 0,
  alerts: 0,
  blocks: 0,
  severityLow: 0,
  severityMedium: 0,
  severityHigh: 0,
};
const NAMES = Object.keys(NO_AMOUNTS) as (keyof Amounts)[];

/** What a bucket or an entity amounts to. */
export interface Use extends Amounts {
  /** Different conversations. */
  conversations: number;
}

export const NO_USE: Use = { ...NO_AMOUNTS, conversations: 0 };

export function useOf({ amounts, conversations }: UsageRow): Use {
  return { ...amounts, conversations };
}

export function isNothing(use: Use): boolean {
  return use.conversations === 0 && NAMES.every((name) => use[name] === 0);
}
