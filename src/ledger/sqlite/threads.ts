// The ledger in SQLite, seen from outside. SQLite blocks the thread that it runs on, for the time of a wait for the disk or of a long
// question; the operator's own thread has leases to renew and snapshots to push. So one thread writes, and another reads beside it.
import { mkdirSync } from 'node:fs';
import { dirname, extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { LedgerBatch } from '../entries.ts';
import type { FindUid, Ingested, StoredLedger } from '../ledger.ts';
import type { Retention } from '../retention.ts';
import { uidsOf, type Answer, type Question, type Uids, type WorkerData } from './messages.ts';

/** One thread: what it was asked, and has not answered yet. */
class Thread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  #number = 0;
  #gone: Error | undefined;

  constructor(workerData: WorkerData) {
    this.#worker = new Worker(new URL(`./ledger-worker${extname(import.meta.url)}`, import.meta.url), { workerData });
    this.#worker.unref();
    this.#worker.on('message', (answer: Answer) => this.#answered(answer));
    this.#worker.on('error', (error) => this.#ended(error instanceof Error ? error : new Error(String(error))));
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
    else waiting?.reject(new Error(error));
  }

  #ended(error: Error): void {
    this.#gone ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#gone);
    this.#waiting.clear();
  }
}

const READS = [
  'sources',
  'usage',
  'countUsage',
  'violations',
  'violationSums',
  'alerts',
  'audited',
  'conversation',
  'conversations',
  'messages',
] as const;
const WRITES = ['audit', 'createConversation', 'addMessages', 'deleteConversation', 'compact'] as const;
type Method = (typeof READS)[number] | (typeof WRITES)[number];

/** Fails where the file cannot be opened, or is of a newer program. */
export async function openSqlite(path: string, retention: Retention): Promise<StoredLedger> {
  mkdirSync(dirname(path), { recursive: true });
  const start = (readOnly: boolean): Thread => new Thread({ path, retention, readOnly });
  let writer = start(false);
  try {
    await writer.ask('open', []);
  } catch (error) {
    await writer.end();
    throw error;
  }
  // Only now is there something to read.
  let reader = start(true);
  let isClosed = false;
  // A thread that has ended is replaced: what was committed is in the file, and whoever told the rest tells it again.
  const write = (): Thread => (writer.gone && !isClosed ? (writer = start(false)) : writer);
  const read = (): Thread => (reader.gone && !isClosed ? (reader = start(true)) : reader);
  const asked = (methods: readonly Method[], thread: () => Thread): [string, unknown][] =>
    methods.map((method) => [method, (...args: readonly unknown[]) => thread().ask(method, args)]);
  return {
    ...(Object.fromEntries([...asked(READS, read), ...asked(WRITES, write)]) as Pick<StoredLedger, Method>),
    ingest: (batches: readonly LedgerBatch[], findUid: FindUid) =>
      write().ask('ingest', [batches], uidsOf(batches, findUid)) as Promise<Ingested[]>,
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      for (const thread of [reader, writer]) {
        if (!thread.gone) await thread.ask('close', []);
        await thread.end();
      }
    },
  };
}
