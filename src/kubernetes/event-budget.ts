// How many Events one object may cause: a burst, then a trickle, as client-go does. Pure.

const BURST = 25;
const REFILL_MS = 5 * 60_000;
const MAX_BUCKETS = 4096;

interface Bucket {
  tokens: number;
  at: number;
}

/** Token buckets by key. The least recently used are forgotten, so memory is bounded. */
export class EventBudget {
  readonly #buckets = new Map<string, Bucket>();

  /** Takes one token. `now` is in monotonic milliseconds. */
  take(key: string, now: number): boolean {
    const bucket = this.#buckets.get(key) ?? { tokens: BURST, at: now };
    const tokens = Math.min(BURST, bucket.tokens + (now - bucket.at) / REFILL_MS);
    this.#buckets.delete(key);
    this.#buckets.set(key, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
    if (this.#buckets.size > MAX_BUCKETS) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    return tokens >= 1;
  }
}
