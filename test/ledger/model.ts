// What the ledger should answer, the simple way: every entry is kept, and each question goes through all of them.
import type { LedgerEntry } from '../../src/ledger/entries.ts';
import type { Amounts, Dimension, FindUid, UsageQuestion, UsageRow } from '../../src/ledger/ledger.ts';

const AMOUNTS = ['requests', 'tokensIn', 'tokensOut', 'policyTokensIn', 'policyTokensOut', 'latency'] as const;

interface Counted {
  at: number;
  dimensions: Record<Dimension, string>;
  amounts: Amounts;
}

export function expected(entries: readonly LedgerEntry[], question: UsageQuestion, findUid: FindUid): UsageRow[] {
  const rows = new Map<string, UsageRow & { seen: Set<string> }>();
  for (const { at, dimensions, amounts } of entries.flatMap((entry) => counted(entry, findUid))) {
    if (at < question.from || at >= question.to || !isWanted(dimensions, question)) continue;
    const bucket = question.bucket === undefined ? 0 : at - (at % question.bucket);
    const grouped = Object.fromEntries(question.groupBy.map((dimension) => [dimension, dimensions[dimension]]));
    const key = JSON.stringify([bucket, grouped]);
    const row = rows.get(key) ?? { at: bucket, dimensions: grouped, amounts: nothing(), conversations: 0, seen: new Set() };
    rows.set(key, row);
    for (const name of Object.keys(row.amounts) as (keyof Amounts)[]) row.amounts[name] += amounts[name];
    if (dimensions.conversation !== '') row.seen.add(dimensions.conversation);
  }
  return sorted([...rows.values()].map(({ seen, ...row }) => ({ ...row, conversations: seen.size })));
}

/** In an order that does not depend on the store. */
export function sorted(rows: readonly UsageRow[]): UsageRow[] {
  const key = ({ at, dimensions }: UsageRow): string =>
    `${String(at).padStart(16, '0')} ${JSON.stringify(Object.entries(dimensions).toSorted())}`;
  return rows.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

function isWanted(dimensions: Record<Dimension, string>, { visible, filter = {}, anyOf = {}, withoutKeys = [] }: UsageQuestion): boolean {
  const holds = ([dimension, values]: [string, readonly string[]]): boolean => values.includes(dimensions[dimension as Dimension]);
  if (visible !== 'all' && !visible.includes(dimensions.workspace)) return false;
  if (withoutKeys.includes(dimensions.key)) return false;
  return Object.entries(filter).every(holds) && (Object.keys(anyOf).length === 0 || Object.entries(anyOf).some(holds));
}

function counted(entry: LedgerEntry, findUid: FindUid): Counted[] {
  const { repository, llm, key, provider, model, host, user, conversation } = entry;
  const uid = (kind: 'Repository' | 'AILLMConfig', name: string): string => (name === '' ? '' : (findUid(kind, name) ?? ''));
  const dimensions = {
    workspace: repository.split('/')[0]!,
    repository: uid('Repository', repository),
    llm: uid('AILLMConfig', llm),
    key,
    provider,
    model,
    host,
    user,
    conversation,
  };
  const amounts = nothing();
  if (entry.type === 'usage') {
    for (const name of AMOUNTS) amounts[name] = entry[name];
    return [{ at: entry.minute * 60_000, dimensions, amounts }];
  }
  if (entry.action === 'DryRun') return [];
  amounts.violations = 1;
  if (entry.action !== 'Log') amounts.alerts = 1;
  if (entry.action === 'Block') amounts.blocks = 1;
  if (entry.severity !== undefined) amounts[`severity${entry.severity}`] = 1;
  return [{ at: entry.at, dimensions, amounts }];
}

function nothing(): Amounts {
  const usage = { requests: 0, tokensIn: 0, tokensOut: 0, policyTokensIn: 0, policyTokensOut: 0, latency: 0 };
  return { ...usage, violations: 0, alerts: 0, blocks: 0, severityLow: 0, severityMedium: 0, severityHigh: 0 };
}
