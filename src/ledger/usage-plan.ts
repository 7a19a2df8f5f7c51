// Turns a question of use into SQL: which tables answer it, what they are grouped by, in which order. Pure.
import type { Value } from './database.ts';
import { allOf, DIMENSION_COLUMNS, isIn, type Condition } from './conditions.ts';
import type { Dimension, UsageQuestion } from './ledger.ts';
import { segmentsOf, type Kept, type Segment } from './segments.ts';
import { AMOUNT_COLUMNS, AMOUNTS, BY_DAY_AND_USER, dayOf, UNITS, type Level, type Unit } from './tables.ts';

export interface Plan {
  question: UsageQuestion;
  level: Level;
  /** Minutes of a bucket. */
  bucket: number | undefined;
  segments: Segment[];
  condition: Condition;
}

/** Since when, in minutes since the epoch. */
export interface KeptSince {
  minutes: number;
  hours: number;
}

export interface Statement {
  sql: string;
  values: Value[];
}

const MINUTE = 60_000;
/** Later than every minute: a question without an end may name any number. */
const END = 10_000_000_000;
const UNITS_OF: Record<Level, readonly Unit[]> = {
  details: ['minute', 'hour', 'day'],
  users: ['minute', 'hour', 'day', 'month'],
  totals: ['minute', 'hour', 'day', 'month'],
};

export function planOf(question: UsageQuestion, conditions: readonly Condition[], kept: KeptSince): Plan {
  const { from, to, bucket } = question;
  if (bucket !== undefined && !(bucket > 0 && bucket % MINUTE === 0)) {
    throw new Error(`the bucket of a question has to be a multiple of 60000 ms, and it is ${bucket}`);
  }
  const level = levelOf(question);
  const minuteOf = (time: number): number => Math.min(Math.max(Math.ceil(time / MINUTE), 0), END);
  const span = { from: minuteOf(from), to: minuteOf(to), bucket: bucket === undefined ? undefined : bucket / MINUTE };
  const since: Kept = { minute: kept.minutes, hour: level === 'details' ? kept.minutes : kept.hours };
  return { question, level, bucket: span.bucket, segments: segmentsOf(span, UNITS_OF[level], since), condition: allOf(conditions) };
}

/**
 * The window in parts whose rows follow each other, so that a page is found without adding up all of it: what is before the first whole
 * bucket, whole buckets, what is after them. One part where buckets may be shorter than what is kept.
 */
export function partsOf(question: UsageQuestion, kept: KeptSince): UsageQuestion[] {
  const { from, to, bucket, orderBy, limit } = question;
  if (bucket === undefined || orderBy !== undefined || limit === undefined) return [question];
  if (bucket % (UNITS.day * MINUTE) !== 0 && from < kept.minutes * MINUTE) return [question];
  const [start, end] = [Math.ceil(from / bucket) * bucket, Math.floor(to / bucket) * bucket];
  if (start >= end) return [question];
  const windows = [
    [from, start],
    [start, end],
    [end, to],
  ] as const;
  return windows.filter(([first, last]) => first < last).map(([first, last]) => ({ ...question, from: first, to: last }));
}

function levelOf({ groupBy, filter = {}, anyOf = {} }: UsageQuestion): Level {
  const asked = (dimension: Dimension): boolean =>
    groupBy.includes(dimension) || filter[dimension] !== undefined || anyOf[dimension] !== undefined;
  if (asked('conversation')) return 'details';
  return asked('user') ? 'users' : 'totals';
}

/** Columns `at`, `g0`, `g1`, ... for what is grouped by, and those of the amounts. */
export function rowsStatement(plan: Plan): Statement {
  const { sql, values } = grouped(
    plan,
    AMOUNTS.map((name) => AMOUNT_COLUMNS[name]),
  );
  const { orderBy, limit, offset = 0, groupBy } = plan.question;
  const order = ['at', ...groupBy.map((_, index) => `g${index}`)].join(', ');
  const by = orderBy === undefined ? order : `${AMOUNT_COLUMNS[orderBy]} DESC, ${order}`;
  const page = limit === undefined && offset === 0 ? '' : ' LIMIT ? OFFSET ?';
  return { sql: `${sql} ORDER BY ${by}${page}`, values: [...values, ...(page === '' ? [] : [limit ?? Number.MAX_SAFE_INTEGER, offset])] };
}

export function countStatement(plan: Plan): Statement {
  const { sql, values } = grouped(plan, []);
  return { sql: `SELECT count(*) AS total FROM (${sql}) counted`, values };
}

function grouped(plan: Plan, amounts: readonly string[]): Statement {
  const { bucket, question, segments } = plan;
  // SQLite wants an aggregate where rows are counted in one group.
  const sums = amounts.length > 0 ? amounts.map((column) => `sum(${column}) AS ${column}`) : ['count(*) AS counted_rows'];
  const tableOf = ({ unit }: Segment): string => (plan.level === 'users' && unit === 'minute' ? 'details_minute' : `${plan.level}_${unit}`);
  const parts = segments.map((segment) => segmentStatement(plan, segment, { table: tableOf(segment), selected: sums, and: '' }));
  const [only] = parts;
  // Rows of one table that need no second sum: with a limit, the store can stop early.
  if (only !== undefined && parts.length === 1 && (bucket === undefined || bucket === UNITS[segments[0]!.unit])) return only;
  const groups = question.groupBy.map((_, index) => `g${index}`);
  const at = bucket === undefined ? '0' : `at - at % ${bucket}`;
  const by = [...(bucket === undefined ? [] : [at]), ...groups];
  const sql =
    `SELECT ${[`${at} AS at`, ...groups, ...sums].join(', ')} FROM (${parts.map((part) => part.sql).join(' UNION ALL ')}) parts` +
    (by.length > 0 ? ` GROUP BY ${by.join(', ')}` : ' HAVING count(*) > 0');
  return { sql, values: parts.flatMap(({ values }) => values) };
}

/** Values of groups, where there are few enough to filter by. */
const FEW = 500;

/**
 * Which conversations there were in the rows of an answer: columns `at`, `g0`, ..., and `conversations` as `id,id,...`, several rows for a
 * bucket. `found`: that answer; only what is in it is read.
 */
export function activeStatements(plan: Plan, found: readonly Record<string, Value>[]): Statement[] {
  const groups = plan.question.groupBy.flatMap((dimension, index) => {
    const values = [...new Set(found.map((row) => row[`g${index}`]!))];
    return values.length > FEW ? [] : [isIn(DIMENSION_COLUMNS[dimension], values)];
  });
  const ats = plan.bucket === undefined ? [] : found.map((row) => Number(row['at']));
  const [first, last] = ats.reduce(([low, high], at) => [Math.min(low, at), Math.max(high, at)], [Infinity, -Infinity]);
  const narrowed = { ...plan, condition: allOf([plan.condition, ...groups]) };
  return plan.segments.flatMap((segment) => {
    const { unit } = segment;
    const [from, to] =
      plan.bucket === undefined ? [segment.from, segment.to] : [Math.max(segment.from, first), Math.min(segment.to, last + plan.bucket)];
    if (from >= to) return [];
    const isListed = plan.level !== 'details' && unit !== 'minute';
    const table = isListed ? `active_${plan.level}_${unit}` : `details_${unit}`;
    const ids = isListed ? 'd.conversations' : `d.conversation_id || ','`;
    const selected = [`string_agg(${ids}, '') AS conversations`];
    return [segmentStatement(narrowed, { unit, from, to }, { table, selected, and: isListed ? '' : ' AND d.conversation_id <> 0' })];
  });
}

function segmentStatement(
  plan: Plan,
  segment: Segment,
  { table, selected, and }: { table: string; selected: readonly string[]; and: string },
): Statement {
  const { condition, bucket, question } = plan;
  const groups = question.groupBy.map((dimension) => DIMENSION_COLUMNS[dimension]);
  const by = [...(bucket === undefined ? [] : ['d.at']), ...groups];
  const columns = [`${bucket === undefined ? '0' : 'd.at'} AS at`, ...groups.map((column, index) => `${column} AS g${index}`), ...selected];
  const isJoined = [condition.sql, ...groups].some((text) => text.includes('s.'));
  // CROSS: the rows of the time come first, and their series by number; the other way round each series would read all of the time.
  const from = isJoined ? `${table} d CROSS JOIN series s WHERE s.id = d.series AND` : `${table} d WHERE`;
  const days = daysOf(plan, segment, table);
  return {
    sql:
      `SELECT ${columns.join(', ')} FROM ${from} d.at >= ? AND d.at < ?${days.sql} AND (${condition.sql})${and}` +
      (by.length > 0 ? ` GROUP BY ${by.join(', ')}` : ' HAVING count(*) > 0'),
    values: [segment.from, segment.to, ...days.values, ...condition.values],
  };
}

/** Days of a segment that are looked up one by one. */
const MAX_DAYS = 1000;

/** Which days a segment has, where an index finds the rows of a user in each. */
function daysOf({ question }: Plan, { from, to }: Segment, table: string): Condition {
  const users = question.filter?.user;
  const first = from - (from % UNITS.day);
  const count = Math.ceil((to - first) / UNITS.day);
  if (users === undefined || users.includes('') || !BY_DAY_AND_USER.includes(table) || count > MAX_DAYS) return { sql: '', values: [] };
  const { sql, values } = isIn(
    dayOf('d.at'),
    Array.from({ length: count }, (_, index) => first + index * UNITS.day),
  );
  return { sql: ` AND ${sql}`, values };
}
