// What questions filter by, as SQL: series by their columns, users and conversations by their numbers.
import type { Reader, Value } from './database.ts';
import { DIMENSIONS, type Dimension, type Own, type UsageQuestion, type Visible } from './ledger.ts';
import { idsOf } from './names.ts';

export interface Condition {
  sql: string;
  values: readonly Value[];
}

/** Alias `d` is the table of amounts, `s` its series. */
export const DIMENSION_COLUMNS: Record<Dimension, string> = {
  workspace: 's.workspace',
  repository: 's.repository',
  llm: 's.llm',
  key: 's.key',
  provider: 's.provider',
  model: 's.model',
  host: 's.host',
  user: 'd.user_id',
  conversation: 'd.conversation_id',
};

const KINDS = { repository: 'Repository', llm: 'AILLMConfig' } as const;
const NEVER: Condition = { sql: '1 = 0', values: [] };

export function isIn(column: string, values: readonly Value[]): Condition {
  return values.length === 0 ? NEVER : { sql: `${column} IN (${values.map(() => '?').join(', ')})`, values };
}

export function allOf(conditions: readonly Condition[]): Condition {
  return joined(conditions, ' AND ', { sql: '1 = 1', values: [] });
}

function oneOf(conditions: readonly Condition[]): Condition {
  return joined(conditions, ' OR ', NEVER);
}

function joined(conditions: readonly Condition[], word: string, none: Condition): Condition {
  if (conditions.length <= 1) return conditions[0] ?? none;
  return { sql: conditions.map(({ sql }) => `(${sql})`).join(word), values: conditions.flatMap(({ values }) => values) };
}

/** Of these namespaces, in the column. */
export function visibleIn(column: string, visible: Visible): Condition[] {
  return visible === 'all' ? [] : [isIn(column, visible)];
}

/** Of these namespaces, or one's own of others: `column` holds the namespace, `by` the name of whose it is. */
export function seenIn(column: string, by: string, { visible, own }: { visible: Visible; own?: Own }): Condition[] {
  if (visible === 'all' || own === undefined) return visibleIn(column, visible);
  const mine = allOf([isIn(by, [own.name]), ...visibleIn(column, own.visible)]);
  return [visible.length === 0 ? mine : oneOf([isIn(column, visible), mine])];
}

/** By the UIDs of objects of a kind; an empty one means none at all, or one whose UID nobody has known. */
export function objectIn(column: string, kind: 'Repository' | 'AILLMConfig' | 'AIPolicy', uids: readonly string[]): Condition {
  const uid = isIn('uid', uids);
  const found: Condition = { sql: `${column} IN (SELECT id FROM objects WHERE kind = ? AND ${uid.sql})`, values: [kind, ...uid.values] };
  return uids.includes('') ? oneOf([found, { sql: `${column} = 0`, values: [] }]) : found;
}

/** The same of one object, by its number: rows that lie by object and time then come in the order of their time. */
export async function objectNumbered(
  reader: Reader,
  column: string,
  kind: 'Repository' | 'AIPolicy',
  uid: string,
): Promise<Condition> {
  const found = await reader.all<{ id: number }>('SELECT id FROM objects WHERE kind = ? AND uid = ?', [kind, uid]);
  const ids = found.map(({ id }) => id);
  return isIn(column, uid === '' ? [...ids, 0] : ids);
}

/** Series that are named by their numbers in a statement. */
const MAX_SERIES = 1000;

/** All that a question of use filters by. Empty: every row counts. */
export async function conditionsOf(question: UsageQuestion, reader: Reader): Promise<Condition[]> {
  const filter = await each(question.filter, reader);
  const anyOf = await each(question.anyOf, reader);
  const all = [...visibleIn(DIMENSION_COLUMNS.workspace, question.visible), ...filter, ...(anyOf.length > 0 ? [oneOf(anyOf)] : [])];
  const without = await withoutKeys(question.withoutKeys ?? [], reader);
  return [...(await bySeries(all, reader)), ...without];
}

async function bySeries(all: Condition[], reader: Reader): Promise<Condition[]> {
  const ofSeries = all.filter(({ sql }) => !sql.includes('d.'));
  if (ofSeries.length === 0) return all;
  // Looked up once instead of with each row. Where there are none, nothing is read at all.
  const { sql, values } = allOf(ofSeries);
  const found = await reader.all<{ id: number }>(`SELECT s.id FROM series s WHERE ${sql} LIMIT ${MAX_SERIES + 1}`, values);
  if (found.length > MAX_SERIES) return all;
  const inSeries = isIn(
    'd.series',
    found.map(({ id }) => id),
  );
  return [inSeries, ...all.filter((condition) => !ofSeries.includes(condition))];
}

/** Keys that are named in a statement, once for each of its tables. */
const MAX_KEYS = 500;

/** Found by the statement itself: series that are stored after a look at them would count. */
async function withoutKeys(keys: readonly string[], reader: Reader): Promise<Condition[]> {
  const named = keys.length > MAX_KEYS ? await usedKeys(keys, reader) : keys;
  if (named.length === 0) return [];
  const { sql, values } = isIn('of_key.key', named);
  return [{ sql: `d.series NOT IN (SELECT of_key.id FROM series of_key WHERE ${sql})`, values }];
}

/** Those of the keys that anything was used by. */
async function usedKeys(keys: readonly string[], reader: Reader): Promise<string[]> {
  const used: string[] = [];
  for (let start = 0; start < keys.length; start += MAX_KEYS) {
    const { sql, values } = isIn('key', keys.slice(start, start + MAX_KEYS));
    for (const { key } of await reader.all<{ key: string }>(`SELECT DISTINCT key FROM series WHERE ${sql}`, values)) used.push(key);
  }
  return used;
}

async function each(wanted: Partial<Record<Dimension, readonly string[]>> = {}, reader: Reader): Promise<Condition[]> {
  const conditions: Condition[] = [];
  for (const dimension of DIMENSIONS) {
    const values = wanted[dimension];
    if (values !== undefined) conditions.push(await dimensionIn(dimension, values, reader));
  }
  return conditions;
}

async function dimensionIn(dimension: Dimension, values: readonly string[], reader: Reader): Promise<Condition> {
  const column = DIMENSION_COLUMNS[dimension];
  if (dimension === 'repository' || dimension === 'llm') return objectIn(column, KINDS[dimension], values);
  if (dimension !== 'user' && dimension !== 'conversation') return isIn(column, values);
  const ids = await idsOf(reader, `${dimension}_ids`, values);
  return ofNumbers(
    column,
    values.flatMap((value) => ids.get(value) ?? []),
  );
}

/** Indexes leave 0 out, and SQLite only takes one where the question says so, too. */
function ofNumbers(column: string, numbers: readonly number[]): Condition {
  const some = isIn(column, numbers);
  return numbers.length === 0 || numbers.includes(0) ? some : allOf([some, { sql: `${column} <> 0`, values: [] }]);
}
