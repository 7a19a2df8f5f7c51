// What single policies did: the ledger adds up violations per bucket and caller, but not per policy, so these are counted one by one.
import type { UsageRow, ViolationQuestion, ViolationRow } from '../../ledger/ledger.ts';
import { ApiError, type Objects, type Services } from '../operation.ts';
import { NO_AMOUNTS } from './amounts.ts';
import type { Asked } from './usage-rows.ts';
import { isNobody } from './visible.ts';

const PAGE = 1_000;
/** More would keep the ledger, and the memory of this process, busy for seconds. */
export const MAX_VIOLATIONS = 200_000;

type Severity = NonNullable<ViolationRow['severity']>;
const SEVERITIES = { Low: 'severityLow', Medium: 'severityMedium', High: 'severityHigh' } as const satisfies Record<Severity, string>;

/** Reads all violations that a question is about. @throws ApiError 400 where there are too many. */
export async function readViolations(
  asked: Asked,
  rule: string | undefined,
  { ledger }: Pick<Services, 'ledger'>,
): Promise<ViolationRow[]> {
  const { visible, repository, stretch, filter } = asked;
  if (isNobody(visible)) return [];
  const question: Omit<ViolationQuestion, 'skip' | 'take'> = {
    visible,
    from: stretch.start,
    to: stretch.end,
    ...(repository === undefined ? {} : { repository }),
    ...(rule === undefined ? {} : { policy: rule }),
    ...(filter.model === undefined ? {} : { model: filter.model }),
  };
  const found: ViolationRow[] = [];
  for (;;) {
    const { rows, total } = await ledger.violations({ ...question, skip: found.length, take: PAGE });
    if (total > MAX_VIOLATIONS) {
      const most = `more than ${MAX_VIOLATIONS} that can be told apart by policy`;
      throw new ApiError(400, `there are ${total} violations in this window, ${most}; take a shorter window, or one repository`);
    }
    found.push(...rows);
    if (rows.length === 0 || found.length >= total) break;
  }
  const { key, user, llm } = filter;
  return found.filter((row) => (key?.includes(row.key) ?? true) && (user?.includes(row.user) ?? true) && (llm?.includes(row.llm) ?? true));
}

/** What a violation did, by the action that its policy had then: trials find, and do nothing. */
function add(row: UsageRow, { action, severity }: Pick<ViolationRow, 'action'> & { severity: Severity | undefined }): void {
  const { amounts } = row;
  amounts.violations += 1;
  if (action === 'Alert' || action === 'Block') amounts.alerts += 1;
  if (action === 'Block') amounts.blocks += 1;
  if (severity !== undefined) amounts[SEVERITIES[severity]] += 1;
}

/** Adds violations up, by bucket and by what `groupOf` says of them. Severity that was told counts first, then the risk of the policy. */
export function addUp(
  violations: readonly ViolationRow[],
  {
    dimension,
    groupOf,
    startOf,
  }: { dimension: 'user' | undefined; groupOf: (row: ViolationRow) => string; startOf: (at: number) => number },
  riskOf: (policy: string) => Severity | undefined,
): Map<string, UsageRow> {
  const rows = new Map<string, UsageRow>();
  for (const violation of violations) {
    const at = startOf(violation.at);
    const group = groupOf(violation);
    const key = JSON.stringify([at, group]);
    let row = rows.get(key);
    if (row === undefined) {
      row = { at, dimensions: dimension === undefined ? {} : { [dimension]: group }, amounts: { ...NO_AMOUNTS }, conversations: 0 };
      rows.set(key, row);
    }
    add(row, { action: violation.action, severity: violation.severity ?? riskOf(violation.policy.uid) });
  }
  return rows;
}

/** Looks each policy up once: the same few are asked for at every violation, and each look goes through all that there are. */
export function riskOf(objects: Pick<Objects, 'byUid'>): (policy: string) => Severity | undefined {
  const known = new Map<string, Severity | undefined>();
  return (policy) => {
    if (!known.has(policy)) known.set(policy, objects.byUid('AIPolicy', policy)?.spec.riskType);
    return known.get(policy);
  };
}

/** Rows per bucket of one policy. Tokens of judges belong to no single policy, so they are zero here. */
export async function ruleRows(rule: string, asked: Asked, services: Services): Promise<UsageRow[]> {
  const { bucket } = asked.stretch;
  const startOf = (at: number): number => Math.floor(at / bucket) * bucket;
  const violations = await readViolations(asked, rule, services);
  return [...addUp(violations, { dimension: undefined, groupOf: () => '', startOf }, riskOf(services.objects)).values()];
}
