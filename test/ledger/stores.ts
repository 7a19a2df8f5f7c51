// The stores of the ledger, each as something that tests can make fresh, open, open again, and break.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from '../../src/ledger/database.ts';
import type { StoredLedger } from '../../src/ledger/ledger.ts';
import { openLedger, type LedgerOptions } from '../../src/ledger/open.ts';
import { PostgresDatabase } from '../../src/ledger/postgres/database.ts';
import { SqliteDatabase } from '../../src/ledger/sqlite/database.ts';
import { startPostgres } from './postgres-server.ts';

/** Where one ledger is kept. */
export interface Place {
  url: string;
  /** The database itself, on the thread of the test. */
  connect(): Promise<Database>;
  open(options?: Omit<LedgerOptions, 'url'>): Promise<StoredLedger>;
}

export interface Store {
  name: string;
  /** A place with nothing in it. */
  fresh(): Promise<Place>;
  stop(): Promise<void>;
}

/** Store -> starts whatever it needs. */
export const STORES: Readonly<Record<string, () => Promise<Store>>> = { SQLite: startSqlite, PostgreSQL: startPostgresStore };

async function startSqlite(): Promise<Store> {
  const directory = await mkdtemp(join(tmpdir(), 'flashback-ledger-'));
  let number = 0;
  return {
    name: 'SQLite',
    fresh: async () => {
      const path = join(directory, `${(number += 1)}`, 'ledger.db');
      return placeAt(`sqlite://${path}`, async () => new SqliteDatabase(path));
    },
    stop: () => rm(directory, { recursive: true }),
  };
}

async function startPostgresStore(): Promise<Store> {
  const server = await startPostgres();
  const admin = new PostgresDatabase(server.urlOf('postgres'));
  let number = 0;
  return {
    name: 'PostgreSQL',
    fresh: async () => {
      const database = `ledger_${(number += 1)}`;
      await admin.all(`CREATE DATABASE ${database}`);
      const url = server.urlOf(database);
      return placeAt(url, async () => new PostgresDatabase(url));
    },
    stop: async () => {
      await admin.close();
      await server.stop();
    },
  };
}

function placeAt(url: string, connect: () => Promise<Database>): Place {
  return { url, connect, open: (options = {}) => openLedger({ url, ...options }) };
}
