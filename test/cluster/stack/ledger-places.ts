// Where the ledger of a stack of processes can be: each store that the project has, as an operator is told of it.
import { join } from 'node:path';
import { startPostgres, type PostgresServer } from '../../ledger/postgres-server.ts';
import { PostgresDatabase } from '../../../src/ledger/postgres/database.ts';

export interface LedgerPlace {
  /** As `FLASHBACK_LEDGER_URL` has it; `port`: of whoever stands before the database. */
  urlBy(port?: number): string;
  /** Kills what keeps it and brings it back, where that is not the operator itself. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

export interface PostgresPlace extends LedgerPlace {
  server: PostgresServer;
}

/** Short, so that a test sees the end of a wait: seconds, milliseconds. */
const BOUNDS = '?connect_timeout=2&statement_timeout=2000';
const nothing = async (): Promise<void> => undefined;

/** Store -> starts what it needs; `directory` is of the stack. */
export const PLACES: Readonly<Record<string, (directory: string) => Promise<LedgerPlace>>> = {
  SQLite: async (directory) => ({ urlBy: () => join(directory, 'ledger.sqlite'), crash: nothing, stop: nothing }),
  PostgreSQL: startPostgresPlace,
};

export async function startPostgresPlace(): Promise<PostgresPlace> {
  const server = await startPostgres();
  const admin = new PostgresDatabase(server.urlOf('postgres'));
  await admin.all('CREATE DATABASE ledger');
  await admin.close();
  return { server, urlBy: (port) => server.urlOf('ledger', port) + BOUNDS, crash: () => server.crash(), stop: () => server.stop() };
}
