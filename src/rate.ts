// How often something may happen: so much at once, then a steady trickle. Pure but for the clock.
import type { Clock } from './clock.ts';

export interface RateOptions {
  /** At once. */
  burst: number;
  perMinute: number;
}

/** One number per rate: when everything that was taken so far will have trickled back in (monotonic milliseconds). */
class Rate {
  #filledAt = 0;

  /** 0: it is taken. Otherwise milliseconds until there is one, of which nothing is taken. `patience`: milliseconds that the caller would wait. */
  take({ burst, perMinute }: RateOptions, now: number, patience: number): number {
    const each = 60_000 / perMinute;
    const from = Math.max(this.#filledAt, now);
    const wait = Math.max(0, from + each - now - burst * each);
    if (wait > patience) return wait;
    this.#filledAt = from + each;
    return patience === 0 ? 0 : wait;
  }

  giveBack({ perMinute }: RateOptions): void {
    this.#filledAt -= 60_000 / perMinute;
  }

  isFull(now: number): boolean {
    return this.#filledAt <= now;
  }
}

/** One rate for everybody together. */
export class RateLimit {
  readonly #clock: Clock;
  readonly #options: RateOptions;
  readonly #rate = new Rate();

  constructor(clock: Clock, options: RateOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  /** 0: taken. Otherwise milliseconds until it makes sense to ask again. */
  take(): number {
    return this.#rate.take(this.#options, this.#clock.monotonic(), 0);
  }

  /** Milliseconds to wait before what is taken may happen; undefined: longer than `patience`, and nothing is taken. */
  reserve(patience: number): number | undefined {
    const wait = this.#rate.take(this.#options, this.#clock.monotonic(), patience);
    return wait > patience ? undefined : wait;
  }

  giveBack(): void {
    this.#rate.giveBack(this.#options);
  }
}

/** A rate for each key. Of more keys than are remembered, those that have not come for longest begin anew. */
export class RateLimits {
  readonly #clock: Clock;
  readonly #options: RateOptions;
  readonly #most: number;
  readonly #rates = new Map<string, Rate>();

  constructor(clock: Clock, options: RateOptions, most = 10_000) {
    this.#clock = clock;
    this.#options = options;
    this.#most = most;
  }

  get size(): number {
    return this.#rates.size;
  }

  /** As of RateLimit. */
  take(key: string): number {
    return this.#rateOf(key).take(this.#options, this.#clock.monotonic(), 0);
  }

  /** As of RateLimit. */
  reserve(key: string, patience: number): number | undefined {
    const wait = this.#rateOf(key).take(this.#options, this.#clock.monotonic(), patience);
    return wait > patience ? undefined : wait;
  }

  giveBack(key: string): void {
    this.#rates.get(key)?.giveBack(this.#options);
  }

  #rateOf(key: string): Rate {
    const rate = this.#rates.get(key) ?? new Rate();
    this.#rates.delete(key);
    if (this.#rates.size >= this.#most) this.#makeRoom(this.#clock.monotonic());
    this.#rates.set(key, rate);
    return rate;
  }

  #makeRoom(now: number): void {
    for (const [key, rate] of this.#rates) if (rate.isFull(now)) this.#rates.delete(key);
    const [oldest] = this.#rates.keys();
    if (this.#rates.size >= this.#most && oldest !== undefined) this.#rates.delete(oldest);
  }
}
