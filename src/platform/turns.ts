// So many at a time of a caller and of all; who comes on top waits a little, as clients send what they have in parallel.
import type { Clock } from '../clock.ts';
import { ApiError } from './operation.ts';

/** Milliseconds that a call waits for its turn. */
export const PATIENCE = 5_000;

export interface WaitingBounds {
  /** Milliseconds. */
  patience: number;
  /** Calls of one caller that wait, and of all. */
  perCaller: number;
  inAll: number;
}

const WAITING: WaitingBounds = { patience: PATIENCE, perCaller: 10, inAll: 100 };

interface Waiting {
  caller: string;
  begin(): void;
}

export class Turns {
  readonly #atOnce: { perCaller: number; inAll: number };
  readonly #clock: Clock;
  readonly #bounds: WaitingBounds;
  readonly #running = new Map<string, number>();
  /** In the order in which they came. */
  readonly #waiting = new Set<Waiting>();
  /** By caller, the number of the last call that began. */
  readonly #lastBegun = new Map<string, number>();
  #begun = 0;
  #inAll = 0;

  constructor(atOnce: { perCaller: number; inAll: number }, clock: Clock, bounds: WaitingBounds = WAITING) {
    this.#atOnce = atOnce;
    this.#clock = clock;
    this.#bounds = bounds;
  }

  /** Resolves when it is this call's turn; whoever enters leaves. @throws ApiError 429 where the caller's own are in the way, 503 where those of others are. */
  async enter(caller: string): Promise<void> {
    if (this.#hasRoom(caller)) return this.#begin(caller);
    const waiting = [...this.#waiting].filter((one) => one.caller === caller).length;
    if (waiting >= this.#bounds.perCaller || this.#waiting.size >= this.#bounds.inAll) throw this.#refusal(caller);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const late = this.#clock.setTimeout(() => {
      this.#waiting.delete(one);
      reject(this.#refusal(caller));
    }, this.#bounds.patience);
    const one: Waiting = {
      caller,
      begin: () => {
        late.clear();
        this.#begin(caller);
        resolve();
      },
    };
    this.#waiting.add(one);
    await promise;
  }

  leave(caller: string): void {
    this.#inAll -= 1;
    const left = (this.#running.get(caller) ?? 1) - 1;
    if (left === 0) this.#running.delete(caller);
    else this.#running.set(caller, left);
    for (let one = this.#next(); one !== undefined; one = this.#next()) {
      this.#waiting.delete(one);
      one.begin();
    }
    if (!this.#running.has(caller) && ![...this.#waiting].some((one) => one.caller === caller)) this.#lastBegun.delete(caller);
  }

  /** Of the caller who has waited longest for a turn, so that a long row of one is not the wait of the others. */
  #next(): Waiting | undefined {
    if (this.#inAll >= this.#atOnce.inAll) return undefined;
    const ready = [...this.#waiting].filter(({ caller }) => this.#hasRoom(caller));
    return ready.toSorted((a, b) => (this.#lastBegun.get(a.caller) ?? 0) - (this.#lastBegun.get(b.caller) ?? 0))[0];
  }

  #hasRoom(caller: string): boolean {
    return this.#inAll < this.#atOnce.inAll && (this.#running.get(caller) ?? 0) < this.#atOnce.perCaller;
  }

  #begin(caller: string): void {
    this.#running.set(caller, (this.#running.get(caller) ?? 0) + 1);
    this.#inAll += 1;
    this.#lastBegun.set(caller, (this.#begun += 1));
  }

  #refusal(caller: string): ApiError {
    const own = this.#running.get(caller) ?? 0;
    if (own < this.#atOnce.perCaller) return new ApiError(503, 'too many of these calls are under way just now; try again');
    return new ApiError(429, `you have ${own} of these calls under way already; send the next when one is answered`, { retryAfter: 2 });
  }
}
