// The parts of the spool: what one is called, and what is known of it without reading it.
import type { Contents } from './contents.ts';
import { decode } from './journal.ts';
import type { SpoolStore } from './stores.ts';

/** A part is full at either: two of them make an answer to the operator. */
export const MAX_PART_ENTRIES = 2_500;
export const MAX_PART_BYTES = 1024 * 1024;

/** How much is known of the entries of use: as they were told; by the hour; by the hour, without users and conversations. */
export const LEVELS = ['minutes', 'hours', 'anonymous'] as const;
export type Level = (typeof LEVELS)[number];

/** Numbers of the parts that it is made of: of parts that stand beside one which holds them, too, only that one counts. */
export interface Span {
  first: number;
  last: number;
}

/** Counts of what is in a part. */
export interface Summary {
  usage: number;
  violations: number;
  /** Of its entries in JSON. */
  bytes: number;
  /** Milliseconds since the epoch. */
  oldest: number;
}

/** One that nothing is added to any more, and that nobody was told. */
export interface Part extends Span, Summary {
  store: SpoolStore;
  level: Level;
}

/** One that the operator may have been told: it stays as it is until that confirms it. */
export interface BatchName {
  source: string;
  sequence: number;
}

export const partName = ({ first, last }: Span): string => `${first}-${last}.journal`;
export const batchName = ({ source, sequence }: BatchName): string => `${source}.${sequence}.batch`;

export function readPartName(name: string): Span | undefined {
  const [, first, last] = /^(\d{1,15})-(\d{1,15})\.journal$/.exec(name) ?? [];
  return first === undefined || last === undefined ? undefined : { first: Number(first), last: Number(last) };
}

export function readBatchName(name: string): BatchName | undefined {
  const [, source, sequence] = /^([\da-f-]{36})\.(\d{1,15})\.batch$/.exec(name) ?? [];
  return source === undefined || sequence === undefined ? undefined : { source, sequence: Number(sequence) };
}

export function summaryOf({ usageEntries, violations, bytes, oldest }: Contents): Summary {
  return { usage: usageEntries, violations: violations.length, bytes, oldest };
}

/** Throws what the system says. */
export const readPart = ({ store, ...span }: Pick<Part, 'store' | 'first' | 'last'>): Contents => decode(store.read(partName(span))).contents;

export const isWithinBounds = ({ entryCount, bytes }: Pick<Contents, 'entryCount' | 'bytes'>): boolean =>
  entryCount <= MAX_PART_ENTRIES && bytes <= MAX_PART_BYTES;
