// Adds up what gateways count. They tell totals since their process began, so a report that is lost or comes twice changes nothing; here the
// difference to the report before is added to what status says. Pure apart from the clock that is handed in.
import type { Clock } from '../clock.ts';
import { TRIAL, type GatewayReport, type PolicyCount } from '../snapshot/snapshot.ts';

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

/** A process that has told nothing for so long is gone. */
const GONE_MS = 3_600_000;
/** As many as status has room for. */
const MAX_PROCESSES = 64;

/** How far a process of a gateway is counted in, as in status.processes. */
export interface ProcessCount {
  /** With TRIAL behind it for what it has counted on trial. */
  process: string;
  /** In the order of FIELDS. */
  totals: number[];
}

interface Pending {
  counts?: PolicyCount;
  /** On trial. */
  dryRun?: PolicyCount;
  /** Milliseconds since the epoch. */
  since: number;
}

interface Gateway {
  process: string;
  seen: Record<string, PolicyCount>;
  /** On the monotonic clock. */
  at: number;
}

const trialOf = (name: string): string => `${name}${TRIAL}`;
const withoutTrial = (name: string): string => (name.endsWith(TRIAL) ? name.slice(0, -TRIAL.length) : name);

export class PolicyCounts {
  readonly #options: PolicyCountsOptions;
  readonly #startedAt: number;
  readonly #gateways = new Map<string, Gateway>();
  /** How far an earlier operator had counted a process in that has told this one nothing yet; by process. */
  readonly #resumed = new Map<string, Record<string, PolicyCount>>();
  /** Policies of which it is known how far each process was counted in. */
  readonly #exact = new Set<string>();
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
    const before = known?.process === process.id ? known.seen : this.#baseline(policies, process);
    this.#resumed.delete(process.id);
    this.#gateways.delete(gateway);
    this.#gateways.set(gateway, { process: process.id, seen: policies, at: this.#options.clock.monotonic() });
    if (this.#gateways.size > MAX_GATEWAYS) this.#gateways.delete(this.#gateways.keys().next().value!);
    for (const [name, count] of Object.entries(policies)) this.#add(name, difference(count, before[name]));
  }

  /** How far an earlier operator had counted each process in; undefined: it has not said so. */
  resume(key: string, processes: readonly ProcessCount[] | undefined): void {
    if (processes === undefined) return;
    if (processes.length < MAX_PROCESSES) this.#exact.add(key);
    const told = new Set([...this.#gateways.values()].map(({ process }) => process));
    for (const { process: name, totals } of processes) {
      const process = withoutTrial(name);
      if (told.has(process)) continue;
      const count = Object.fromEntries(FIELDS.map((field, index) => [field, totals[index] ?? 0])) as Record<keyof PolicyCount, number>;
      this.#resumed.set(process, { ...this.#resumed.get(process), [process === name ? key : trialOf(key)]: count });
    }
  }

  /** Something has happened since the last take(), due or not. */
  hasNews(key: string): boolean {
    return this.#pending.has(key);
  }

  /** What has happened since the last take(), and since when in milliseconds of the epoch; undefined: nothing that is due yet. */
  take(key: string): (Pending & { processes: ProcessCount[] }) | undefined {
    const pending = this.#pending.get(key);
    if (pending === undefined || this.#timers.has(key)) return undefined;
    this.#pending.delete(key);
    this.#toldAt.set(key, this.#options.clock.monotonic());
    return { ...pending, processes: this.#processesOf(key) };
  }

  /** Makes everything due at once, and answers with the policies that have something to tell. */
  drain(): string[] {
    this.stop();
    return [...this.#pending.keys()];
  }

  forget(key: string): void {
    this.#timers.get(key)?.clear();
    for (const map of [this.#timers, this.#pending, this.#toldAt, this.#exact]) map.delete(key);
    for (const seen of this.#resumed.values()) for (const name of [key, trialOf(key)]) delete seen[name];
  }

  /**
   * What of a process that was not known is in status already. Where status does not say: nothing of one that began after this operator, all
   * of an older one.
   */
  #baseline(policies: Record<string, PolicyCount>, { id, uptime }: { id: string; uptime: number }): Record<string, PolicyCount> {
    const isNew = uptime <= this.#options.clock.monotonic() - this.#startedAt;
    const resumed = this.#resumed.get(id) ?? {};
    const countedIn = (name: string, total: PolicyCount): PolicyCount => {
      return resumed[name] ?? (isNew || this.#exact.has(withoutTrial(name)) ? NOTHING : total);
    };
    return Object.fromEntries(Object.entries(policies).map(([name, total]) => [name, countedIn(name, total)]));
  }

  /** How far each process that lives is counted in. */
  #processesOf(key: string): ProcessCount[] {
    const oldest = this.#options.clock.monotonic() - GONE_MS;
    const live = [...this.#gateways.values()].filter(({ at }) => at > oldest).toReversed();
    // Those that have not told this operator anything yet may still do.
    const waiting = this.#startedAt > oldest ? [...this.#resumed].map(([process, seen]) => ({ process, seen })) : [];
    const listed = [...live, ...waiting].flatMap(({ process, seen }) => {
      const entry = (name: string, count: PolicyCount | undefined): ProcessCount[] =>
        count === undefined ? [] : [{ process: name, totals: FIELDS.map((field) => count[field]) }];
      return [...entry(process, seen[key]), ...entry(trialOf(process), seen[trialOf(key)])];
    });
    return listed.slice(0, MAX_PROCESSES);
  }

  #add(name: string, count: PolicyCount): void {
    if (isNothing(count)) return;
    const { clock, onDue } = this.#options;
    const key = withoutTrial(name);
    const column = key === name ? 'counts' : 'dryRun';
    const pending = this.#pending.get(key);
    this.#pending.set(key, { since: clock.now(), ...pending, [column]: sum(pending?.[column] ?? NOTHING, count) });
    if (this.#timers.has(key)) return;
    const wait = Math.max(FIRST_MS, (this.#toldAt.get(key) ?? -Infinity) + PERIOD_MS - clock.monotonic());
    const timer = clock.setTimeout(() => {
      this.#timers.delete(key);
      onDue(key);
    }, wait);
    this.#timers.set(key, timer);
  }
}

