// A thread that has the ledger in SQLite to itself: one writes, one only reads. Started by threads.ts.
import { parentPort, workerData } from 'node:worker_threads';
import { SqlLedger } from '../sql-ledger.ts';
import { SqliteDatabase } from './database.ts';
import { refusedBy, uidsFrom, type Answer, type Question, type WorkerData } from './messages.ts';

const { path, retention, readOnly, busy } = workerData as WorkerData;

async function opened(): Promise<SqlLedger> {
  const database = new SqliteDatabase(path, { readOnly, busy });
  return readOnly ? new SqlLedger(database, retention) : SqlLedger.open(database, retention);
}

const ledger = opened();

async function answerTo({ method, args, uids }: Question): Promise<unknown> {
  const store = await ledger;
  if (method === 'open') return undefined;
  if (method === 'ingest') return store.ingest(args[0] as Parameters<SqlLedger['ingest']>[0], uidsFrom(uids ?? new Map()));
  return Reflect.apply(store[method] as (...values: readonly unknown[]) => Promise<unknown>, store, args);
}

parentPort?.on('message', async (question: Question) => {
  let answer: Answer;
  try {
    answer = { number: question.number, result: await answerTo(question) };
  } catch (error) {
    answer = { number: question.number, error: refusedBy(error) };
  }
  parentPort?.postMessage(answer);
});
