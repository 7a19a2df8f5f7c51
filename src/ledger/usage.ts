// Answers questions of use: amounts by one statement, different conversations from their lists, names for numbers.
import { countDistinct } from './active.ts';
import { conditionsOf } from './conditions.ts';
import type { Reader } from './database.ts';
import type { Amounts, Dimension, UsageQuestion, UsageRow } from './ledger.ts';
import { valuesOf } from './names.ts';
import { AMOUNT_COLUMNS, AMOUNTS } from './tables.ts';
import { activeStatements, countStatement, partsOf, planOf, rowsStatement, type KeptSince, type Plan } from './usage-plan.ts';

type Found = Record<string, number | string>;
const MINUTE = 60_000;

export async function usage(reader: Reader, question: UsageQuestion): Promise<UsageRow[]> {
  const parts = partsOf(question, await keptSince(reader));
  if (parts.length === 1) return rowsOf(reader, question);
  const rows: UsageRow[] = [];
  let { limit = Infinity, offset = 0 } = question;
  for (const part of parts) {
    if (limit === 0) break;
    const found = await rowsOf(reader, { ...part, limit, offset });
    rows.push(...found);
    limit -= found.length;
    if (offset > 0) offset = found.length > 0 ? 0 : offset - (await countUsage(reader, part));
  }
  return rows;
}

async function rowsOf(reader: Reader, question: UsageQuestion): Promise<UsageRow[]> {
  const plan = await planned(reader, question);
  if (plan.segments.length === 0) return [];
  const { sql, values } = rowsStatement(plan);
  const found = await reader.all<Found>(sql, values);
  const names = await namesFor(reader, question.groupBy, found);
  const conversations = question.conversations === false ? [] : await conversationsOf(reader, plan, found);
  return found.map((row, index) => ({
    at: Number(row['at']) * MINUTE,
    dimensions: Object.fromEntries(question.groupBy.map((dimension, at) => [dimension, names[at]!(row[`g${at}`]!)])),
    amounts: Object.fromEntries(AMOUNTS.map((name) => [name, Number(row[AMOUNT_COLUMNS[name]])])) as Record<keyof Amounts, number>,
    conversations: conversations[index] ?? 0,
  }));
}

export async function countUsage(reader: Reader, question: UsageQuestion): Promise<number> {
  const plan = await planned(reader, question);
  if (plan.segments.length === 0) return 0;
  const { sql, values } = countStatement(plan);
  const [row] = await reader.all<{ total: number }>(sql, values);
  return row?.total ?? 0;
}

export async function keptSince(reader: Reader): Promise<KeptSince> {
  const rows = await reader.all<{ unit: string; since: number }>('SELECT unit, since FROM kept');
  const since = (unit: string): number => rows.find((row) => row.unit === unit)?.since ?? -Infinity;
  return { minutes: since('minutes'), hours: since('hours') };
}

async function planned(reader: Reader, question: UsageQuestion): Promise<Plan> {
  return planOf(question, await conditionsOf(question, reader), await keptSince(reader));
}

/** For each row of the answer, in its order. */
async function conversationsOf(reader: Reader, plan: Plan, found: readonly Found[]): Promise<number[]> {
  const { groupBy } = plan.question;
  const own = groupBy.indexOf('conversation');
  if (own !== -1) return found.map((row) => (row[`g${own}`] === 0 ? 0 : 1));
  const keyOf = (row: Found): string => {
    const at = plan.bucket === undefined ? 0 : Number(row['at']) - (Number(row['at']) % plan.bucket);
    return groupBy.reduce((key, _, index) => `${key}\n${row[`g${index}`]}`, String(at));
  };
  if (found.length === 0) return [];
  const lists = new Map(found.map((row) => [keyOf(row), [] as string[]]));
  for (const { sql, values } of activeStatements(plan, found)) {
    for (const row of await reader.all<Found>(sql, values)) lists.get(keyOf(row))?.push(String(row['conversations']));
  }
  return found.map((row) => countDistinct(lists.get(keyOf(row))!));
}

/** What a number in each column of the groups stands for. */
async function namesFor(
  reader: Reader,
  groupBy: readonly Dimension[],
  found: readonly Found[],
): Promise<((value: number | string) => string)[]> {
  const names: ((value: number | string) => string)[] = [];
  for (const [index, dimension] of groupBy.entries()) {
    const select = SELECTS[dimension];
    if (select === undefined) {
      names.push(String);
      continue;
    }
    const values = await valuesOf(
      reader,
      (list) => `${select} WHERE id IN (${list})`,
      found.map((row) => Number(row[`g${index}`])),
    );
    names.push((value) => values.get(Number(value)) ?? '');
  }
  return names;
}

const SELECTS: Partial<Record<Dimension, string>> = {
  repository: 'SELECT id, uid AS value FROM objects',
  llm: 'SELECT id, uid AS value FROM objects',
  user: 'SELECT id, value FROM user_ids',
  conversation: 'SELECT id, value FROM conversation_ids',
};
