// Turns a question of use into SQL: which tables answer it, what they are grouped by, in which order. Pure.
import type { Value } from './database.ts';
import { allOf, DIMENSION_COLUMNS, type Condition } from './conditions.ts';
import type { Dimension, UsageQuestion } from './ledger.ts';
import { segmentsOf, type Kept, type Segment } from './segments.ts';
import { AMOUNT_COLUMNS, AMOUNTS, UNITS, type Level, type Unit } from './tables.ts';

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

/** Which conversations there were: columns `at`, `g0`, ..., and `conversations` as `id,id,...`, several rows for a bucket. */
export function activeStatements(plan: Plan): Statement[] {
  return plan.segments.map((segment) => {
    // Lists of a month would be long; those of its days are as good.
    const unit = segment.unit === 'month' ? 'day' : segment.unit;
    const isListed = plan.level !== 'details' && unit !== 'minute';
    const table = isListed ? `active_${plan.level}_${unit}` : `details_${unit}`;
    const ids = isListed ? 'd.conversations' : `d.conversation_id || ','`;
    const selected = [`string_agg(${ids}, '') AS conversations`];
    return segmentStatement(plan, segment, { table, selected, and: isListed ? '' : ' AND d.conversation_id <> 0' });
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
  return {
    sql:
      `SELECT ${columns.join(', ')} FROM ${from} d.at >= ? AND d.at < ? AND (${condition.sql})${and}` +
      (by.length > 0 ? ` GROUP BY ${by.join(', ')}` : ' HAVING count(*) > 0'),
    values: [segment.from, segment.to, ...condition.values],
  };
}
