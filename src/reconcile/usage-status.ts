// status.usage of a Repository and of an AILLMConfig, made from sums of the ledger. Pure.
import { isDeepStrictEqual } from 'node:util';
import { toKubernetesTime } from '../api/conditions.ts';

/** Fields of status.usage.today and of status.usage.total. */
export const USAGE_FIELDS = ['requests', 'tokensIn', 'tokensOut', 'policyTokensIn', 'policyTokensOut', 'violations', 'alerts', 'blocks'] as const;
export type UsageAmountsStatus = Record<(typeof USAGE_FIELDS)[number], number>;

/** What was used today and altogether; absent amounts: nothing. */
export interface Used {
  today: UsageAmountsStatus;
  total: UsageAmountsStatus;
}

export interface UsageStatus extends Used {
  /** metav1.Time of the sums. */
  observedAt: string;
}

function amountsOf(amounts: UsageAmountsStatus | undefined): UsageAmountsStatus {
  return Object.fromEntries(USAGE_FIELDS.map((field) => [field, Math.round(amounts?.[field] ?? 0)])) as UsageAmountsStatus;
}

/** The next status.usage; undefined where the one before says it already, or where nothing was ever used. */
export function nextUsage(before: Used | undefined, used: Used | undefined, now: number): UsageStatus | undefined {
  if (before === undefined && used === undefined) return undefined;
  const next = { today: amountsOf(used?.today), total: amountsOf(used?.total) };
  if (before !== undefined && isDeepStrictEqual({ today: amountsOf(before.today), total: amountsOf(before.total) }, next)) return undefined;
  return { ...next, observedAt: toKubernetesTime(new Date(now)) };
}

/** Something was used on the day that this was written, so that it is wrong on the next. */
export function hasToday(usage: Used | undefined): boolean {
  return usage !== undefined && USAGE_FIELDS.some((field) => (usage.today[field] ?? 0) > 0);
}
