// Answers that are good for a few seconds, asked for once however many wait for them, and never more than so many.
import type { Clock } from '../clock.ts';

interface Kept<T> {
  answer: Promise<T>;
  /** Monotonic milliseconds; without end while the answer is not there. */
  until: number;
}

export class AnswerCache<T> {
  readonly #kept = new Map<string, Kept<T>>();
  readonly #clock: Clock;
  readonly #ttlOf: (answer: T) => number;
  readonly #most: number;

  /** `ttlOf`: milliseconds for which an answer is good, from when it arrives: one that was waited for would be old at once otherwise. */
  constructor(clock: Clock, ttlOf: (answer: T) => number, most: number) {
    this.#clock = clock;
    this.#ttlOf = ttlOf;
    this.#most = most;
  }

  get size(): number {
    return this.#kept.size;
  }

  /** A failure is told to all who wait for it, and not kept. */
  get(key: string, ask: () => Promise<T>): Promise<T> {
    const now = this.#clock.monotonic();
    const known = this.#kept.get(key);
    if (known !== undefined && known.until > now) return known.answer;
    this.#kept.delete(key);
    if (this.#kept.size >= this.#most) this.#makeRoom(now);
    const kept: Kept<T> = { answer: ask(), until: Infinity };
    this.#kept.set(key, kept);
    kept.answer.then(
      (answer) => (kept.until = this.#clock.monotonic() + this.#ttlOf(answer)),
      () => this.#kept.get(key) === kept && this.#kept.delete(key),
    );
    return kept.answer;
  }

  /** Of those that are still good, the oldest go. */
  #makeRoom(now: number): void {
    for (const [key, { until }] of this.#kept) if (until <= now) this.#kept.delete(key);
    for (const key of this.#kept.keys()) {
      if (this.#kept.size < this.#most) return;
      this.#kept.delete(key);
    }
  }
}
