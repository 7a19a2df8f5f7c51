// A clock that stands still until a test moves it.
import type { Clock } from '../../src/clock.ts';

export class FakeClock implements Clock {
  #now: number;
  #elapsed = 0;
  #timers = new Set<{ at: number; callback: () => void }>();

  constructor(start = Date.parse('2026-11-25T08:00:00Z')) {
    this.#now = start;
  }

  now(): number {
    return this.#now + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  setTimeout(callback: () => void, ms: number): { clear(): void } {
    const timer = { at: this.#elapsed + ms, callback };
    this.#timers.add(timer);
    return { clear: () => this.#timers.delete(timer) };
  }

  /** Timers that have not fired. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Moves time, firing timers in order and letting what they start run between them. */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms;
    await settle();
    for (;;) {
      const next = [...this.#timers].filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#elapsed = Math.max(this.#elapsed, next.at);
      next.callback();
      await settle();
    }
    this.#elapsed = end;
    await settle();
  }
}

/** Lets everything run that waits for nothing but its turn. */
export async function settle(turns = 20): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
