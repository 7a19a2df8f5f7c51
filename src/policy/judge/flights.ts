// Equal questions that are asked at the same time are asked once.
import type { Clock } from '../../clock.ts';
import { within } from './within.ts';

interface Flight<T> {
  answer: Promise<T>;
  stop: AbortController;
  waiting: number;
}

/** `isOwn`: the work was begun for this caller, so that its deadline was that of the work. */
export interface Landed<T> {
  value: T;
  isOwn: boolean;
}

export class Flights<T> {
  readonly #clock: Clock;
  readonly #flights = new Map<string, Flight<T>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Waits for the work of this key that is under way, for at most `patience` milliseconds, or begins it. Nobody who leaves ends it for
   * the others; the signal that the work gets ends it once nobody waits any more. Undefined: the wait has ended without an answer.
   */
  async share(
    key: string,
    signal: AbortSignal,
    patience: number,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<Landed<T> | undefined> {
    const known = this.#flights.get(key);
    const flight = known ?? this.#begin(key, work);
    const deadline = new AbortController();
    const timer = known === undefined ? undefined : this.#clock.setTimeout(() => deadline.abort(), patience);
    const ended = known === undefined ? signal : AbortSignal.any([signal, deadline.signal]);
    flight.waiting++;
    try {
      return { value: await within(ended, flight.answer), isOwn: known === undefined };
    } catch (error) {
      if (ended.aborted) return undefined;
      throw error;
    } finally {
      timer?.clear();
      flight.waiting--;
      if (flight.waiting === 0) this.#end(key, flight);
    }
  }

  #begin(key: string, work: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const stop = new AbortController();
    const flight = { answer: work(stop.signal), stop, waiting: 0 };
    this.#flights.set(key, flight);
    const forget = (): void => this.#forget(key, flight);
    flight.answer.then(forget, forget);
    return flight;
  }

  #end(key: string, flight: Flight<T>): void {
    flight.stop.abort();
    // Whoever comes now must not wait for what has been stopped.
    this.#forget(key, flight);
  }

  #forget(key: string, flight: Flight<T>): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
  }
}
