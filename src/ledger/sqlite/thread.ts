// One thread of the ledger in SQLite, seen from outside.
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { errorOf, refusedBy, type Answer, type Question, type Uids, type WorkerData } from './messages.ts';

/** What it was asked, and has not answered yet. */
export class Thread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  #number = 0;
  #gone: Error | undefined;

  constructor(workerData: WorkerData) {
    this.#worker = new Worker(new URL(`./ledger-worker${extname(import.meta.url)}`, import.meta.url), { workerData });
    this.#worker.unref();
    this.#worker.on('message', (answer: Answer) => this.#answered(answer));
    this.#worker.on('error', (error) => this.#ended(errorOf(refusedBy(error))));
    this.#worker.on('exit', () => this.#ended(new Error('the thread of the ledger has ended')));
  }

  get gone(): boolean {
    return this.#gone !== undefined;
  }

  ask(method: Question['method'], args: readonly unknown[], uids?: Uids): Promise<unknown> {
    if (this.#gone !== undefined) return Promise.reject(this.#gone);
    const number = (this.#number += 1);
    // As long as something is not answered, the process stays.
    this.#worker.ref();
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      const question: Question = { number, method, args, ...(uids === undefined ? {} : { uids }) };
      this.#worker.postMessage(question);
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #answered({ number, result, error }: Answer): void {
    const waiting = this.#waiting.get(number);
    this.#waiting.delete(number);
    if (this.#waiting.size === 0) this.#worker.unref();
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(errorOf(error));
  }

  #ended(error: Error): void {
    this.#gone ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#gone);
    this.#waiting.clear();
  }
}
