// The tables that are written in bulk: their columns, keys first, and what becomes of a row that is there already.
import type { UsageAmounts } from './entries.ts';
import type { Amounts } from './ledger.ts';

export interface Column {
  name: string;
  type: 'integer' | 'text';
}

export interface Table {
  name: string;
  keys: readonly Column[];
  others: readonly Column[];
  /** What is there grows by what comes (numbers add up, texts are appended), or stays as it is. */
  again: 'grows' | 'stays';
}

/** Columns of amounts, in the order in which they are stored. */
export const AMOUNT_COLUMNS = {
  requests: 'requests',
  tokensIn: 'tokens_in',
  tokensOut: 'tokens_out',
  policyTokensIn: 'policy_tokens_in',
  policyTokensOut: 'policy_tokens_out',
  latency: 'latency',
  violations: 'violations',
  alerts: 'alerts',
  blocks: 'blocks',
  severityLow: 'severity_low',
  severityMedium: 'severity_medium',
  severityHigh: 'severity_high',
} as const satisfies Record<keyof Amounts, string>;

export const AMOUNTS = Object.keys(AMOUNT_COLUMNS) as (keyof Amounts)[];
export const USAGE_AMOUNTS = AMOUNTS.slice(0, 6) as (keyof UsageAmounts)[];

/** Minutes of what use is added up by. A month is 30 days, counted from the epoch: what is long ago takes few rows. */
export const UNITS = { minute: 1, hour: 60, day: 1440, month: 43_200 } as const;
export type Unit = keyof typeof UNITS;

/** How much of who asked is kept in a row. Conversations and users are many, so most questions are answered from rows without them. */
export const LEVELS = {
  details: ['minute', 'hour', 'day'],
  users: ['hour', 'day', 'month'],
  totals: ['minute', 'hour', 'day', 'month'],
} as const satisfies Record<string, readonly Unit[]>;
export type Level = keyof typeof LEVELS;

const integer = (name: string): Column => ({ name, type: 'integer' });
const text = (name: string): Column => ({ name, type: 'text' });
export const LEVEL_KEYS: Record<Level, readonly string[]> = {
  details: ['at', 'series', 'user_id', 'conversation_id'],
  users: ['at', 'series', 'user_id'],
  totals: ['at', 'series'],
};

/** Tables that have an index of the rows of each day by user: whoever asks for users names the days. */
export const BY_DAY_AND_USER: readonly string[] = [
  ...LEVELS.details.map((unit) => `details_${unit}`),
  'active_users_hour',
  'active_users_day',
];

/** The day of a row, as these indexes say it: SQLite takes an index of an expression only where it is written alike. */
export const dayOf = (at: string): string => `${at} - ${at} % ${UNITS.day}`;

export function usageTable(level: Level, unit: Unit): Table {
  return {
    name: `${level}_${unit}`,
    keys: LEVEL_KEYS[level].map(integer),
    others: Object.values(AMOUNT_COLUMNS).map(integer),
    again: 'grows',
  };
}

/**
 * Which conversations went on in a time, as `id,id,...`: what is distinct does not add up, lists of it do. One that went on for several
 * days of a month is in its list several times.
 */
export const ACTIVE_UNITS = ['hour', 'day', 'month'] as const satisfies readonly Unit[];
export type ActiveUnit = (typeof ACTIVE_UNITS)[number];
/** Numbers of conversations in one list: a list is written as a whole each time that it grows. */
export const ACTIVE_PART = 65_536;

export function activeKeys(level: 'users' | 'totals'): string[] {
  return [...LEVEL_KEYS[level], 'part'];
}

export function activeTable(level: 'users' | 'totals', unit: ActiveUnit): Table {
  return { name: `active_${level}_${unit}`, keys: activeKeys(level).map(integer), others: [text('conversations')], again: 'grows' };
}

export const VIOLATIONS: Table = {
  name: 'violations',
  keys: [text('id')],
  others: [
    ...['at', 'policy', 'repository', 'series'].map(integer),
    ...['workspace', 'user_name', 'conversation', 'phase', 'action', 'severity', 'explanation', 'request_id'].map(text),
  ],
  again: 'stays',
};

export const AUDIT: Table = {
  name: 'audit',
  keys: [text('id')],
  others: [integer('at'), ...['actor', 'event', 'kind', 'uid', 'workspace', 'name'].map(text)],
  again: 'stays',
};

export function columnsOf(table: Table): Column[] {
  return [...table.keys, ...table.others];
}
