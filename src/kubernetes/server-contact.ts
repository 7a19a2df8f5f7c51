// Whether the API server answers, as all calls of one client see it together: after an outage, the first call that succeeds ends the
// waits of all the others.
import type { Clock } from '../clock.ts';

/** Without any success for so long, the next one is the end of an outage. An operator talks of its lease every two seconds. */
const AWAY_MS = 5_000;

/** No answer, or one that says nothing about the call: a server that starts denies everybody until it has read who may do what. */
function isFailure(code: number): boolean {
  return code === 0 || code >= 500 || code === 401 || code === 403 || code === 429;
}

export class ServerContact {
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();
  #succeededAt: number;
  #failedSince = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#succeededAt = clock.monotonic();
  }

  /** What a call met: an HTTP status, or 0 when there was no answer. */
  saw(code: number): void {
    if (isFailure(code)) {
      this.#failedSince = true;
      return;
    }
    const now = this.#clock.monotonic();
    const returned = this.#failedSince && now - this.#succeededAt >= AWAY_MS;
    this.#failedSince = false;
    this.#succeededAt = now;
    if (returned) for (const listener of this.#listeners) listener();
  }

  /** Calls the listener at the end of each outage, until the returned function is called. */
  onReturn(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
