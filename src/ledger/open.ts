// Opens the ledger that a URL names.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StoredLedger } from './ledger.ts';
import { checkRetention, RETENTION, type Retention } from './retention.ts';

export interface LedgerOptions {
  /** `sqlite:///path`, a path, or `postgres://user:password@host:port/database`. */
  url: string;
  /** What differs from `RETENTION`. */
  retention?: Partial<Retention>;
  /** Milliseconds after which a question is given up. */
  questionTimeout?: number;
}

const QUESTION_TIMEOUT = 10_000;

/** Creates the schema, or brings it up to date. What it throws says what to do, and holds no password. */
export async function openLedger({ url, retention: wanted, questionTimeout = QUESTION_TIMEOUT }: LedgerOptions): Promise<StoredLedger> {
  const retention = { ...RETENTION, ...wanted };
  checkRetention(retention);
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(url)?.[1]?.toLowerCase();
  if (scheme === 'postgres' || scheme === 'postgresql') return openPostgres(url, retention, questionTimeout);
  if (scheme !== undefined && scheme !== 'sqlite') {
    throw new Error(`a ledger is named by a path, sqlite:///path or postgres://..., and the scheme of this URL is ${scheme}`);
  }
  const path = pathOf(url);
  try {
    const { openSqlite } = await import('./sqlite/threads.ts');
    return await openSqlite(path, retention, questionTimeout);
  } catch (error) {
    throw new Error(`the ledger ${path} cannot be opened: ${messageOf(error)}`, { cause: error });
  }
}

/** Only the store in use is loaded. */
async function openPostgres(url: string, retention: Retention, questionTimeout: number): Promise<StoredLedger> {
  const [{ PostgresDatabase }, { SqlLedger }] = await Promise.all([import('./postgres/database.ts'), import('./sql-ledger.ts')]);
  const database = new PostgresDatabase(url, questionTimeout);
  try {
    return await SqlLedger.open(database, retention);
  } catch (error) {
    throw new Error(`the ledger in PostgreSQL cannot be opened: ${messageOf(error)}`, { cause: error });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function pathOf(url: string): string {
  if (!/^sqlite:/i.test(url)) return resolve(url);
  const path = /^sqlite:\/\/(\/.+)$/i.exec(url)?.[1];
  if (path === undefined)
    throw new Error(`a ledger in SQLite is named sqlite:///path, with three slashes and an absolute path, and this is ${url}`);
  return fileURLToPath(`file://${path}`);
}
