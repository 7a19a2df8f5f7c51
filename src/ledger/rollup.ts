// Adds entries up, minute by minute, and from there into every longer unit and every level with less detail. Pure.
import type { UsageEntry, ViolationEntry } from './entries.ts';
import type { Amounts } from './ledger.ts';
import { ACTIVE_PART, AMOUNTS, LEVELS, UNITS, USAGE_AMOUNTS, type ActiveUnit, type Level, type Unit } from './tables.ts';

/** Of one minute: numbers of the names, and amounts in the order of `AMOUNTS`. */
export interface Row {
  at: number;
  series: number;
  user: number;
  conversation: number;
  amounts: number[];
}

export function usageAmounts(entry: UsageEntry): number[] {
  // Whole numbers add up to the same sum in every order.
  return AMOUNTS.map((_, index) => (index < USAGE_AMOUNTS.length ? Math.round(entry[USAGE_AMOUNTS[index]!]) : 0));
}

/** A policy on trial leads to nothing, so nothing is counted. */
export function violationAmounts({ action, severity }: ViolationEntry): number[] {
  const counted: Partial<Amounts> =
    action === 'DryRun'
      ? {}
      : {
          violations: 1,
          alerts: action === 'Log' ? 0 : 1,
          blocks: action === 'Block' ? 1 : 0,
          severityLow: severity === 'Low' ? 1 : 0,
          severityMedium: severity === 'Medium' ? 1 : 0,
          severityHigh: severity === 'High' ? 1 : 0,
        };
  return AMOUNTS.map((name) => counted[name] ?? 0);
}

/** The rows of a table, one for each key, in the order of their keys: pages are then written once, and by every process in one order. */
export function rollUp(rows: Iterable<Row>, level: Level, unit: Unit): Row[] {
  const size = UNITS[unit];
  const shortened = Array.from(rows, (row): Row => {
    const user = level === 'totals' ? 0 : row.user;
    const conversation = level === 'details' ? row.conversation : 0;
    return { at: row.at - (row.at % size), series: row.series, user, conversation, amounts: row.amounts };
  });
  // Rows of smaller tables come in order already, or nearly: sorting them is cheaper than looking each key up.
  return merged(shortened.sort(byKey));
}

const byKey = (a: Row, b: Row): number => a.at - b.at || a.series - b.series || a.user - b.user || a.conversation - b.conversation;

/** Neighbours with the same key as one row. Amounts of those that were given stay as they are. */
function merged(sorted: readonly Row[]): Row[] {
  const sums: Row[] = [];
  let isOwn = false;
  for (const row of sorted) {
    const last = sums.at(-1);
    if (last === undefined || byKey(last, row) !== 0) {
      sums.push(row);
      isOwn = false;
      continue;
    }
    if (!isOwn) last.amounts = last.amounts.slice();
    isOwn = true;
    for (let index = 0; index < row.amounts.length; index += 1) last.amounts[index]! += row.amounts[index]!;
  }
  return sums;
}

/** Every table of amounts, and its rows: each level and unit from the smallest rows that hold it. */
export function rollUps(rows: Iterable<Row>): { level: Level; unit: Unit; rows: Row[] }[] {
  const minutes = rollUp(rows, 'details', 'minute');
  const smaller: Record<Level, Row[]> = { details: minutes, users: minutes, totals: minutes };
  return Object.entries(LEVELS).flatMap(([name, units]) => {
    const level = name as Level;
    return units.map((unit: Unit) => ({ level, unit, rows: (smaller[level] = rollUp(smaller[level], level, unit)) }));
  });
}

export function keysOf({ at, series, user, conversation }: Row, level: Level): number[] {
  if (level === 'totals') return [at, series];
  return level === 'users' ? [at, series, user] : [at, series, user, conversation];
}

/** Lists of the conversations of these rows, in the columns of the table of such lists: keys, part, `id,id,`. */
export function activeRows(rows: Iterable<Row>, level: 'users' | 'totals', unit: ActiveUnit): (number | string)[][] {
  const lists = new Map<string, { keys: number[]; ids: Set<number> }>();
  for (const row of rows) {
    if (row.conversation === 0) continue;
    const at = row.at - (row.at % UNITS[unit]);
    const keys = [...keysOf({ ...row, at }, level), Math.floor(row.conversation / ACTIVE_PART)];
    const form = keys.join(' ');
    let list = lists.get(form);
    if (list === undefined) lists.set(form, (list = { keys, ids: new Set() }));
    list.ids.add(row.conversation);
  }
  return [...lists.values()].map(({ keys, ids }) => [...keys, [...ids].map((id) => `${id},`).join('')]);
}
