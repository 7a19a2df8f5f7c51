// SQLite as the database of the ledger. Everything here blocks the thread that it runs on; worker.ts gives it one of its own.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Database, Transaction, Value, Words } from '../database.ts';
import type { Table } from '../tables.ts';
import { meaningOf } from './errors.ts';

/** Statements with lists of values are as many as there are lengths. */
const MAX_PREPARED = 300;
/** Milliseconds to wait for another process, such as a backup, that holds the file. */
const BUSY = 10_000;

export interface SqliteOptions {
  readOnly?: boolean;
  /** Milliseconds to wait for another process that holds the file. */
  busy?: number | undefined;
}

export class SqliteDatabase implements Database {
  readonly words: Words = {
    integer: 'INTEGER',
    bytes: 'BLOB',
    text: 'TEXT',
    counted: 'INTEGER PRIMARY KEY AUTOINCREMENT',
    byKey: ' WITHOUT ROWID',
  };
  readonly #file: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();
  readonly #transaction: Transaction;
  /** Transactions are asynchronous for the sake of the port: the next one begins when the last one has ended. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(path: string, { readOnly = false, busy = BUSY }: SqliteOptions = {}) {
    if (!readOnly) mkdirSync(dirname(path), { recursive: true });
    this.#file = told(() => new DatabaseSync(path, { readOnly, timeout: busy, allowExtension: false }));
    if (!readOnly) {
      // What is committed survives the end of the process by the journal alone. FULL also waits for the disk at each commit: gateways
      // forget what was confirmed to them, so a node that loses power must not lose it either. A commit holds many
      // batches, so it costs little.
      this.#file.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000');
    }
    this.#file.exec('PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 1073741824');
    this.#transaction = {
      all: (sql, values) => this.all(sql, values),
      run: async (sql, values = []) => {
        this.#prepare(sql).run(...values);
      },
      put: async (table, rows) => this.#put(table, rows),
      add: async (table, rows) => {
        this.#put(table, rows);
      },
    };
  }

  async all<Row>(sql: string, values: readonly Value[] = []): Promise<Row[]> {
    return told(() => this.#prepare(sql).all(...values)) as Row[];
  }

  async write<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(() => this.#inTransaction(work));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async close(): Promise<void> {
    await this.#last;
    this.#prepared.clear();
    this.#file.close();
  }

  async #inTransaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    // IMMEDIATE: a transaction that only later finds out that it writes cannot wait for another one.
    told(() => this.#file.exec('BEGIN IMMEDIATE'));
    try {
      const result = await work(this.#transaction);
      this.#file.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.#file.isTransaction) this.#file.exec('ROLLBACK');
      throw meaningOf(error);
    }
  }

  #put(table: Table, rows: readonly (readonly Value[])[]): boolean[] {
    const { insert, update } = statementsOf(table);
    const inserting = this.#prepare(insert);
    if (update === undefined) return rows.map((row) => inserting.run(...othersFirst(table, row)).changes > 0);
    const updating = this.#prepare(update);
    // New rows come together, and so do those that grow: what the last one was is tried first.
    let isNew = false;
    return rows.map((row) => {
      const values = othersFirst(table, row);
      if (isNew) {
        isNew = inserting.run(...values).changes > 0;
        if (!isNew) updating.run(...values);
      } else {
        isNew = updating.run(...values).changes === 0;
        if (isNew) inserting.run(...values);
      }
      return isNew;
    });
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#prepared.get(sql);
    if (statement === undefined) {
      if (this.#prepared.size >= MAX_PREPARED) this.#prepared.clear();
      this.#prepared.set(sql, (statement = this.#file.prepare(sql)));
    }
    return statement;
  }
}

function told<Result>(call: () => Result): Result {
  try {
    return call();
  } catch (error) {
    throw meaningOf(error);
  }
}

/** In the order in which an update names them, so that both statements take the same. */
function othersFirst({ keys }: Table, row: readonly Value[]): Value[] {
  return [...row.slice(keys.length), ...row.slice(0, keys.length)];
}

/** Two statements, since they say whether the row was there, which an upsert does not. The insert does nothing where it was. */
function statementsOf(table: Table): { insert: string; update?: string } {
  const columns = [...table.others, ...table.keys].map(({ name }) => name);
  const insert = `INSERT INTO ${table.name} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')}) ON CONFLICT DO NOTHING`;
  if (table.again === 'stays') return { insert };
  const grown = table.others.map(({ name, type }) => `${name} = ${name} ${type === 'text' ? '||' : '+'} ?`);
  return {
    insert,
    update: `UPDATE ${table.name} SET ${grown.join(', ')} WHERE ${table.keys.map(({ name }) => `${name} = ?`).join(' AND ')}`,
  };
}
