// Where the ledger of the benchmark is kept: a fresh one of each store, which goes with it.
import { statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from '../../src/ledger/database.ts';
import { PostgresDatabase } from '../../src/ledger/postgres/database.ts';
import { SqliteDatabase } from '../../src/ledger/sqlite/database.ts';
import { startPostgres } from '../../test/ledger/postgres-server.ts';

export interface Place {
  url: string;
  isInProcess: boolean;
  connect(): Database;
  bytes(): Promise<number>;
  stop(): Promise<void>;
}

export const PLACES: Readonly<Record<string, () => Promise<Place>>> = {
  sqlite: async () => {
    const directory = await mkdtemp(join(tmpdir(), 'flashback-ledger-bench-'));
    const path = join(directory, 'ledger.db');
    return {
      url: path,
      isInProcess: true,
      connect: () => new SqliteDatabase(path),
      bytes: async () => statSync(path).size,
      stop: () => rm(directory, { recursive: true }),
    };
  },
  postgres: async () => {
    const server = await startPostgres();
    const url = server.urlOf('postgres');
    const bytes = async (): Promise<number> => {
      const database = new PostgresDatabase(url);
      const [row] = await database.all<{ size: number }>('SELECT pg_database_size(current_database()) AS size');
      await database.close();
      return row!.size;
    };
    return { url, isInProcess: false, connect: () => new PostgresDatabase(url), bytes, stop: () => server.stop() };
  },
};
