// One thread beside the event loop, and who waits for it: one question at a time, so that a text which it does not get through ends that
// question only; a bounded queue, so that a flood is refused at once instead of waited out by everybody; and nothing is done for those who
// have left.
import type { Clock } from '../../clock.ts';

/** What a thread says first, once it can be asked: to load all that it needs may take longer than any question. */
export const READY = 'ready';
/** Milliseconds until it has to say so, on a machine that does much else. */
const START = 30_000;

/** The least that is needed of a worker thread. */
export interface LaneWorker {
  postMessage(message: unknown, transfer?: ArrayBuffer[]): void;
  on(event: 'message', listener: (answer: unknown) => void): unknown;
  on(event: 'error' | 'exit', listener: () => void): unknown;
  terminate(): Promise<number>;
}

export interface LaneOptions {
  spawn(): LaneWorker;
  clock: Clock;
  /** Milliseconds that a question of this size may take, from when its turn comes. */
  patience(size: number): number;
  /** Size of all questions that may wait, in the unit of `ask`. */
  maxWaiting: number;
}

/** Milliseconds that a question may still take when nobody waits for its answer: about as long as a new thread takes to start. */
export const ABANDONED = 250;

/** The thread has not answered, or is too busy to be asked; or nobody waits for the answer. */
export class LaneError extends Error {
  override readonly name = 'LaneError';
}

interface Job {
  size: number;
  /** Made when its turn comes: what is sent is copied. */
  message(): { message: unknown; transfer?: ArrayBuffer[] };
  /** Nobody waits for the answer any more. */
  isAbandoned: boolean;
  settle(answer: unknown): void;
  fail(error: LaneError): void;
}

export class Lane {
  readonly #options: LaneOptions;
  readonly #waiting: Job[] = [];
  #size = 0;
  #worker: LaneWorker | undefined;
  #isReady = false;
  #running: Job | undefined;
  #timer: { clear(): void } | undefined;
  /** On the clock: until when the running question may take. */
  #deadline = 0;

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  /** The answer of the thread. Rejects with LaneError, at once where `signal` tells that nobody waits any more. */
  ask(size: number, message: Job['message'], signal?: AbortSignal): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(new LaneError('nobody waits for the answer'));
      // Alone it is never too much: how large a question can be is bounded elsewhere.
      if (this.#running !== undefined && this.#size + size > this.#options.maxWaiting) return reject(new LaneError('too much waits already'));
      const forget = (): void => signal?.removeEventListener('abort', leave);
      const job: Job = {
        size,
        message,
        isAbandoned: false,
        settle: (answer) => {
          forget();
          resolve(answer);
        },
        fail: (error) => {
          forget();
          reject(error);
        },
      };
      const leave = (): void => this.#abandon(job);
      signal?.addEventListener('abort', leave, { once: true });
      this.#waiting.push(job);
      this.#size += size;
      this.#next();
    });
  }

  close(): Promise<number> | undefined {
    const worker = this.#worker;
    this.#gone(worker);
    return worker?.terminate();
  }

  #next(): void {
    if (this.#running !== undefined) return;
    const job = this.#waiting.shift();
    if (job === undefined) return;
    this.#size -= job.size;
    this.#running = job;
    const worker = this.#started();
    this.#giveUpAfter(this.#isReady ? this.#options.patience(job.size) : START, worker);
    const { message, transfer } = job.message();
    worker.postMessage(message, transfer);
  }

  #giveUpAfter(milliseconds: number, worker: LaneWorker): void {
    const { clock } = this.#options;
    this.#timer?.clear();
    this.#deadline = clock.monotonic() + milliseconds;
    this.#timer = clock.setTimeout(() => {
      this.#gone(worker);
      void worker.terminate();
    }, milliseconds);
  }

  #ready(worker: LaneWorker): void {
    this.#isReady = true;
    const job = this.#running;
    if (job !== undefined) this.#giveUpAfter(job.isAbandoned ? ABANDONED : this.#options.patience(job.size), worker);
  }

  #abandon(job: Job): void {
    job.isAbandoned = true;
    job.fail(new LaneError('nobody waits for the answer'));
    const index = this.#waiting.indexOf(job);
    if (index !== -1) {
      this.#waiting.splice(index, 1);
      this.#size -= job.size;
    } else if (this.#running === job && this.#worker !== undefined && this.#isReady) {
      const left = this.#deadline - this.#options.clock.monotonic();
      this.#giveUpAfter(Math.min(ABANDONED, left), this.#worker);
    }
  }

  #started(): LaneWorker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = this.#options.spawn();
    this.#worker = worker;
    this.#isReady = false;
    worker.on('message', (answer) => {
      if (this.#worker !== worker) return;
      if (answer === READY) this.#ready(worker);
      else this.#finish((job) => job.settle(answer));
    });
    worker.on('error', () => this.#gone(worker));
    worker.on('exit', () => this.#gone(worker));
    return worker;
  }

  /** Those who wait get another one. */
  #gone(worker: LaneWorker | undefined): void {
    if (worker === undefined || this.#worker !== worker) return;
    this.#worker = undefined;
    this.#finish((job) => job.fail(new LaneError('the thread has not come to an end')));
  }

  #finish(end: (job: Job) => void): void {
    const job = this.#running;
    this.#running = undefined;
    this.#timer?.clear();
    if (job !== undefined) end(job);
    this.#next();
  }
}
