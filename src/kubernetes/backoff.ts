// How long to wait after a failure of a list or watch.
import type { Clock } from '../clock.ts';
import type { KubernetesError } from './kubernetes-error.ts';
import type { ServerContact } from './server-contact.ts';

const MIN_MS = 500;
const CAP_MS = 30_000;
/** A connection that is refused costs a server nothing, and how soon it is back matters more. */
const UNREACHABLE_CAP_MS = 5_000;
/** Those who wait for the same server do not all come back in the same moment. */
const SPREAD_MS = 1_000;
/** The same for those that there are many of. */
const FOLLOWERS_SPREAD_MS = 3_000;

/**
 * Milliseconds to wait. `failures` counts those in a row, from 1. A server that says when to come back is obeyed; everything else
 * doubles, with jitter. Denied calls are no exception: one that starts denies everybody for a second or two.
 */
export function backoffMs(error: KubernetesError, failures: number, random: () => number, unreachableCapMs = UNREACHABLE_CAP_MS): number {
  if (error.retryAfterMs !== undefined) return Math.max(MIN_MS, error.retryAfterMs * (1 + 0.1 * random()));
  const ceiling = Math.min(error.code === 0 ? unreachableCapMs : CAP_MS, MIN_MS * 2 ** Math.min(failures, 10));
  return MIN_MS + random() * (ceiling - MIN_MS);
}

/** Waits, or returns early when the signal is aborted. */
export async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted || ms <= 0) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = clock.setTimeout(resolve, ms);
  const wake = (): void => resolve();
  signal.addEventListener('abort', wake, { once: true });
  await promise;
  timer.clear();
  signal.removeEventListener('abort', wake);
}

export interface RetriesOptions {
  contact: ServerContact;
  clock: Clock;
  /** From 0 to 1. */
  random(): number;
  /** There are many like this one: others find out when the server is back. */
  follows?: boolean | undefined;
}

/** The waits of one loop that tries again for ever. */
export class Retries {
  readonly #options: RetriesOptions;
  #failures = 0;
  #answered = true;
  #due: { ms: number; untilReturn: boolean } | undefined;

  constructor(options: RetriesOptions) {
    this.#options = options;
  }

  /** The next wait is for this. */
  failed(error: KubernetesError): void {
    const answered = error.code > 0;
    // The first answer after none at all is news: how long there was none says nothing about how long this will last.
    if (answered && !this.#answered) this.#failures = 0;
    this.#answered = answered;
    this.#failures += 1;
    // Too many requests are too many, however well the server is.
    const untilReturn = error.code !== 429;
    const { random, follows } = this.#options;
    this.#due = { ms: backoffMs(error, this.#failures, random, follows === true ? CAP_MS : UNREACHABLE_CAP_MS), untilReturn };
  }

  succeeded(): void {
    this.#failures = 0;
    this.#answered = true;
  }

  /** Waits if the last attempt failed: as long as that asks for, or until the server is back after an outage. */
  async wait(signal: AbortSignal): Promise<void> {
    const { clock, contact, random, follows } = this.#options;
    const due = this.#due;
    this.#due = undefined;
    if (due === undefined) return;
    if (!due.untilReturn) return pause(clock, due.ms, signal);
    const over = new AbortController();
    const end = (): void => over.abort();
    let returned = false;
    const unsubscribe = contact.onReturn(() => {
      returned = true;
      end();
    });
    signal.addEventListener('abort', end, { once: true });
    if (!signal.aborted) await pause(clock, due.ms, over.signal);
    signal.removeEventListener('abort', end);
    unsubscribe();
    if (!returned) return;
    this.#failures = 0;
    await pause(clock, (follows === true ? FOLLOWERS_SPREAD_MS : SPREAD_MS) * random(), signal);
  }
}
