// A file of SQLite that takes nothing for a while: whoever asks learns that the ledger is away, and everything goes on afterwards.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LedgerUnavailableError } from '../../../src/ledger/failures.ts';
import type { Conversation, StoredLedger } from '../../../src/ledger/ledger.ts';
import { RETENTION } from '../../../src/ledger/retention.ts';
import { SqliteDatabase } from '../../../src/ledger/sqlite/database.ts';
import { openSqlite } from '../../../src/ledger/sqlite/threads.ts';
import { SqlLedger } from '../../../src/ledger/sql-ledger.ts';
import { aUse, DAY_0 } from '../said.ts';

/** Milliseconds that a writer waits for another process. */
const BUSY = 50;
const QUESTION = 10_000;
const aConversation: Conversation = {
  id: 'c',
  workspace: 'shop',
  repository: 'u1',
  createdBy: 'ann',
  createdAt: DAY_0,
  updatedAt: DAY_0,
  tokensIn: 0,
  tokensOut: 0,
};
const nobody = (): undefined => undefined;
const refusal = (work: Promise<unknown>): Promise<unknown> => work.then(() => 'done', (error: unknown) => error);

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'flashback-ledger-'));
  path = join(directory, 'ledger.db');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('a ledger in SQLite', () => {
  it('is away while its volume is full, and goes on when there is room', async () => {
    const database = new SqliteDatabase(path);
    const ledger = await SqlLedger.open(database, RETENTION);
    await database.all('PRAGMA max_page_count = 1');
    const fill = async (): Promise<void> => {
      for (let number = 0; number < 100; number += 1) await ledger.createConversation({ ...aConversation, id: `c${number}`, title: new Uint8Array(4096) });
    };
    expect(await refusal(fill())).toEqual(new LedgerUnavailableError('the file of the ledger: database or disk is full'));
    await database.all('PRAGMA max_page_count = 100000');
    await ledger.createConversation(aConversation);
    expect(await ledger.conversation('c')).toEqual(aConversation);
    await ledger.close();
  });

  it('is away while another process holds its file, for batches that come together too, and stores them afterwards', async () => {
    const ledger: StoredLedger = await openSqlite(path, RETENTION, QUESTION, BUSY);
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    const tell = (source: string): Promise<unknown> => ledger.ingest([{ source, sequence: 1, dropped: 0, entries: [aUse()] }], nobody);
    const sources = ['a', 'b', 'c'];
    const refused = await Promise.all([refusal(ledger.createConversation(aConversation)), ...sources.map((source) => refusal(tell(source)))]);
    for (const error of refused) expect(error).toBeInstanceOf(LedgerUnavailableError);
    other.exec('ROLLBACK');
    other.close();
    expect(await Promise.all(sources.map(tell))).toEqual(sources.map(() => ['stored']));
    await ledger.close();
  });

  it('is away where its file cannot be opened any more by who reads', async () => {
    const ledger = await openSqlite(path, RETENTION, QUESTION, BUSY);
    rmSync(directory, { recursive: true });
    expect(await refusal(ledger.sources())).toEqual(new LedgerUnavailableError('the file of the ledger: unable to open database file'));
    await ledger.close();
  });

  it('is not away because of what was wrong with a question', async () => {
    const ledger = await openSqlite(path, RETENTION, QUESTION, BUSY);
    await ledger.createConversation(aConversation);
    const error = await refusal(ledger.createConversation(aConversation));
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(LedgerUnavailableError);
    await ledger.close();
  });
});
