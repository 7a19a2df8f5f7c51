// One thread beside the event loop, and who waits for it: one question at a time, so that a text which it does not get through ends that
// question only; and a bounded queue, so that a flood is refused at once instead of waited out by everybody.
import type { Clock } from '../../clock.ts';

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
  /** Milliseconds that one question may take. */
  patience: number;
  /** Size of all questions that may wait, in the unit of `ask`. */
  maxWaiting: number;
}

/** The thread has not answered, or is too busy to be asked. */
export class LaneError extends Error {
  override readonly name = 'LaneError';
}

interface Job {
  size: number;
  /** Made when its turn comes: what is sent is copied. */
  message(): { message: unknown; transfer?: ArrayBuffer[] };
  settle(answer: unknown): void;
  fail(error: LaneError): void;
}

export class Lane {
  readonly #options: LaneOptions;
  readonly #waiting: Job[] = [];
  #size = 0;
  #worker: LaneWorker | undefined;
  #running: Job | undefined;
  #timer: { clear(): void } | undefined;

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  /** The answer of the thread. Rejects with LaneError. */
  ask(size: number, message: Job['message']): Promise<unknown> {
    return new Promise((settle, fail) => {
      // Alone it is never too much: how large a question can be is bounded elsewhere.
      if (this.#running !== undefined && this.#size + size > this.#options.maxWaiting) return fail(new LaneError('too much waits already'));
      this.#waiting.push({ size, message, settle, fail });
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
    this.#timer = this.#options.clock.setTimeout(() => {
      this.#gone(worker);
      void worker.terminate();
    }, this.#options.patience);
    const { message, transfer } = job.message();
    worker.postMessage(message, transfer);
  }

  #started(): LaneWorker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = this.#options.spawn();
    worker.on('message', (answer) => {
      if (this.#worker === worker) this.#finish((job) => job.settle(answer));
    });
    worker.on('error', () => this.#gone(worker));
    worker.on('exit', () => this.#gone(worker));
    this.#worker = worker;
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
