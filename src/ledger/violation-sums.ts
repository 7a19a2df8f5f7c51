// Adds violations up by policy, user and time, in the database: use is kept per caller, not per policy.
import { allOf, isIn, objectIn, visibleIn, type Condition } from './conditions.ts';
import type { Reader } from './database.ts';
import type { ViolationGroup, ViolationSum, ViolationSumsQuestion } from './ledger.ts';
import { within } from './records.ts';

type Filter = NonNullable<ViolationSumsQuestion['filter']>;
type Found = Record<keyof ViolationSum['amounts'] | 'at', number> & Partial<Record<ViolationGroup, string>>;

const FILTERS: Record<keyof Filter, (values: readonly string[]) => Condition> = {
  policy: (uids) => objectIn('v.policy', 'AIPolicy', uids),
  repository: (uids) => objectIn('v.repository', 'Repository', uids),
  user: (values) => isIn('v.user_name', values),
  llm: (uids) => objectIn('s.llm', 'AILLMConfig', uids),
  key: (values) => isIn('s.key', values),
  model: (values) => isIn('s.model', values),
};
/** What only the series of a violation know. */
const OF_SERIES: readonly (keyof Filter)[] = ['llm', 'key', 'model'];

const COLUMNS: Record<ViolationGroup, string> = { policy: 'v.policy', user: 'v.user_name' };

const count = (condition: string): string => `count(CASE WHEN ${condition} THEN 1 END)`;
const AMOUNTS: Record<keyof ViolationSum['amounts'], string> = {
  violations: 'count(*)',
  alerts: count(`v.action IN ('Alert', 'Block')`),
  blocks: count(`v.action = 'Block'`),
  severityLow: count(`v.severity = 'Low'`),
  severityMedium: count(`v.severity = 'Medium'`),
  severityHigh: count(`v.severity = 'High'`),
};
const NAMES = Object.keys(AMOUNTS) as (keyof typeof AMOUNTS)[];

export async function violationSums(reader: Reader, question: ViolationSumsQuestion): Promise<ViolationSum[]> {
  const { bucket, groupBy, filter = {} } = question;
  if (bucket !== undefined && !(Number.isSafeInteger(bucket) && bucket > 0)) {
    throw new Error(`the bucket of a question has to be a whole number of milliseconds above 0, and it is ${bucket}`);
  }
  const asked = (Object.keys(filter) as (keyof Filter)[]).filter((name) => filter[name] !== undefined);
  const where = allOf([
    { sql: `v.action <> 'DryRun'`, values: [] },
    ...visibleIn('v.workspace', question.visible),
    ...within('v.at', question),
    ...asked.map((name) => FILTERS[name](filter[name] ?? [])),
  ]);
  const at = bucket === undefined ? [] : [`v.at - v.at % ${bucket}`];
  const by = [...at, ...groupBy.map((name) => COLUMNS[name])];
  const selected = [
    `${at[0] ?? '0'} AS at`,
    ...groupBy.map((name) => `${COLUMNS[name]} AS "${name}"`),
    ...NAMES.map((name) => `${AMOUNTS[name]} AS "${name}"`),
  ];
  const from = `violations v${asked.some((name) => OF_SERIES.includes(name)) ? ' JOIN series s ON s.id = v.series' : ''}`;
  const sums =
    `SELECT ${selected.join(', ')} FROM ${from} WHERE ${where.sql} ` +
    (by.length > 0 ? `GROUP BY ${by.join(', ')}` : 'HAVING count(*) > 0');
  const found = await reader.all<Found>(groupBy.includes('policy') ? named(sums, groupBy) : sums, where.values);
  return found.map((row) => ({
    at: Number(row.at),
    dimensions: Object.fromEntries(groupBy.map((name) => [name, row[name]])),
    amounts: Object.fromEntries(NAMES.map((name) => [name, Number(row[name])])) as ViolationSum['amounts'],
  }));
}

/** Policies by UID instead of by number: after the sums, which are few. Those whose UID nobody has known are one. */
function named(sums: string, groupBy: readonly ViolationGroup[]): string {
  const groups = groupBy.map((name) => (name === 'policy' ? `coalesce(p.uid, '')` : `g."${name}"`));
  const selected = [
    'g.at AS at',
    ...groupBy.map((name, index) => `${groups[index]} AS "${name}"`),
    ...NAMES.map((name) => `sum(g."${name}") AS "${name}"`),
  ];
  const from = `(${sums}) g LEFT JOIN objects p ON p.id = g.policy`;
  return `SELECT ${selected.join(', ')} FROM ${from} GROUP BY ${['g.at', ...groups].join(', ')}`;
}
