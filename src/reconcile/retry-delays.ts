// How long to wait before a failed key is tried again: exponential per key, and a bucket for all of them together, so that
// an outage of the API server does not end in a burst.

const BASE_MS = 1_000;
const CAP_MS = 300_000;
const JITTER = 0.2;
const BUCKET_PER_SECOND = 10;
const BUCKET_BURST = 100;

/** `baseMs` * 2^failures up to `capMs`, spread by +-20 %. `unit` is a random number from 0 to 1. */
export function exponentialDelay(failures: number, unit: number, baseMs: number, capMs: number): number {
  return Math.round(Math.min(capMs, baseMs * 2 ** failures) * (1 + JITTER * (2 * unit - 1)));
}

export interface RetryDelaysOptions {
  /** Monotonic milliseconds. */
  now(): number;
  /** From 0 to 1. */
  random(): number;
}

export class RetryDelays {
  readonly #options: RetryDelaysOptions;
  readonly #failures = new Map<string, number>();
  #tokens = BUCKET_BURST;
  #filledAt: number;

  constructor(options: RetryDelaysOptions) {
    this.#options = options;
    this.#filledAt = options.now();
  }

  /** Milliseconds to wait after one more failure of `key`. */
  next(key: string): number {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    return Math.max(exponentialDelay(failures, this.#options.random(), BASE_MS, CAP_MS), this.#takeToken());
  }

  forget(key: string): void {
    this.#failures.delete(key);
  }

  #takeToken(): number {
    const now = this.#options.now();
    this.#tokens = Math.min(BUCKET_BURST, this.#tokens + ((now - this.#filledAt) / 1000) * BUCKET_PER_SECOND) - 1;
    this.#filledAt = now;
    return this.#tokens >= 0 ? 0 : Math.ceil((-this.#tokens / BUCKET_PER_SECOND) * 1000);
  }
}
