// Who may have rules read now. It takes the processor that all of the operator runs on, so nobody gets much of it at a time.
import { setImmediate } from 'node:timers/promises';
import { ApiError } from '../operation.ts';

const MOST_AT_ONCE = 2;

export class Turns {
  readonly #callers = new Set<string>();

  /**
   * Does piece after piece, and lets everything else run in between. `until`: enough is done.
   * @throws ApiError 503 while the caller has such a call under way, or others have all that there may be.
   */
  async run<T, R>(
    caller: string,
    pieces: Iterable<T>,
    work: (piece: T) => R,
    until: (done: readonly R[]) => boolean = () => false,
  ): Promise<R[]> {
    if (this.#callers.has(caller)) throw new ApiError(503, 'another call of yours reads rules just now; send one after the other');
    if (this.#callers.size >= MOST_AT_ONCE) throw new ApiError(503, 'others have rules read just now; try again');
    this.#callers.add(caller);
    try {
      const done: R[] = [];
      for (const piece of pieces) {
        await setImmediate();
        done.push(work(piece));
        if (until(done)) break;
      }
      return done;
    } finally {
      this.#callers.delete(caller);
    }
  }
}
