// Lists of single things in the ledger: violations, alerts, and the audit of changes. The newest first.
import type { Reader, Transaction, Value } from './database.ts';
import { allOf, isIn, objectNumbered, seenIn, visibleIn, type Condition } from './conditions.ts';
import type { AlertRow, AuditEntry, AuditQuestion, Page, Paged, ViolationQuestion, ViolationRow } from './ledger.ts';
import { storable } from './storable.ts';
import { AUDIT } from './tables.ts';

interface Found extends Omit<ViolationRow, 'policy' | 'repository' | 'severity'> {
  policyUid: string;
  policyName: string;
  repositoryUid: string;
  repositoryName: string;
  severity: 'Low' | 'Medium' | 'High' | null;
}

const COLUMNS = `v.id, v.at, coalesce(p.uid, '') AS "policyUid", coalesce(p.name, '') AS "policyName", v.workspace,
  coalesce(r.uid, '') AS "repositoryUid", coalesce(r.name, '') AS "repositoryName", coalesce(l.uid, '') AS llm,
  s.key, s.provider, s.model, s.host, v.user_name AS "user", v.conversation, v.phase, v.action, v.severity,
  v.explanation, v.request_id AS "requestId"`;

const SEEN: Condition = { sql: `v.action <> 'DryRun'`, values: [] };
const TOLD: Condition = { sql: `v.action IN ('Alert', 'Block')`, values: [] };

/** What a policy on trial has found is kept, and not listed: nothing followed from it. */
export async function violations(reader: Reader, question: ViolationQuestion): Promise<Paged<ViolationRow>> {
  return listed(reader, question, [SEEN]);
}

export async function alerts(reader: Reader, question: ViolationQuestion): Promise<Paged<AlertRow>> {
  const { rows, total } = await listed(reader, question, [SEEN, TOLD]);
  return { total, rows: rows.map(alertOf) };
}

function alertOf(violation: ViolationRow): AlertRow {
  const { severity: _severity, explanation, ...row } = violation;
  const what = row.phase === 'Request' ? 'a request' : 'an answer';
  const happened = row.action === 'Block' ? `blocked ${what}` : `found something in ${what}`;
  return { ...row, message: `policy ${row.policy.name} ${happened}${explanation === '' ? '' : `: ${explanation}`}` };
}

async function listed(reader: Reader, question: ViolationQuestion, fixed: readonly Condition[]): Promise<Paged<ViolationRow>> {
  const { policy, repository, provider, model, host, severity, block } = question;
  const { sql: where, values } = allOf([
    ...fixed,
    ...visibleIn('v.workspace', question.visible),
    ...within('v.at', question),
    ...(policy === undefined ? [] : [await objectNumbered(reader, 'v.policy', 'AIPolicy', policy)]),
    ...(repository === undefined ? [] : [await objectNumbered(reader, 'v.repository', 'Repository', repository)]),
    ...(provider === undefined ? [] : [isIn('s.provider', provider)]),
    ...(model === undefined ? [] : [isIn('s.model', model)]),
    ...(host === undefined ? [] : [isIn('s.host', host)]),
    ...(severity === undefined ? [] : [isIn('v.severity', severity)]),
    ...(block === undefined ? [] : [{ sql: `v.action ${block ? '=' : '<>'} 'Block'`, values: [] }]),
  ]);
  // The series say nothing that has to be read only to count, unless something is filtered by them.
  const counted = `violations v${where.includes('s.') ? ' JOIN series s ON s.id = v.series' : ''}`;
  const from = `violations v JOIN series s ON s.id = v.series LEFT JOIN objects p ON p.id = v.policy
    LEFT JOIN objects r ON r.id = v.repository LEFT JOIN objects l ON l.id = s.llm`;
  const found = await reader.all<Found>(`SELECT ${COLUMNS} FROM ${from} WHERE ${where} ORDER BY v.at DESC, v.id LIMIT ? OFFSET ?`, [
    ...values,
    question.take,
    question.skip,
  ]);
  return { rows: found.map(rowOf), total: await total(reader, counted, where, values) };
}

function rowOf({ policyUid, policyName, repositoryUid, repositoryName, severity, ...row }: Found): ViolationRow {
  const violation: ViolationRow = {
    ...row,
    policy: { uid: policyUid, name: policyName },
    repository: { uid: repositoryUid, name: repositoryName },
  };
  return severity === null ? violation : { ...violation, severity };
}

/** What was written before, by its id, is not written again. */
export async function audit(transaction: Transaction, entries: readonly AuditEntry[]): Promise<void> {
  const rows = new Map(
    entries.map((entry) => {
      const { id, at, actor, event, kind, uid, workspace, name } = storable(entry);
      return [id, [id, at, actor, event, kind, uid, workspace, name]];
    }),
  );
  if (rows.size > 0) await transaction.add(AUDIT, [...rows.values()]);
}

export async function audited(reader: Reader, question: AuditQuestion): Promise<Paged<AuditEntry>> {
  const equal = (['kind', 'event', 'actor'] as const).flatMap((column) =>
    question[column] === undefined ? [] : [isIn(column, [question[column]])],
  );
  const where = allOf([...seenIn('workspace', 'actor', question), ...within('at', question), ...equal]);
  return page<AuditEntry>(
    reader,
    { select: 'id, at, actor, event, kind, uid, workspace, name', from: 'audit', where, order: 'at DESC, id' },
    question,
  );
}

/** From inclusive, to exclusive. */
export function within(column: string, { from, to }: { from?: number | undefined; to?: number | undefined }): Condition[] {
  return [
    ...(from === undefined ? [] : [{ sql: `${column} >= ?`, values: [Math.ceil(from)] }]),
    ...(to === undefined ? [] : [{ sql: `${column} < ?`, values: [Math.ceil(to)] }]),
  ];
}

export async function page<Row>(
  reader: Reader,
  { select, from, where, order }: { select: string; from: string; where: Condition; order: string },
  { take, skip }: Page,
): Promise<Paged<Row>> {
  const sql = `SELECT ${select} FROM ${from} WHERE ${where.sql} ORDER BY ${order} LIMIT ? OFFSET ?`;
  const rows = await reader.all<Row>(sql, [...where.values, take, skip]);
  return { rows, total: await total(reader, from, where.sql, where.values) };
}

export async function total(reader: Reader, from: string, where: string, values: readonly Value[]): Promise<number> {
  const [row] = await reader.all<{ total: number }>(`SELECT count(*) AS total FROM ${from} WHERE ${where}`, values);
  return row?.total ?? 0;
}
