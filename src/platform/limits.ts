// How much of an operation there may be, of one caller and in all: what calls out, costs the processor or writes is not anybody's to repeat at will.
import type { Clock } from '../clock.ts';
import { RateLimits } from '../rate.ts';
import { ApiError, type Limits } from './operation.ts';
import { Turns } from './turns.ts';

/** Of operations that change something, and say nothing else. */
const OF_CHANGES: Limits = { rate: { burst: 300, perMinute: 600 } };

/** Of operations that change nothing, and are a POST for the sake of their body. */
export const OF_QUESTIONS: Limits = { rate: { burst: 600, perMinute: 3_000 } };

/** What holds for an operation. */
export function limitsOf({ method, limits }: { method: string; limits?: Limits }): Limits | undefined {
  return limits ?? (method === 'get' ? undefined : OF_CHANGES);
}

/** The same in words, for the documentation. */
export function limitWords({ atOnce, rate }: Limits): string {
  const words = [
    ...(atOnce === undefined ? [] : [`${atOnce.perCaller} at a time of a caller, ${atOnce.inAll} of all`]),
    ...(rate === undefined ? [] : [`${rate.perMinute} in a minute of a caller, ${rate.burst} at once`]),
  ];
  return words.join('; ');
}

function seconds(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / 1000));
}

/** Of one operation. */
export class Limiter {
  readonly #turns: Turns | undefined;
  readonly #rates: RateLimits | undefined;

  constructor({ atOnce, rate }: Limits, clock: Clock) {
    this.#turns = atOnce === undefined ? undefined : new Turns(atOnce, clock);
    this.#rates = rate === undefined ? undefined : new RateLimits(clock, rate);
  }

  /** @throws ApiError 429 where the caller has had enough for now, 503 where all together have. */
  async run<T>(caller: string, work: () => Promise<T>): Promise<T> {
    const wait = this.#rates?.take(caller) ?? 0;
    if (wait > 0) throw new ApiError(429, 'you call this too often; try again later', { retryAfter: seconds(wait) });
    await this.#turns?.enter(caller);
    try {
      return await work();
    } finally {
      this.#turns?.leave(caller);
    }
  }
}
