// A queue of keys, not of events: a key waits at most once, is worked on by one worker at a time, and runs once more when it
// was added meanwhile.
import type { Clock } from '../clock.ts';
import type { OperatorMetrics } from '../telemetry/metrics.ts';
import { RetryDelays } from './retry-delays.ts';

/** Timers hold 31 bits of milliseconds; beyond, they fire at once. A key that comes back early is planned anew. */
const MAX_DELAY_MS = 24 * 3_600_000;

export interface WorkQueueOptions {
  /** Label of metrics. */
  name: string;
  clock: Clock;
  /** From 0 to 1. */
  random(): number;
  metrics: OperatorMetrics;
}

export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #labels: { name: string; controller: string };
  readonly #delays: RetryDelays;
  /** Waiting keys -> when they were added, in the order of their turn. */
  readonly #waiting = new Map<string, number>();
  readonly #processing = new Map<string, number>();
  /** Added while being processed. */
  readonly #dirty = new Set<string>();
  readonly #planned = new Map<string, { clear(): void }>();
  #onAvailable: () => void = () => {};

  constructor(options: WorkQueueOptions) {
    this.#options = options;
    this.#labels = { name: options.name, controller: options.name };
    this.#delays = new RetryDelays({ now: () => options.clock.monotonic(), random: options.random });
    const { workqueue_unfinished_work_seconds: unfinished, workqueue_longest_running_processor_seconds: longest } = options.metrics;
    unfinished.beforeScrape(() => unfinished.set(this.#labels, this.#ages().reduce((sum, age) => sum + age, 0)));
    longest.beforeScrape(() => longest.set(this.#labels, Math.max(0, ...this.#ages())));
  }

  /** Called whenever a key has become available. */
  onAvailable(listener: () => void): void {
    this.#onAvailable = listener;
  }

  add(key: string): void {
    const { metrics, clock } = this.#options;
    if (this.#processing.has(key)) {
      if (!this.#dirty.has(key)) metrics.workqueue_adds_total.inc(this.#labels);
      this.#dirty.add(key);
      return;
    }
    if (this.#waiting.has(key)) return;
    metrics.workqueue_adds_total.inc(this.#labels);
    this.#waiting.set(key, clock.monotonic());
    this.#showDepth();
    this.#onAvailable();
  }

  /** Adds the key later. The newest plan for a key replaces the one before. */
  addAfter(key: string, ms: number): void {
    this.#cancelPlan(key);
    if (ms <= 0) return this.add(key);
    const timer = this.#options.clock.setTimeout(() => {
      this.#planned.delete(key);
      this.add(key);
    }, Math.min(ms, MAX_DELAY_MS));
    this.#planned.set(key, timer);
  }

  /** Adds the key after a failure. */
  addRateLimited(key: string): void {
    this.#options.metrics.workqueue_retries_total.inc(this.#labels);
    this.addAfter(key, this.#delays.next(key));
  }

  /** Forgets failures and plans of the key. */
  forget(key: string): void {
    this.#delays.forget(key);
    this.#cancelPlan(key);
  }

  /** The next key, now being processed, or undefined. Call done() with it in the end. */
  take(): string | undefined {
    const next = this.#waiting.entries().next();
    if (next.done === true) return undefined;
    const [key, addedAt] = next.value;
    const now = this.#options.clock.monotonic();
    this.#waiting.delete(key);
    this.#processing.set(key, now);
    this.#options.metrics.workqueue_queue_duration_seconds.observe(this.#labels, (now - addedAt) / 1000);
    this.#showDepth();
    return key;
  }

  done(key: string): void {
    const { clock, metrics } = this.#options;
    const since = this.#processing.get(key);
    if (since === undefined) return;
    this.#processing.delete(key);
    metrics.workqueue_work_duration_seconds.observe(this.#labels, (clock.monotonic() - since) / 1000);
    if (!this.#dirty.delete(key)) return;
    this.#waiting.set(key, clock.monotonic());
    this.#showDepth();
    this.#onAvailable();
  }

  /** Keys that wait for their turn now; plans for later do not count. */
  get depth(): number {
    return this.#waiting.size;
  }

  /** Drops everything that waits or is planned. What is being processed ends as usual. */
  clear(): void {
    for (const key of this.#planned.keys()) this.#cancelPlan(key);
    this.#waiting.clear();
    this.#dirty.clear();
    this.#showDepth();
  }

  /** Seconds since each key in work was taken. */
  #ages(): number[] {
    const now = this.#options.clock.monotonic();
    return [...this.#processing.values()].map((since) => (now - since) / 1000);
  }

  #cancelPlan(key: string): void {
    this.#planned.get(key)?.clear();
    this.#planned.delete(key);
  }

  #showDepth(): void {
    this.#options.metrics.workqueue_depth.set(this.#labels, this.#waiting.size);
  }
}
