// How long the ledger keeps what, and the removal of the rest in small steps, so that writers and readers wait for none of them long.
import type { Database, Transaction } from './database.ts';
import { activeTable, UNITS, usageTable } from './tables.ts';

/** Days. Sums by day without user and conversation are kept for good. */
export interface Retention {
  /** Use by minute, and by hour with user and conversation. */
  minutes: number;
  /** Use by hour. */
  hours: number;
  /** Whatever names a user or a conversation of use by day. */
  details: number;
  /** Violations, alerts, audit, conversations and their messages. */
  records: number;
}

export const RETENTION: Retention = { minutes: 35, hours: 400, details: 400, records: 400 };

/** Rows removed in one transaction: tens of milliseconds. */
const STEP = 4000;
const DAY = 86_400_000;

export function checkRetention(retention: Retention): void {
  for (const [name, days] of Object.entries(retention)) {
    if (!Number.isInteger(days) || days < 1)
      throw new Error(`retention.${name} has to be a whole number of days from 1, and it is ${days}`);
  }
  const { minutes, hours, details } = retention;
  if (minutes > hours || minutes > details)
    throw new Error('retention.minutes must not be longer than retention.hours and retention.details');
}

/** `pause` runs between two steps. */
export async function compact(database: Database, retention: Retention, now: number, pause: () => Promise<void>): Promise<void> {
  // Whole days, so that what is left of a day is never half of it.
  const dayBefore = (days: number): number => (Math.floor(now / DAY) - days) * UNITS.day;
  const [minutes, hours, details] = [dayBefore(retention.minutes), dayBefore(retention.hours), dayBefore(retention.details)];
  // First what questions go by, then the rows: none is answered from a day that is half gone.
  await database.write(async (transaction) => {
    await keepSince(transaction, 'minutes', minutes);
    await keepSince(transaction, 'hours', hours);
  });
  const tables: readonly [string, number][] = [
    [usageTable('details', 'minute').name, minutes],
    [usageTable('totals', 'minute').name, minutes],
    [usageTable('details', 'hour').name, minutes],
    [usageTable('users', 'hour').name, hours],
    [usageTable('totals', 'hour').name, hours],
    [activeTable('users', 'hour').name, hours],
    [activeTable('totals', 'hour').name, hours],
    [usageTable('details', 'day').name, details],
    [usageTable('users', 'day').name, details],
    [activeTable('users', 'day').name, details],
    // A month goes when the last of its days does.
    [usageTable('users', 'month').name, details - UNITS.month + 1],
    [activeTable('users', 'month').name, details - UNITS.month + 1],
    ['violations', now - retention.records * DAY],
    ['audit', now - retention.records * DAY],
    ['sources', now - retention.records * DAY],
    ['messages', now - retention.records * DAY],
  ];
  for (const [table, before] of tables) await removeBefore(database, table, before, pause);
  await removeBefore(database, 'conversations', now - retention.records * DAY, pause);
}

async function keepSince(transaction: Transaction, unit: string, since: number): Promise<void> {
  // Never back: what a shorter retention has removed does not come back with a longer one.
  const sql =
    'INSERT INTO kept (unit, since) VALUES (?, ?) ON CONFLICT (unit) DO UPDATE SET ' +
    'since = CASE WHEN excluded.since > kept.since THEN excluded.since ELSE kept.since END';
  await transaction.run(sql, [unit, since]);
}

const TIMES: Readonly<Record<string, string>> = { sources: 'seen_at', messages: 'created_at', conversations: 'updated_at' };

async function removeBefore(database: Database, table: string, before: number, pause: () => Promise<void>): Promise<void> {
  const time = TIMES[table] ?? 'at';
  for (;;) {
    const rest = await database.write(async (transaction) => {
      const old = `SELECT ${time} AS last FROM ${table} WHERE ${time} < ? ORDER BY ${time}`;
      const [step] = await transaction.all<{ last: number }>(`${old} LIMIT 1 OFFSET ${STEP}`, [before]);
      const until = step?.last ?? before - 1;
      if (table === 'details_day') await removeWithNames(transaction, until);
      else await transaction.run(`DELETE FROM ${table} WHERE ${time} <= ?`, [until]);
      return step !== undefined;
    });
    await pause();
    if (!rest) return;
  }
}

/** Names of users and conversations go with the last row that has them: days are kept for the longest. */
async function removeWithNames(transaction: Transaction, until: number): Promise<void> {
  for (const name of ['user', 'conversation'] as const) {
    const [column, table] = [`${name}_id`, `${name}_ids`];
    // Whoever has a row of details has one of users, where they are found by user.
    const later = name === 'user' ? 'users_day' : 'details_day';
    await transaction.run(
      `DELETE FROM ${table} WHERE id IN (SELECT DISTINCT ${column} FROM details_day WHERE at <= ? AND ${column} <> 0) ` +
        `AND NOT EXISTS (SELECT 1 FROM ${later} d WHERE d.${column} = ${table}.id AND d.${column} <> 0 AND d.at > ?)`,
      [until, until],
    );
  }
  await transaction.run('DELETE FROM details_day WHERE at <= ?', [until]);
}
