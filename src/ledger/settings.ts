// What the settings say about the ledger: where it is, and how long it keeps what.
import { resolve } from 'node:path';
import type { LedgerOptions } from './open.ts';
import { checkRetention, RETENTION, type Retention } from './retention.ts';

const NONE = 'none';
const FILE = 'ledger.sqlite';

export interface LedgerSettings {
  /** `--ledger-url`. */
  url: string | undefined;
  /** `--ledger-retention`: `minutes=35`. */
  retention: readonly string[];
  /** Where the file of a ledger is that nobody names. */
  stateDir: string;
}

/** Undefined: there is to be no ledger. Throws RangeError, which names the flag and holds no password. */
export function ledgerOptions({ url, retention, stateDir }: LedgerSettings): LedgerOptions | undefined {
  const kept = parseRetention(retention);
  const named = url?.trim();
  if (named === NONE) return undefined;
  // An empty one is the Secret that was not filled in, not the wish for none.
  if (named === '') throw new RangeError(`--ledger-url is empty; leave it out, or say ${NONE} for no ledger`);
  return { url: named ?? resolve(stateDir, FILE), retention: kept };
}

function parseRetention(items: readonly string[]): Partial<Retention> {
  const days: Partial<Retention> = {};
  for (const item of items) {
    const [, name = '', value] = /^\s*([a-z]+)\s*=\s*(\d{1,6})\s*$/.exec(item) ?? [];
    if (!isRetention(name)) throw new RangeError(`--ledger-retention takes NAME=DAYS of ${Object.keys(RETENTION).join(', ')}, not "${item}"`);
    days[name] = Number(value);
  }
  try {
    checkRetention({ ...RETENTION, ...days });
  } catch (error) {
    throw new RangeError(`--ledger-retention: ${error instanceof Error ? error.message : 'not possible'}`, { cause: error });
  }
  return days;
}

function isRetention(name: string): name is keyof Retention {
  return Object.hasOwn(RETENTION, name);
}
