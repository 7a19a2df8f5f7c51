// A judge that fails again and again is left alone for a while, so that requests do not wait for what will not come.
import type { Clock } from '../../clock.ts';

/** Failures in a row that open the circuit. */
const THRESHOLD = 5;
/** Milliseconds until one request may try again. */
const REST = 10_000;

export class CircuitBreaker {
  readonly #clock: Clock;
  #failures = 0;
  #openUntil = 0;
  #trying = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether the judge may be asked. After a rest one question is let through; the others wait for how it goes. */
  admits(): boolean {
    if (this.#failures < THRESHOLD) return true;
    if (this.#trying || this.#clock.monotonic() < this.#openUntil) return false;
    this.#trying = true;
    return true;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#trying = false;
  }

  failed(): void {
    this.#trying = false;
    this.#failures++;
    if (this.#failures >= THRESHOLD) this.#openUntil = this.#clock.monotonic() + REST;
  }

  /** What was admitted came to nothing that says anything about the judge. */
  abandoned(): void {
    this.#trying = false;
  }
}
