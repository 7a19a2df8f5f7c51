// Has rules read in a thread of its own, one question after the other: the loop of the operator has leases to renew. What takes too long is
// given up, thread and all, and the next question gets a new one.
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../../clock.ts';
import type { Advice } from '../../policy/advise/advise.ts';
import type { Recommendation } from '../../policy/advise/recommend.ts';
import { ApiError } from '../operation.ts';

/** Milliseconds. The longest honest rules take two seconds on a machine that does much else. */
const DEADLINE = 10_000;

export interface Advisor {
  /** In the order of the rules. @throws ApiError 400 where they cannot be read in time. */
  advise(rules: readonly string[]): Promise<Advice[]>;
  /** @throws ApiError 400 as advise. */
  recommend(prompt: string): Promise<Recommendation[]>;
}

export interface AdviceQuestion {
  number: number;
  kind: 'advise' | 'recommend';
  texts: readonly string[];
}

export interface AdviceAnswer {
  number: number;
  results: (Advice | Recommendation)[];
}

/** What of a Worker is needed here. */
export interface AdviceThread {
  postMessage(question: AdviceQuestion): void;
  on(event: 'message', listener: (answer: AdviceAnswer) => void): unknown;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  terminate(): Promise<unknown>;
  ref(): void;
  unref(): void;
}

export interface ThreadAdvisorOptions {
  clock: Clock;
  /** Starts a thread. */
  spawn?: () => AdviceThread;
}

function startThread(): AdviceThread {
  // The source runs as it is, and so does what it is compiled to.
  return new Worker(new URL(`./advice-worker${extname(import.meta.url)}`, import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: 256 },
  });
}

export class ThreadAdvisor implements Advisor {
  readonly #clock: Clock;
  readonly #spawn: () => AdviceThread;
  #thread: AdviceThread | undefined;
  #waiting: { number: number; resolve(results: AdviceAnswer['results']): void; reject(error: unknown): void } | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #number = 0;

  constructor({ clock, spawn = startThread }: ThreadAdvisorOptions) {
    this.#clock = clock;
    this.#spawn = spawn;
  }

  advise(rules: readonly string[]): Promise<Advice[]> {
    return this.#inTurn('advise', rules) as Promise<Advice[]>;
  }

  recommend(prompt: string): Promise<Recommendation[]> {
    return this.#inTurn('recommend', [prompt]) as Promise<Recommendation[]>;
  }

  #inTurn(kind: AdviceQuestion['kind'], texts: readonly string[]): Promise<AdviceAnswer['results']> {
    const done = this.#turn.then(() => this.#ask(kind, texts));
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #ask(kind: AdviceQuestion['kind'], texts: readonly string[]): Promise<AdviceAnswer['results']> {
    const thread = (this.#thread ??= this.#start());
    const number = (this.#number += 1);
    const { promise, resolve, reject } = Promise.withResolvers<AdviceAnswer['results']>();
    this.#waiting = { number, resolve, reject };
    const late = this.#clock.setTimeout(() => {
      const seconds = DEADLINE / 1000;
      reject(new ApiError(400, `the rules cannot be read in ${seconds} s; send fewer at a time, in shorter sentences`));
    }, DEADLINE);
    // The process stays for an answer, and for nothing else.
    thread.ref();
    thread.postMessage({ number, kind, texts });
    try {
      return await promise;
    } catch (error) {
      this.#thread = undefined;
      void thread.terminate();
      throw error;
    } finally {
      this.#waiting = undefined;
      late.clear();
      thread.unref();
    }
  }

  #start(): AdviceThread {
    const thread = this.#spawn();
    thread.on('message', ({ number, results }) => {
      if (this.#waiting?.number === number) this.#waiting.resolve(results);
    });
    thread.on('error', (error) => {
      if (this.#thread === thread) this.#thread = undefined;
      this.#waiting?.reject(error);
    });
    return thread;
  }
}
