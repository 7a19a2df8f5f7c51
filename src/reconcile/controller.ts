// The loop around one reconcile function: workers, deadline, retries, metrics. Knows nothing about what is reconciled.
import type { Clock } from '../clock.ts';
import type { Logger } from '../telemetry/log.ts';
import type { OperatorMetrics } from '../telemetry/metrics.ts';
import { WorkQueue } from './queue.ts';

/** What became of a key. Throwing means: try again with backoff. */
export type ReconcileResult = { result: 'done' } | { result: 'requeueAfter'; ms: number };

export const DONE: ReconcileResult = { result: 'done' };

/** Look again in `ms` milliseconds. */
export function requeueAfter(ms: number): ReconcileResult {
  return { result: 'requeueAfter', ms };
}

export interface ControllerOptions {
  /** Label of metrics and logs. */
  name: string;
  /** `signal` is aborted at the deadline and when the controller stops. */
  reconcile(key: string, signal: AbortSignal): Promise<ReconcileResult>;
  clock: Clock;
  /** From 0 to 1. */
  random(): number;
  logger: Logger;
  metrics: OperatorMetrics;
  /** Keys at a time. */
  concurrency?: number;
  /** Milliseconds. */
  deadline?: number;
  /** Told after each run, failed or not. */
  onReconciled?(key: string): void;
}

const CONCURRENCY = 4;
const DEADLINE_MS = 60_000;

function reasonOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** A fault of this program rather than of the world around it. */
function isFault(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
}

export class Controller {
  readonly #options: ControllerOptions;
  readonly #queue: WorkQueue;
  readonly #running = new Set<{ abort: AbortController; ended: Promise<void> }>();
  #started = false;

  constructor(options: ControllerOptions) {
    this.#options = options;
    this.#queue = new WorkQueue(options);
    this.#queue.onAvailable(() => this.#fill());
    const { metrics } = options;
    const label = { controller: options.name };
    metrics.controller_runtime_max_concurrent_reconciles.set(label, this.#concurrency);
    metrics.controller_runtime_active_workers.set(label, 0);
    // A counter that appears with its first count shows no increase.
    metrics.controller_runtime_reconcile_errors_total.inc(label, 0);
    metrics.controller_runtime_terminal_reconcile_errors_total.inc(label, 0);
    metrics.controller_runtime_reconcile_panics_total.inc(label, 0);
    metrics.controller_runtime_reconcile_timeouts_total.inc(label, 0);
  }

  /** Before start() keys only wait. */
  add(key: string): void {
    this.#queue.add(key);
  }

  start(): void {
    this.#started = true;
    this.#fill();
  }

  /** Takes no more keys, aborts the running ones and resolves when they have ended. */
  async stop(): Promise<void> {
    this.#started = false;
    const running = [...this.#running];
    for (const { abort } of running) abort.abort(new Error('the controller stops'));
    await Promise.all(running.map(({ ended }) => ended));
    this.#queue.clear();
  }

  get #concurrency(): number {
    return this.#options.concurrency ?? CONCURRENCY;
  }

  #fill(): void {
    while (this.#started && this.#running.size < this.#concurrency) {
      const key = this.#queue.take();
      if (key === undefined) return;
      const abort = new AbortController();
      const run = { abort, ended: Promise.resolve() };
      this.#running.add(run);
      this.#showWorkers();
      run.ended = this.#run(key, abort).finally(() => {
        this.#running.delete(run);
        this.#showWorkers();
        this.#queue.done(key);
        this.#options.onReconciled?.(key);
        this.#fill();
      });
    }
  }

  async #run(key: string, abort: AbortController): Promise<void> {
    const { clock, metrics, logger, name, reconcile, deadline = DEADLINE_MS } = this.#options;
    const startedAt = clock.monotonic();
    const timer = clock.setTimeout(() => {
      metrics.controller_runtime_reconcile_timeouts_total.inc({ controller: name });
      abort.abort(new Error(`not done within ${deadline / 1000} s`));
    }, deadline);
    let result: 'success' | 'error' | 'requeue_after' = 'success';
    try {
      const outcome = await reconcile(key, abort.signal);
      this.#queue.forget(key);
      if (outcome.result === 'requeueAfter') {
        result = 'requeue_after';
        if (this.#started) this.#queue.addAfter(key, outcome.ms);
      }
    } catch (error) {
      result = 'error';
      metrics.controller_runtime_reconcile_errors_total.inc({ controller: name });
      if (isFault(error)) metrics.controller_runtime_reconcile_panics_total.inc({ controller: name });
      if (this.#started) {
        logger.warn({ controller: name, object: key, reason: reasonOf(error) }, 'reconciliation failed; it is tried again');
        this.#queue.addRateLimited(key);
      }
    } finally {
      timer.clear();
      metrics.controller_runtime_reconcile_total.inc({ controller: name, result });
      metrics.controller_runtime_reconcile_time_seconds.observe({ controller: name }, (clock.monotonic() - startedAt) / 1000);
    }
  }

  #showWorkers(): void {
    this.#options.metrics.controller_runtime_active_workers.set({ controller: this.#options.name }, this.#running.size);
  }
}
