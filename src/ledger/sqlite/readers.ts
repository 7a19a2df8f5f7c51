// The threads that answer questions to the ledger in SQLite: a few at a time, each for a bounded time, so that none holds up the others.
import type { Clock } from '../../clock.ts';
import { LedgerTooSlowError, LedgerUnavailableError } from '../failures.ts';
import type { Question } from './messages.ts';

/** As much of a thread as is needed here. */
export interface ReadingThread {
  readonly gone: boolean;
  ask(method: Question['method'], args: readonly unknown[]): Promise<unknown>;
  /** Resolves when it has ended: SQLite does not let itself be interrupted, so not before the statement under way has. */
  end(): Promise<void>;
}

export interface ReadersOptions {
  start: () => ReadingThread;
  /** Milliseconds that a question may take, the wait for a thread included. */
  timeout: number;
  clock: Clock;
}

/** With those that are ending: what nobody waits for any more still takes a processor, so there must not be many of them. */
export const READERS = 3;

/** A question that has no thread yet. */
interface Waiting {
  take(thread: ReadingThread): void;
  refuse(error: Error): void;
}

export class Readers {
  readonly #options: ReadersOptions;
  readonly #idle: ReadingThread[] = [];
  readonly #busy = new Set<ReadingThread>();
  readonly #ending = new Set<ReadingThread>();
  readonly #waiting: Waiting[] = [];
  #isClosed = false;

  constructor(options: ReadersOptions) {
    this.#options = options;
  }

  async ask(method: Question['method'], args: readonly unknown[]): Promise<unknown> {
    if (this.#isClosed) throw new LedgerUnavailableError('the ledger is closed');
    const { clock, timeout } = this.#options;
    const late = Promise.withResolvers<never>();
    let thread: ReadingThread | undefined;
    const turn = Promise.withResolvers<ReadingThread>();
    const waiting: Waiting = {
      take: (given) => {
        thread = given;
        turn.resolve(given);
      },
      refuse: turn.reject,
    };
    this.#waiting.push(waiting);
    const timer = clock.setTimeout(() => {
      const place = this.#waiting.indexOf(waiting);
      if (place !== -1) this.#waiting.splice(place, 1);
      late.reject(thread === undefined ? new LedgerUnavailableError('the ledger has too many long questions to answer') : new LedgerTooSlowError(timeout));
    }, timeout);
    try {
      this.#next();
      const given = await Promise.race([turn.promise, late.promise]);
      const result = await Promise.race([given.ask(method, args), late.promise]);
      this.#release(given);
      return result;
    } catch (error) {
      if (thread !== undefined) {
        if (error instanceof LedgerTooSlowError) this.#end(thread);
        else this.#release(thread);
      }
      throw error;
    } finally {
      timer.clear();
    }
  }

  /** Waits for no question but those that SQLite does not let go. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const idle = this.#idle.splice(0);
    await Promise.all(idle.map((thread) => (thread.gone ? undefined : thread.ask('close', []))));
    await Promise.all([...idle, ...this.#busy, ...this.#ending].map((thread) => thread.end()));
  }

  #next(): void {
    while (this.#waiting.length > 0 && !this.#isClosed) {
      const thread = this.#free();
      if (thread === undefined) return;
      this.#busy.add(thread);
      this.#waiting.shift()!.take(thread);
    }
  }

  #free(): ReadingThread | undefined {
    for (let thread = this.#idle.pop(); thread !== undefined; thread = this.#idle.pop()) if (!thread.gone) return thread;
    return this.#busy.size + this.#ending.size < READERS ? this.#start() : undefined;
  }

  /** A thread that the system does not give is for the next question to try again. Who waits for another one goes on to wait. */
  #start(): ReadingThread | undefined {
    try {
      return this.#options.start();
    } catch (error) {
      if (this.#busy.size + this.#ending.size > 0) return undefined;
      const { message } = error instanceof Error ? error : new Error(String(error));
      for (const { refuse } of this.#waiting.splice(0)) refuse(new LedgerUnavailableError(`the ledger has no thread to read with: ${message}`, { cause: error }));
      return undefined;
    }
  }

  #release(thread: ReadingThread): void {
    this.#busy.delete(thread);
    if (!thread.gone) this.#idle.push(thread);
    this.#next();
  }

  #end(thread: ReadingThread): void {
    this.#busy.delete(thread);
    this.#ending.add(thread);
    const ended = (): void => {
      this.#ending.delete(thread);
      this.#next();
    };
    // One that cannot be ended has ended.
    void thread.end().then(ended, ended);
  }
}
