// PostgreSQL as the database of the ledger: for more data than one machine should keep, and for more than one operator that writes.
import pg from 'pg';
import type { Database, Reader, Transaction, Value, WriteOptions, Words } from '../database.ts';
import { storableText } from '../storable.ts';
import { columnsOf, type Table } from '../tables.ts';
import { meaningOf } from './errors.ts';
import { postgresSettings } from './settings.ts';

/** Any number, always the same: whoever writes to the ledger of this database holds this lock. */
const WRITERS = 7_240_551_908;
/** Milliseconds that a new schema may take, step by step. */
const LONG = 3_600_000;
/** Milliseconds that a question may take where nothing else is said. */
const QUESTION = 10_000;

const INT8 = 20;
const NUMERIC = 1700;
const BYTEA = 17;

/** Numbers of the ledger stay far below 2^53, and bytes are plain ones as in every other store. */
function parserOf(oid: number, format?: 'text' | 'binary'): (text: string) => unknown {
  if (oid === INT8 || oid === NUMERIC) return Number;
  const parse = pg.types.getTypeParser(oid, format as 'text') as (text: string) => unknown;
  return oid === BYTEA ? (text) => new Uint8Array(parse(text) as Buffer) : parse;
}

export class PostgresDatabase implements Database {
  readonly words: Words = {
    integer: 'bigint',
    bytes: 'bytea',
    // The order of the bytes, as in SQLite: pages of an answer do not depend on the locale of the server.
    text: 'text COLLATE "C"',
    counted: 'bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY',
    byKey: '',
  };
  readonly #readers: pg.Pool;
  readonly #writers: pg.Pool;
  readonly #question: number;
  readonly #statement: number;
  readonly #password: string | undefined;

  /** `url`: postgres://user:password@host:port/database, with parameters (docs/ledger.md). Connects at the first use. */
  constructor(url: string, question = QUESTION) {
    const { readers, writers, statement, password } = postgresSettings(url, question);
    this.#question = question;
    this.#statement = statement;
    this.#password = password;
    [this.#readers, this.#writers] = [readers, writers].map((settings) => {
      const pool = new pg.Pool({ ...settings, types: { getTypeParser: parserOf as typeof pg.types.getTypeParser } });
      // A connection that nobody uses has ended: the next question opens another one.
      pool.on('error', () => undefined);
      return pool;
    }) as [pg.Pool, pg.Pool];
  }

  async all<Row>(sql: string, values: readonly Value[] = []): Promise<Row[]> {
    try {
      return (await this.#readers.query({ text: numbered(sql), values: taken(values) })).rows as Row[];
    } catch (error) {
      throw meaningOf(error, { within: this.#question, isQuestion: true, password: this.#password });
    }
  }

  async write<Result>(work: (transaction: Transaction) => Promise<Result>, { isLong = false }: WriteOptions = {}): Promise<Result> {
    const asked = { within: isLong ? undefined : this.#statement, isQuestion: false, password: this.#password };
    const told = async <Answer>(call: Promise<Answer>): Promise<Answer> => {
      try {
        return await call;
      } catch (error) {
        throw meaningOf(error, asked);
      }
    };
    const client = await told(this.#writers.connect());
    // In the middle of a question the driver leaves an end of the connection to whoever listens.
    client.on('error', ignored);
    let isDone = false;
    try {
      const ask: Ask = (query) => told(client.query<Record<string, unknown>>(isLong ? patient(query) : query));
      await ask({ text: 'BEGIN' });
      if (isLong) await ask({ text: 'SET LOCAL statement_timeout = 0' });
      // Transactions of several writers would wait for each other's rows in all kinds of orders, and some would be given up.
      await ask({ text: 'SELECT pg_advisory_xact_lock($1)', values: [WRITERS] });
      const result = await work(transactionOf(ask));
      await ask({ text: 'COMMIT' });
      isDone = true;
      return result;
    } finally {
      client.off('error', ignored);
      // With its connection a transaction goes back, also where the server would not hear a ROLLBACK.
      client.release(!isDone);
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#readers, this.#writers].map((pool) => (pool.ending ? undefined : pool.end())));
  }
}

const ignored = (): void => undefined;
/** The types of the driver do not know its own setting of a single query. */
const patient = (query: pg.QueryConfig): pg.QueryConfig => Object.assign({}, query, { query_timeout: LONG });
type Ask = (query: pg.QueryConfig) => Promise<pg.QueryResult<Record<string, unknown>>>;

/** What callers ask for may hold what no row does; that finds nothing, and fails nowhere. */
function taken(values: readonly Value[]): Value[] {
  return values.map((value) => (typeof value === 'string' ? storableText(value) : value));
}

/** `?` as `$1`, `$2`, ... No statement of the ledger holds one in a text. */
function numbered(sql: string): string {
  let number = 0;
  return sql.replaceAll('?', () => `$${(number += 1)}`);
}

function transactionOf(ask: Ask): Transaction {
  const all: Reader['all'] = async <Row>(sql: string, values: readonly Value[] = []) =>
    (await ask({ text: numbered(sql), values: taken(values) })).rows as Row[];
  return {
    all,
    run: async (sql, values = []) => {
      await ask({ text: numbered(sql), values: taken(values) });
    },
    put: (table, rows) => put(ask, table, rows),
    add: async (table, rows) => {
      if (rows.length > 0) await ask({ name: `add ${table.name}`, text: upsert(table), values: valuesOf(table, rows) });
    },
  };
}

/** Columns as arrays: one statement for any number of rows. */
function upsert(table: Table): string {
  const columns = columnsOf(table);
  const names = columns.map(({ name }) => name).join(', ');
  const keys = table.keys.map(({ name }) => name).join(', ');
  const arrays = columns.map(({ type }, index) => `$${index + 1}::${type === 'text' ? 'text' : 'bigint'}[]`);
  const grown = table.others.map(({ name, type }) => `${name} = ${table.name}.${name} ${type === 'text' ? '||' : '+'} excluded.${name}`);
  const again = table.again === 'stays' ? 'NOTHING' : `UPDATE SET ${grown.join(', ')}`;
  return `INSERT INTO ${table.name} (${names}) SELECT * FROM unnest(${arrays.join(', ')}) ON CONFLICT (${keys}) DO ${again}`;
}

function valuesOf(table: Table, rows: readonly (readonly Value[])[]): (Value | undefined)[][] {
  return columnsOf(table).map((_, index) => rows.map((row) => row[index]));
}

async function put(ask: Ask, table: Table, rows: readonly (readonly Value[])[]): Promise<boolean[]> {
  if (rows.length === 0) return [];
  const keys = table.keys.map(({ name }) => name);
  // A row that was only now written has never been locked.
  const text = `${upsert(table)} RETURNING ${keys.join(', ')}, (xmax = 0) AS is_new`;
  const { rows: written } = await ask({ name: `put ${table.name}`, text, values: valuesOf(table, rows) });
  const formOf = (values: readonly unknown[]): string => values.join('\n');
  const isNew = new Map(written.map((row) => [formOf(keys.map((key) => row[key])), row['is_new'] === true]));
  return rows.map((row) => isNew.get(formOf(row.slice(0, keys.length))) ?? false);
}
