// How a part of the spool is written: one line for each thing that happened, appended as it happens. Dimensions are written once in a file.
// A process that was killed while it wrote leaves half a line at the end, which says nothing.
import type { EntryDimensions, UsageAmounts, ViolationEntry } from '../../ledger/entries.ts';
import { AMOUNTS, Contents, DIMENSION_NAMES, type Row } from './contents.ts';

const LINE_END = 0x0a;

const line = (...values: unknown[]): string => `${JSON.stringify(values)}\n`;

/** Dimensions under a number of their own. */
export function rowLine({ index, dimensions }: Row): string {
  return line('r', index, ...DIMENSION_NAMES.map((name) => dimensions[name]));
}

/** Written for each request, so by hand: all of it is numbers. */
export function usageLine({ index }: Row, minute: number, amounts: UsageAmounts): string {
  const { requests, tokensIn, tokensOut, policyTokensIn, policyTokensOut, latency } = amounts;
  return `["u",${index},${minute},${requests},${tokensIn},${tokensOut},${policyTokensIn},${policyTokensOut},${latency}]\n`;
}

export function violationLine({ index }: Row, { id, at, policy, phase, action, severity, explanation, requestId }: ViolationEntry): string {
  return line('v', index, { id, at, policy, phase, action, ...(severity === undefined ? {} : { severity }), explanation, requestId });
}

export const droppedLine = (entries: number): string => line('x', entries);

/** All of it, with nothing said twice. */
export function encode(contents: Contents): string {
  const lines: string[] = contents.dropped > 0 ? [droppedLine(contents.dropped)] : [];
  const violations = contents.violations.map((violation) => ({ violation, row: contents.rowOf(violation) }));
  for (const row of contents.rows()) {
    lines.push(rowLine(row));
    for (const [minute, amounts] of row.minutes) lines.push(usageLine(row, minute, amounts));
  }
  for (const { violation, row } of violations) lines.push(violationLine(row, violation));
  return lines.join('');
}

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** What was written by rowLine() as far as this program needs to be sure of it: whatever reads the ledger checks the rest. */
function dimensionsOf(values: readonly unknown[]): EntryDimensions | undefined {
  if (values.length !== DIMENSION_NAMES.length || !values.every((value) => typeof value === 'string')) return undefined;
  const [repository = '', key = '', llm = '', provider = '', model = '', host = '', user = '', conversation = ''] = values;
  return { repository, key, llm, provider: provider as EntryDimensions['provider'], model, host, user, conversation };
}

export interface Decoded {
  contents: Contents;
  /** Whole lines that say nothing that could be understood. */
  unreadable: number;
}

/** Reads what was written line by line, or at once by encode(). */
export function decode(bytes: Buffer): Decoded {
  const contents = new Contents();
  const rows = new Map<number, Row>();
  let unreadable = 0;
  const end = bytes.lastIndexOf(LINE_END);
  for (const text of end === -1 ? [] : bytes.toString('utf8', 0, end).split('\n')) {
    if (!read(text, contents, rows)) unreadable++;
  }
  return { contents, unreadable };
}

function read(text: string, contents: Contents, rows: Map<number, Row>): boolean {
  const values = parsed(text);
  if (!Array.isArray(values)) return false;
  const [kind, first, ...rest]: unknown[] = values;
  if (!isCount(first)) return false;
  if (kind === 'x') {
    contents.dropped += first;
    return true;
  }
  if (kind === 'r') {
    const dimensions = dimensionsOf(rest);
    if (dimensions !== undefined) rows.set(first, contents.rowOf(dimensions));
    return dimensions !== undefined;
  }
  const row = rows.get(first);
  if (row === undefined) return false;
  if (kind === 'u') return readUsage(rest, row, contents);
  return kind === 'v' && readViolation(rest[0], row, contents);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readUsage([minute, ...amounts]: unknown[], row: Row, contents: Contents): boolean {
  if (!isCount(minute) || amounts.length !== AMOUNTS.length || !amounts.every(isCount)) return false;
  const [requests, tokensIn, tokensOut, policyTokensIn, policyTokensOut, latency] = amounts as [number, number, number, number, number, number];
  contents.addUsage(row, minute, { requests, tokensIn, tokensOut, policyTokensIn, policyTokensOut, latency });
  return true;
}

const TEXTS = ['id', 'policy', 'phase', 'action', 'explanation', 'requestId'];

function readViolation(told: unknown, row: Row, contents: Contents): boolean {
  if (!isObject(told) || !isCount(told['at']) || !TEXTS.every((name) => typeof told[name] === 'string')) return false;
  contents.addViolation({ type: 'violation', ...row.dimensions, ...told } as ViolationEntry);
  return true;
}
