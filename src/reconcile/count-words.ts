// What status and Events say of counts. Pure.
import { toKubernetesTime } from '../api/conditions.ts';
import type { AIPolicy } from '../api/resources.ts';
import type { PolicyCount } from '../snapshot/snapshot.ts';

/** As in status.counts and status.dryRun. */
export interface CountStatus {
  since: string;
  evaluations: number;
  violations: number;
  blocked?: number;
  failures: number;
}

/** status.counts or status.dryRun with what has happened since `since`, in milliseconds of the epoch. */
export function addToStatus(before: Partial<CountStatus> | undefined, count: PolicyCount, since: number): CountStatus {
  const { evaluations = 0, violations = 0, blocked = 0, failures = 0 } = before ?? {};
  return {
    since: before?.since ?? toKubernetesTime(new Date(since)),
    evaluations: evaluations + count.evaluations,
    violations: violations + count.violations,
    blocked: blocked + count.blocked,
    failures: failures + count.failures,
  };
}

const times = (count: number): string => (count === 1 ? '1 violation was' : `${count} violations were`);

/** `since`: milliseconds of the epoch. */
interface News {
  count: PolicyCount;
  since: number;
}

/** What an Event says; undefined where nobody has to know. */
export function describeViolations({ count: { alerted, blocked }, since }: News): string | undefined {
  const parts = [blocked === 0 ? [] : [`${times(blocked)} blocked`], alerted === 0 ? [] : [`${times(alerted)} let through with an alert`]].flat();
  return parts.length === 0 ? undefined : `${parts.join(', ')} since ${toKubernetesTime(new Date(since))}`;
}

/** What an Event says of what could not be evaluated; undefined where that passes silently. */
export function describeFailures({ count: { failures }, since }: News, { action, riskType }: AIPolicy['spec']): string | undefined {
  if (failures === 0 || action === 'Log' || (action === 'Alert' && riskType === 'Low')) return undefined;
  const subject = failures === 1 ? '1 request or answer' : `${failures} requests or answers`;
  return `the policy could not be evaluated for ${subject} since ${toKubernetesTime(new Date(since))}; the log of the gateway says why`;
}
