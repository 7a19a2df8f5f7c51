// PostgreSQL as the database of the ledger: for more data than one machine should keep, and for more than one operator that writes.
import pg from 'pg';
import type { Database, Reader, Transaction, Value, Words } from '../database.ts';
import { storableText } from '../storable.ts';
import { columnsOf, type Table } from '../tables.ts';

/** Any number, always the same: whoever writes to the ledger of this database holds this lock. */
const WRITERS = 7_240_551_908;
const CONNECTIONS = 6;
/** Milliseconds. Longer than any step of the ledger takes; a server that hangs must not hold its callers for good. */
const CONNECT = 10_000;
const STATEMENT = 120_000;

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
  readonly #pool: pg.Pool;
  readonly #password: string | undefined;

  /** `url`: postgres://user:password@host:port/database, with the parameters of libpq that `pg` knows. Connects at the first use. */
  constructor(url: string) {
    const settings = {
      connectionString: url,
      connectionTimeoutMillis: CONNECT,
      statement_timeout: STATEMENT,
      keepAlive: true,
      application_name: 'flashback',
      types: { getTypeParser: parserOf as typeof pg.types.getTypeParser },
    };
    try {
      // Reads the URL, and does nothing else yet.
      this.#password = new pg.Client(settings).password ?? undefined;
    } catch {
      // What the parser says quotes the URL, and so the password.
      throw new Error('the URL of the ledger cannot be read: it has to look like postgres://user:password@host:port/database');
    }
    this.#pool = new pg.Pool({ ...settings, max: CONNECTIONS });
    // A connection that nobody uses has ended: the next question opens another one.
    this.#pool.on('error', () => undefined);
  }

  async all<Row>(sql: string, values: readonly Value[] = []): Promise<Row[]> {
    try {
      return (await this.#pool.query({ text: numbered(sql), values: taken(values) })).rows as Row[];
    } catch (error) {
      throw this.#plain(error);
    }
  }

  async write<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    let client: pg.PoolClient | undefined;
    let isBroken = false;
    try {
      client = await this.#pool.connect();
      await client.query('BEGIN');
      // Transactions of several writers would wait for each other's rows in all kinds of orders, and some would be given up.
      await client.query('SELECT pg_advisory_xact_lock($1)', [WRITERS]);
      const result = await work(transactionOf(client));
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client?.query('ROLLBACK').catch(() => (isBroken = true));
      throw this.#plain(error);
    } finally {
      client?.release(isBroken);
    }
  }

  async close(): Promise<void> {
    if (!this.#pool.ending) await this.#pool.end();
  }

  /** Errors of the driver hold the connection and more; what leaves here is a sentence. */
  #plain(error: unknown): Error {
    if (!(error instanceof Error)) return new Error(String(error));
    const first = error instanceof AggregateError && error.message === '' ? error.errors[0] : error;
    const text = first instanceof Error ? first.message : String(first);
    const secrets = this.#password === undefined || this.#password === '' ? [] : [encodeURIComponent(this.#password), this.#password];
    return new Error(secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text));
  }
}

/** What callers ask for may hold what no row does; that finds nothing, and fails nowhere. */
function taken(values: readonly Value[]): Value[] {
  return values.map((value) => (typeof value === 'string' ? storableText(value) : value));
}

/** `?` as `$1`, `$2`, ... No statement of the ledger holds one in a text. */
function numbered(sql: string): string {
  let number = 0;
  return sql.replaceAll('?', () => `$${(number += 1)}`);
}

function transactionOf(client: pg.PoolClient): Transaction {
  const all: Reader['all'] = async <Row>(sql: string, values: readonly Value[] = []) =>
    (await client.query({ text: numbered(sql), values: taken(values) })).rows as Row[];
  return {
    all,
    run: async (sql, values = []) => {
      await client.query({ text: numbered(sql), values: taken(values) });
    },
    put: (table, rows) => put(client, table, rows),
  };
}

/** Columns as arrays: one statement for any number of rows. */
async function put(client: pg.PoolClient, table: Table, rows: readonly (readonly Value[])[]): Promise<boolean[]> {
  if (rows.length === 0) return [];
  const columns = columnsOf(table);
  const names = columns.map(({ name }) => name).join(', ');
  const keys = table.keys.map(({ name }) => name);
  const arrays = columns.map(({ type }, index) => `$${index + 1}::${type === 'text' ? 'text' : 'bigint'}[]`);
  const grown = table.others.map(({ name, type }) => `${name} = ${table.name}.${name} ${type === 'text' ? '||' : '+'} excluded.${name}`);
  const again = table.again === 'stays' ? 'NOTHING' : `UPDATE SET ${grown.join(', ')}`;
  const text =
    `INSERT INTO ${table.name} (${names}) SELECT * FROM unnest(${arrays.join(', ')}) ON CONFLICT (${keys.join(', ')}) DO ${again} ` +
    // A row that was only now written has never been locked.
    `RETURNING ${keys.join(', ')}, (xmax = 0) AS is_new`;
  const { rows: written } = await client.query({
    name: `put ${table.name}`,
    text,
    values: columns.map((_, index) => rows.map((row) => row[index])),
  });
  const formOf = (values: readonly unknown[]): string => values.join('\n');
  const isNew = new Map((written as Record<string, unknown>[]).map((row) => [formOf(keys.map((key) => row[key])), row['is_new'] === true]));
  return rows.map((row) => isNew.get(formOf(row.slice(0, keys.length))) ?? false);
}
