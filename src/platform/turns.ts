// So many at a time of a caller and of all; who comes on top waits a little, as clients send what they have in parallel.
import type { Clock } from '../clock.ts';
import { ApiError } from './operation.ts';

/** Milliseconds that a call waits for its turn. */
export const PATIENCE = 5_000;
/** Calls of one caller that wait, and of all. */
const MAX_WAITING = { perCaller: 10, inAll: 100 };

interface Waiting {
  caller: string;
  begin(): void;
}

export class Turns {
  readonly #atOnce: { perCaller: number; inAll: number };
  readonly #clock: Clock;
  readonly #running = new Map<string, number>();
  /** In the order in which they came. */
  readonly #waiting = new Set<Waiting>();
  #inAll = 0;

  constructor(atOnce: { perCaller: number; inAll: number }, clock: Clock) {
    this.#atOnce = atOnce;
    this.#clock = clock;
  }

  /** Resolves when it is this call's turn; whoever enters leaves. @throws ApiError 429 where the caller's own are in the way, 503 where those of others are. */
  async enter(caller: string): Promise<void> {
    if (this.#hasRoom(caller)) return this.#begin(caller);
    const waiting = [...this.#waiting].filter((one) => one.caller === caller).length;
    if (waiting >= MAX_WAITING.perCaller || this.#waiting.size >= MAX_WAITING.inAll) throw this.#refusal(caller);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const late = this.#clock.setTimeout(() => {
      this.#waiting.delete(one);
      reject(this.#refusal(caller));
    }, PATIENCE);
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
    for (const one of this.#waiting) {
      if (this.#inAll >= this.#atOnce.inAll) return;
      if (!this.#hasRoom(one.caller)) continue;
      this.#waiting.delete(one);
      one.begin();
    }
  }

  #hasRoom(caller: string): boolean {
    return this.#inAll < this.#atOnce.inAll && (this.#running.get(caller) ?? 0) < this.#atOnce.perCaller;
  }

  #begin(caller: string): void {
    this.#running.set(caller, (this.#running.get(caller) ?? 0) + 1);
    this.#inAll += 1;
  }

  #refusal(caller: string): ApiError {
    const own = this.#running.get(caller) ?? 0;
    if (own < this.#atOnce.perCaller) return new ApiError(503, 'too many of these calls are under way just now; try again');
    return new ApiError(429, `you have ${own} of these calls under way already; send the next when one is answered`, { retryAfter: 2 });
  }
}
