// Adds up what gateways count. They tell totals since their process began, so a report that is lost or comes twice changes nothing; here the
// difference to the report before is added to what status says. Pure apart from the clock that is handed in.
import { toKubernetesTime } from '../api/conditions.ts';
import type { AIPolicy } from '../api/resources.ts';
import type { Clock } from '../clock.ts';
import type { GatewayReport, PolicyCount } from '../snapshot/snapshot.ts';

/** As in status.counts and status.dryRun. */
export interface CountStatus {
  since: string;
  evaluations: number;
  violations: number;
  blocked?: number;
  failures: number;
}

const NOTHING: PolicyCount = { evaluations: 0, violations: 0, alerted: 0, blocked: 0, failures: 0 };
const FIELDS = Object.keys(NOTHING) as (keyof PolicyCount)[];

/** Field by field; a total that went down began anew. */
export function difference(after: PolicyCount, before: PolicyCount = NOTHING): PolicyCount {
  return Object.fromEntries(FIELDS.map((field) => [field, after[field] >= before[field] ? after[field] - before[field] : after[field]])) as Record<keyof PolicyCount, number>;
}

export function sum(a: PolicyCount, b: PolicyCount): PolicyCount {
  return Object.fromEntries(FIELDS.map((field) => [field, a[field] + b[field]])) as Record<keyof PolicyCount, number>;
}

const isNothing = (count: PolicyCount): boolean => FIELDS.every((field) => count[field] === 0);

export interface PolicyCountsOptions {
  clock: Clock;
  /** There is something to tell about this policy (`namespace/name`): take() it. */
  onDue(key: string): void;
}

/** Between two writes of the counts of a policy. */
const PERIOD_MS = 60_000;
/** What comes together is told together. */
const FIRST_MS = 1_000;
/** Gateways come and go; those that went longest ago are forgotten. */
const MAX_GATEWAYS = 2_000;

interface Pending {
  count: PolicyCount;
  /** Milliseconds since the epoch. */
  since: number;
}

export class PolicyCounts {
  readonly #options: PolicyCountsOptions;
  readonly #startedAt: number;
  readonly #gateways = new Map<string, { process: string; seen: Record<string, PolicyCount> }>();
  readonly #pending = new Map<string, Pending>();
  readonly #toldAt = new Map<string, number>();
  readonly #timers = new Map<string, { clear(): void }>();

  constructor(options: PolicyCountsOptions) {
    this.#options = options;
    this.#startedAt = options.clock.monotonic();
  }

  stop(): void {
    for (const timer of this.#timers.values()) timer.clear();
    this.#timers.clear();
  }

  /** `gateway`: as endpoints name it. */
  report(gateway: string, { policies, process }: Pick<GatewayReport, 'policies' | 'process'>): void {
    if (policies === undefined || process === undefined) return;
    const known = this.#gateways.get(gateway);
    const before = known?.process === process.id ? known.seen : this.#baseline(policies, process.uptime);
    this.#gateways.delete(gateway);
    this.#gateways.set(gateway, { process: process.id, seen: policies });
    if (this.#gateways.size > MAX_GATEWAYS) this.#gateways.delete(this.#gateways.keys().next().value!);
    for (const [key, count] of Object.entries(policies)) this.#add(key, difference(count, before[key]));
  }

  /** What has happened since the last take(), and since when in milliseconds of the epoch; undefined: nothing that is due yet. */
  take(key: string): Pending | undefined {
    const pending = this.#pending.get(key);
    if (pending === undefined || this.#timers.has(key)) return undefined;
    this.#pending.delete(key);
    this.#toldAt.set(key, this.#options.clock.monotonic());
    return pending;
  }

  /** Makes everything due at once, and answers with the policies that have something to tell. */
  drain(): string[] {
    this.stop();
    return [...this.#pending.keys()];
  }

  forget(key: string): void {
    this.#timers.get(key)?.clear();
    for (const map of [this.#timers, this.#pending, this.#toldAt]) map.delete(key);
  }

  /**
   * What a gateway that was not known had counted before. One that began after this operator has told nobody; the totals of an older one
   * are in status already, but for those of its last minute at most.
   */
  #baseline(policies: Record<string, PolicyCount>, uptime: number): Record<string, PolicyCount> {
    return uptime <= this.#options.clock.monotonic() - this.#startedAt ? {} : policies;
  }

  #add(key: string, count: PolicyCount): void {
    if (isNothing(count)) return;
    const { clock, onDue } = this.#options;
    const pending = this.#pending.get(key);
    this.#pending.set(key, { count: sum(pending?.count ?? NOTHING, count), since: pending?.since ?? clock.now() });
    if (this.#timers.has(key)) return;
    const wait = Math.max(FIRST_MS, (this.#toldAt.get(key) ?? -Infinity) + PERIOD_MS - clock.monotonic());
    const timer = clock.setTimeout(() => {
      this.#timers.delete(key);
      onDue(key);
    }, wait);
    this.#timers.set(key, timer);
  }
}

/** status.counts, or status.dryRun on trial, with what has happened since. */
export function addToStatus(before: Partial<CountStatus> | undefined, { count, since }: Pending, isTrial: boolean): CountStatus {
  const { evaluations = 0, violations = 0, blocked = 0, failures = 0 } = before ?? {};
  return {
    since: before?.since ?? toKubernetesTime(new Date(since)),
    evaluations: evaluations + count.evaluations,
    violations: violations + count.violations,
    ...(isTrial ? {} : { blocked: blocked + count.blocked }),
    failures: failures + count.failures,
  };
}

const times = (count: number): string => (count === 1 ? '1 violation was' : `${count} violations were`);

/** What an Event says; undefined where nobody has to know. */
export function describeViolations({ count: { alerted, blocked }, since }: Pending): string | undefined {
  const parts = [blocked === 0 ? [] : [`${times(blocked)} blocked`], alerted === 0 ? [] : [`${times(alerted)} let through with an alert`]].flat();
  return parts.length === 0 ? undefined : `${parts.join(', ')} since ${toKubernetesTime(new Date(since))}`;
}

/** What an Event says of what could not be evaluated; undefined where that passes silently. */
export function describeFailures({ count: { failures }, since }: Pending, { action, riskType }: AIPolicy['spec']): string | undefined {
  if (failures === 0 || action === 'Log' || (action === 'Alert' && riskType === 'Low')) return undefined;
  const subject = failures === 1 ? '1 request or answer' : `${failures} requests or answers`;
  return `the policy could not be evaluated for ${subject} since ${toKubernetesTime(new Date(since))}; the log of the gateway says why`;
}
