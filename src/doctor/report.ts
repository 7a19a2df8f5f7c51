// What `flashback doctor` prints, and its exit code. Pure.
import { printableLine } from '../standalone/printable.ts';
import type { Finding, FindingStatus } from './finding.ts';

const STATUSES: readonly FindingStatus[] = ['ok', 'warn', 'fail', 'unknown'];

function counts(findings: readonly Finding[]): Record<FindingStatus, number> {
  const of = (status: FindingStatus): number => findings.filter((finding) => finding.status === status).length;
  return { ok: of('ok'), warn: of('warn'), fail: of('fail'), unknown: of('unknown') };
}

/** For people; ends with a newline. */
export function textReport(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const indent = ' '.repeat(9 + width + 2);
  const lines = findings.flatMap(({ check, status, message, fix }) => [
    `${status.padEnd(9)}${check.padEnd(width)}  ${printableLine(message)}`,
    ...(fix === undefined ? [] : [`${indent}-> ${printableLine(fix)}`]),
  ]);
  const sums = counts(findings);
  return `${lines.join('\n')}\n\n${STATUSES.map((status) => `${sums[status]} ${status}`).join(', ')}\n`;
}

/** For programs; ends with a newline. */
export function jsonReport(findings: readonly Finding[]): string {
  return `${JSON.stringify({ findings, summary: counts(findings) }, undefined, 2)}\n`;
}

/** 1 when something fails. */
export function exitCode(findings: readonly Finding[]): number {
  return findings.some(({ status }) => status === 'fail') ? 1 : 0;
}
