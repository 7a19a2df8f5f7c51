// What single policies did: use is added up per caller and not per policy, so these are sums of violations.
import type { UsageRow, ViolationGroup, ViolationSum, ViolationSumsQuestion } from '../../ledger/ledger.ts';
import type { Objects, Services } from '../operation.ts';
import { NO_AMOUNTS, useOf } from './amounts.ts';
import type { Entity } from './series.ts';
import type { Asked } from './usage-rows.ts';
import { isNobody } from './visible.ts';

type Severity = 'Low' | 'Medium' | 'High';
const SEVERITIES = { Low: 'severityLow', Medium: 'severityMedium', High: 'severityHigh' } as const satisfies Record<Severity, string>;

/** Rows of each group, one per bucket at most. */
export type RowsByGroup = ReadonlyMap<string, readonly UsageRow[]>;

function questionOf({ visible, repository, stretch, filter, buckets }: Asked, groupBy: readonly ViolationGroup[]): ViolationSumsQuestion {
  const { key, user, llm, model } = filter;
  const repositories = repository === undefined ? undefined : [repository];
  const given = Object.entries({ key, user, llm, model, repository: repositories }).filter(([, values]) => values !== undefined);
  const { start, end, bucket } = stretch;
  return { visible, from: start, to: end, groupBy, filter: Object.fromEntries(given), ...(buckets ? { bucket } : {}) };
}

/** What nobody judged is as severe as the risk of its policy. */
function rated({ amounts }: ViolationSum, risk: Severity | undefined): ViolationSum['amounts'] {
  if (risk === undefined) return amounts;
  const unjudged = amounts.violations - amounts.severityLow - amounts.severityMedium - amounts.severityHigh;
  return { ...amounts, [SEVERITIES[risk]]: amounts[SEVERITIES[risk]] + unjudged };
}

export interface Wanted {
  /** What rows are told apart by. Without buckets there is one row for each. */
  of: ViolationGroup;
  /** UIDs of policies; undefined: all. One, where they are told apart by user. */
  rules?: readonly string[] | undefined;
}

type Asking = Pick<Services, 'ledger'> & { objects: Pick<Objects, 'byUid'> };

/** One question, however many groups there are. Tokens of judges belong to no single policy, so they are zero here. */
export async function rowsByGroup({ of, rules }: Wanted, asked: Asked, { ledger, objects }: Asking): Promise<RowsByGroup> {
  if (isNobody(asked.visible)) return new Map();
  const question = questionOf(asked, of === 'policy' ? [of] : ['policy', of]);
  const filter = rules === undefined ? question.filter : { ...question.filter, policy: rules };
  const sums = await ledger.violationSums({ ...question, ...(filter === undefined ? {} : { filter }) });
  const rowOf = (sum: ViolationSum): UsageRow => {
    const risk = objects.byUid('AIPolicy', sum.dimensions.policy ?? '')?.spec.riskType;
    return { at: sum.at, dimensions: {}, amounts: { ...NO_AMOUNTS, ...rated(sum, risk) }, conversations: 0 };
  };
  const groups = Map.groupBy(sums, ({ dimensions }) => dimensions[of] ?? '');
  return new Map([...groups].map(([group, members]) => [group, members.map(rowOf)]));
}

/** What each group did over the whole stretch. */
export async function violationEntities(wanted: Wanted, asked: Asked, services: Asking): Promise<Entity[]> {
  const rows = await rowsByGroup(wanted, { ...asked, buckets: false }, services);
  return [...rows].flatMap(([id, members]) => members.map((row) => ({ id, use: useOf(row) })));
}

/** Rows per bucket of one policy. */
export async function ruleRows(rule: string, asked: Asked, services: Asking): Promise<readonly UsageRow[]> {
  return (await rowsByGroup({ of: 'policy', rules: [rule] }, asked, services)).get(rule) ?? [];
}
