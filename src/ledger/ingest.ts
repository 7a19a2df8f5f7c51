// Writes batches into the ledger: what is new of each source, once.
import type { Names } from './names.ts';
import type { Transaction, Value } from './database.ts';
import type { LedgerBatch, LedgerEntry, ViolationEntry } from './entries.ts';
import type { Ingested } from './ledger.ts';
import { activeRows, keysOf, rollUps, usageAmounts, violationAmounts, type Row } from './rollup.ts';
import { storable } from './storable.ts';
import { activeTable, usageTable, VIOLATIONS, type ActiveUnit } from './tables.ts';

interface Source {
  sequence: number;
  dropped: number;
}

export async function ingest(transaction: Transaction, names: Names, batches: readonly LedgerBatch[], now: number): Promise<Ingested[]> {
  const sources = await sourcesOf(transaction, batches);
  const touched = new Map<string, Source>();
  const begun = new Set<string>();
  const entries: LedgerEntry[] = [];
  const results = batches.map((batch): Ingested => {
    const last = sources.get(batch.source);
    const isFirst = !begun.has(batch.source);
    begun.add(batch.source);
    if (last !== undefined && batch.sequence <= last.sequence) return 'known';
    const isNext = last === undefined || batch.sequence === last.sequence + 1;
    if (!isNext && !isFirst) return 'gap';
    const next = { sequence: batch.sequence, dropped: (last?.dropped ?? 0) + batch.dropped };
    sources.set(batch.source, next);
    touched.set(batch.source, next);
    for (const entry of batch.entries) entries.push(storable(entry));
    return isNext ? 'stored' : 'resumed';
  });
  await writeEntries(transaction, names, entries);
  for (const [source, { sequence, dropped }] of touched) {
    const sql =
      'INSERT INTO sources (source, sequence, dropped, seen_at) VALUES (?, ?, ?, ?) ON CONFLICT (source) DO UPDATE SET ' +
      'sequence = excluded.sequence, dropped = excluded.dropped, seen_at = excluded.seen_at';
    await transaction.run(sql, [source, sequence, dropped, now]);
  }
  return results;
}

async function sourcesOf(transaction: Transaction, batches: readonly LedgerBatch[]): Promise<Map<string, Source>> {
  const sources = new Map<string, Source>();
  for (const source of new Set(batches.map((batch) => batch.source))) {
    const [row] = await transaction.all<Source>('SELECT sequence, dropped FROM sources WHERE source = ?', [source]);
    if (row !== undefined) sources.set(source, row);
  }
  return sources;
}

async function writeEntries(transaction: Transaction, names: Names, entries: readonly LedgerEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const violations = await newViolations(
    transaction,
    names,
    entries.filter((entry) => entry.type === 'violation'),
  );
  const counted = [...entries.filter((entry) => entry.type === 'usage'), ...violations.filter(({ action }) => action !== 'DryRun')];
  const users = await names.values(
    'user_ids',
    counted.map(({ user }) => user),
  );
  const conversations = await names.values(
    'conversation_ids',
    counted.map(({ conversation }) => conversation),
  );
  const rows: Row[] = [];
  for (const entry of counted) {
    const { series } = await names.series(entry);
    rows.push({
      at: entry.type === 'usage' ? entry.minute : Math.floor(entry.at / 60_000),
      series,
      user: users.get(entry.user)!,
      conversation: conversations.get(entry.conversation)!,
      amounts: entry.type === 'usage' ? usageAmounts(entry) : violationAmounts(entry),
    });
  }
  for (const rollup of rollUps(rows)) {
    const table = usageTable(rollup.level, rollup.unit);
    const values = rollup.rows.map((row) => [...keysOf(row, rollup.level), ...row.amounts]);
    if (rollup.level !== 'details' || rollup.unit === 'minute') {
      await transaction.add(table, values);
      continue;
    }
    const isNew = await transaction.put(table, values);
    const added = rollup.rows.filter((_, index) => isNew[index]);
    if (added.length === 0) continue;
    // Nothing knows whether a conversation is new to its month; that it is new to a day is near enough.
    const units: readonly ActiveUnit[] = rollup.unit === 'day' ? ['day', 'month'] : [rollup.unit];
    for (const unit of units) await writeActive(transaction, added, unit);
  }
}

async function writeActive(transaction: Transaction, rows: readonly Row[], unit: ActiveUnit): Promise<void> {
  for (const level of ['users', 'totals'] as const) {
    const lists = activeRows(rows, level, unit);
    if (lists.length > 0) await transaction.add(activeTable(level, unit), lists);
  }
}

/** Stores them, and answers those that were not there before: the others are counted already. */
async function newViolations(transaction: Transaction, names: Names, entries: readonly ViolationEntry[]): Promise<ViolationEntry[]> {
  const unique = [...new Map(entries.map((entry) => [entry.id, entry])).values()];
  const rows: Value[][] = [];
  for (const entry of unique) {
    const { series, repository, workspace } = await names.series(entry);
    const policy = await names.object('AIPolicy', entry.policy);
    const { user, conversation, phase, action, severity, explanation, requestId } = entry;
    const texts = [workspace, user, conversation, phase, action, severity ?? null, explanation, requestId];
    rows.push([entry.id, Math.round(entry.at), policy, repository, series, ...texts]);
  }
  if (rows.length === 0) return [];
  const isNew = await transaction.put(VIOLATIONS, rows);
  return unique.filter((_, index) => isNew[index]);
}
