// What the ledger needs of a database. SQLite and PostgreSQL fill it; the SQL is written once, with `?` for values.
import type { Table } from './tables.ts';

export type Value = number | string | Uint8Array | null;

export interface Reader {
  /** Integers come as numbers, bytes as Uint8Array, nothing as null. */
  all<Row>(sql: string, values?: readonly Value[]): Promise<Row[]>;
}

export interface Transaction extends Reader {
  run(sql: string, values?: readonly Value[]): Promise<void>;
  /**
   * Rows as the columns of the table, keys first, each key at most once. What is there already grows by what the table says. Answers for
   * each row whether it is new.
   */
  put(table: Table, rows: readonly (readonly Value[])[]): Promise<boolean[]>;
  /** The same where nobody asks which are new. */
  add(table: Table, rows: readonly (readonly Value[])[]): Promise<void>;
}

export interface Database extends Reader {
  /** How the types of the schema are called. */
  readonly words: Words;
  /** All of it or nothing. One at a time, over all processes that write to the same ledger. */
  write<Result>(work: (transaction: Transaction) => Promise<Result>, options?: WriteOptions): Promise<Result>;
  close(): Promise<void>;
}

export interface WriteOptions {
  /** It may take as long as it takes, such as a new schema. */
  isLong?: boolean;
}

/** The little in which the schemas differ. */
export interface Words {
  integer: string;
  bytes: string;
  /** Compared byte by byte. */
  text: string;
  /** A primary key that is counted up and never given twice. */
  counted: string;
  /** Behind a table that is stored in the order of its key. */
  byKey: string;
}
