// What the tests beside rules have shown, for a person at a terminal or in the log of a pull request. Pure. Never holds the text of a test.
import type { TestReport, TestResult } from './run-tests.ts';
import type { Finding } from './types.ts';

export interface PolicyReport {
  /** `namespace/name`. */
  policy: string;
  file: string;
  /** The rule as it stands in the manifest. */
  content: string;
  /** The plan in words. */
  words: readonly string[];
  /** Why it cannot be evaluated as it is written. */
  flaw?: string;
  /** Who judges, where somebody has to. */
  judge?: string;
  tests: TestReport;
}

export interface Totals {
  passed: number;
  failed: number;
  /** For want of a judge. */
  notRun: number;
}

const MAX_RULE = 200;
const isNotRun = ({ failure }: TestResult): boolean => failure === 'judge_missing';

function whereFound({ path, span: { start, end } }: Finding): string {
  return `${path}[${start}..${end}]`;
}

function foundWords(findings: readonly Finding[]): string {
  const byDetector = Map.groupBy(findings, ({ detector }) => (detector === 'judge' ? 'the judge' : detector));
  return [...byDetector].map(([detector, places]) => `${detector} at ${places.map(whereFound).join(', ')}`).join('; ');
}

function testLine(result: TestResult): string {
  const { name, passed, message, findings, source } = result;
  if (isNotRun(result)) return `  skip  ${name}: not run: needs a judge`;
  const found = findings.length === 0 ? '' : ` (${foundWords(findings)})`;
  const by = source === 'judge' && findings.length === 0 ? ' (the judge allows it)' : '';
  return passed ? `  ok    ${name}${found}${by}` : `  FAIL  ${name}: ${message}${found}`;
}

/** Counts of all tests of these policies. */
export function totalsOf(reports: readonly PolicyReport[]): Totals {
  const results = reports.flatMap(({ tests }) => tests.results);
  const passed = results.filter((result) => result.passed).length;
  const notRun = results.filter(isNotRun).length;
  return { passed, notRun, failed: results.length - passed - notRun };
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

function policyLines({ policy, file, content, words, flaw, judge, tests }: PolicyReport): string[] {
  const rule = content.replace(/\s+/g, ' ').trim();
  return [
    `AIPolicy ${policy} (${file})`,
    `  rule  ${rule.length > MAX_RULE ? `${rule.slice(0, MAX_RULE - 1)}…` : rule}`,
    ...words.map((sentence) => `  plan  ${sentence}`),
    ...(judge === undefined ? [] : [`  judge ${judge}`]),
    ...(flaw === undefined ? [] : [`  error ${flaw}`]),
    ...(tests.results.length === 0 && flaw === undefined
      ? ['  it has no tests; add texts that violate it and texts that only look like it to spec.tests']
      : []),
    ...tests.results.map(testLine),
    '',
  ];
}

/** The whole report, with a line end at its end. */
export function renderReport(reports: readonly PolicyReport[]): string {
  const { passed, failed, notRun } = totalsOf(reports);
  const sum = [`${counted(reports.length, 'policy').replace('policys', 'policies')}`, counted(passed + failed + notRun, 'test')].join(', ');
  const rest = [
    `${passed} passed`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(notRun > 0 ? [`${notRun} not run for want of a judge`] : []),
  ];
  return `${[...reports.flatMap(policyLines), `${sum}: ${rest.join(', ')}`].join('\n')}\n`;
}
