// A judge that fails again and again is left alone for a while, so that requests do not wait for what will not come.
import type { Clock } from '../../clock.ts';

/** Failures in a row that open the circuit. */
const THRESHOLD = 5;
/** Milliseconds until one request may try again. */
const REST = 10_000;
/** Milliseconds that a judge is left alone at most because it asks for it. */
const MAX_PAUSE = 60_000;

export class CircuitBreaker {
  readonly #clock: Clock;
  /** Whose failure has been counted. */
  readonly #counted = new WeakSet<object>();
  #failures = 0;
  #openUntil = 0;
  #pausedUntil = 0;
  #trying = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether the judge may be asked. After a rest one question is let through; the others wait for how it goes. */
  admits(): boolean {
    const now = this.#clock.monotonic();
    if (now < this.#pausedUntil) return false;
    if (this.#failures < THRESHOLD) return true;
    if (this.#trying || now < this.#openUntil) return false;
    this.#trying = true;
    return true;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#trying = false;
  }

  /** `origin`: what the question was a part of; many questions about one text that fail together are one failure. */
  failed(origin: object = {}): void {
    this.#trying = false;
    if (!this.#counted.has(origin)) this.#failures++;
    this.#counted.add(origin);
    if (this.#failures >= THRESHOLD) this.#openUntil = this.#clock.monotonic() + REST;
  }

  /** What was admitted came to nothing that says anything about the judge. */
  abandoned(): void {
    this.#trying = false;
  }

  /** The judge has asked to be left alone for so many milliseconds. */
  pause(milliseconds: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.monotonic() + Math.min(milliseconds, MAX_PAUSE));
  }
}
