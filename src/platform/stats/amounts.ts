// Adding and taking away amounts of use. Pure.
import type { Amounts, Dimension, UsageRow } from '../../ledger/ledger.ts';

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

function less(a: Amounts, b: Amounts): Amounts {
  const rest = { ...a };
  for (const name of NAMES) rest[name] = Math.max(0, a[name] - b[name]);
  return rest;
}

export function useOf({ amounts, conversations }: UsageRow): Use {
  return { ...amounts, conversations };
}

export function isNothing(use: Use): boolean {
  return use.conversations === 0 && NAMES.every((name) => use[name] === 0);
}

const keyOfRow = ({ at, dimensions }: UsageRow, groupBy: readonly Dimension[]): string =>
  JSON.stringify([at, ...groupBy.map((name) => dimensions[name] ?? '')]);

/** Rows without what `part` has of each: rows of the same question with one more filter. What is nothing then, is left out. */
export function subtractRows(whole: readonly UsageRow[], part: readonly UsageRow[], groupBy: readonly Dimension[]): UsageRow[] {
  if (part.length === 0) return [...whole];
  const taken = new Map(part.map((row) => [keyOfRow(row, groupBy), row]));
  return whole.flatMap((row) => {
    const other = taken.get(keyOfRow(row, groupBy));
    if (other === undefined) return [row];
    const rest = { ...row, amounts: less(row.amounts, other.amounts), conversations: Math.max(0, row.conversations - other.conversations) };
    return isNothing(useOf(rest)) ? [] : [rest];
  });
}
