// Questions that name users or conversations are answered by an index: without one they read all that there was in their time. SQLite alone,
// since PostgreSQL chooses by what it has counted.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Reader } from '../../src/ledger/database.ts';
import { DIMENSIONS, type UsageQuestion } from '../../src/ledger/ledger.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { RETENTION } from '../../src/ledger/retention.ts';
import { SqlLedger } from '../../src/ledger/sql-ledger.ts';
import { SqliteDatabase } from '../../src/ledger/sqlite/database.ts';
import { usage } from '../../src/ledger/usage.ts';
import { aQuestion, aUse, DAY, DAY_0, HOUR, told } from './said.ts';

let directory: string;
let database: SqliteDatabase;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'flashback-indexes-'));
  database = new SqliteDatabase(join(directory, 'ledger.db'));
  await migrate(database);
  await told(new SqlLedger(database, RETENTION), [aUse({ user: 'ann', conversation: 'c-1' })]);
});
afterAll(async () => {
  await database?.close();
  await rm(directory, { recursive: true });
});

/** How the tables of amounts and lists are read. */
async function readsOf(question: UsageQuestion): Promise<string[]> {
  const reads: string[] = [];
  const explaining: Reader = {
    all: async <Row>(sql: string, values?: Parameters<Reader['all']>[1]) => {
      const steps = await database.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, values);
      reads.push(...steps.map(({ detail }) => detail).filter((detail) => /^(?:SEARCH|SCAN) d\b/.test(detail)));
      return database.all<Row>(sql, values);
    },
  };
  const rows = await usage(explaining, question);
  expect(rows.length).toBeGreaterThan(0);
  return [...new Set(reads)];
}

const ANN = { user: ['ann'] };
const CASES: readonly [what: string, Partial<UsageQuestion>, ...expected: string[]][] = [
  ['a user in minutes', { filter: ANN, bucket: 60_000, to: DAY_0 + 2 * DAY }, 'details_minute_by_day'],
  ['a user in minutes by everything', { filter: ANN, bucket: 60_000, groupBy: DIMENSIONS }, 'details_minute_by_day'],
  ['a user in hours by conversation', { filter: ANN, bucket: HOUR, groupBy: ['conversation'] }, 'details_hour_by_day'],
  ['a user in days by everything', { filter: ANN, bucket: DAY, groupBy: DIMENSIONS, from: DAY_0 - 300 * DAY }, 'details_day_by_day'],
  ['two users in hours', { filter: { user: ['ann', 'bob'] }, bucket: HOUR }, 'users_hour_user_id', 'active_users_hour_by_day'],
  ['a user in days', { filter: ANN, bucket: DAY }, 'users_day_user_id', 'active_users_day_by_day'],
  ['a user in months', { filter: ANN, from: 0 }, 'PRIMARY KEY (user_id=? AND', 'users_day_user_id', 'active_users_day_by_day'],
  ['a conversation in minutes', { filter: { conversation: ['c-1'] }, bucket: 60_000 }, 'details_minute_conversation_id'],
  ['a conversation in days', { filter: { conversation: ['c-1'] }, bucket: DAY, groupBy: DIMENSIONS }, 'details_day_conversation_id'],
];

it.each(CASES)('finds %s by an index', async (_what, question, ...expected) => {
  const reads = await readsOf(aQuestion(question));
  expect(reads.length).toBeGreaterThan(0);
  for (const read of reads) expect(expected.filter((index) => read.includes(index))).not.toEqual([]);
  for (const index of expected) expect(reads.filter((read) => read.includes(index))).not.toEqual([]);
});
