// What the tests beside a rule mean for it: which runs still count, and from when on the policy acts. Pure.
import { createHash } from 'node:crypto';
import { ANNOTATIONS, type AILLMConfig, type AIPolicy } from '../api/resources.ts';
import type { ConditionDraft } from '../api/conditions.ts';
import { PROMPT_VERSION } from '../policy/judge/question.ts';
import type { TestReport } from '../policy/run-tests.ts';
import type { SnapshotPolicy } from '../snapshot/snapshot.ts';
import { listNames } from './evaluation.ts';

const HASH_DIGITS = 24;
const MAX_FAILURES = 20;
const MAX_MESSAGE = 512;

/** What status.tests says of a run, and all that is needed of it. */
export interface TestStatus {
  passed: number;
  total: number;
  summary: string;
  fingerprint: string;
  failures?: { name: string; message: string }[];
}

/** `current`: result for the rule, judge and engine of now; `unproven`: for the same rule, while tests, judge or engine have changed since. */
export type TestState =
  | { state: 'none' }
  | { state: 'pending'; unproven?: TestStatus; failure?: string }
  | { state: 'current'; result: TestStatus };

function digest(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, HASH_DIGITS);
}

/**
 * `rule.run`: what is tested; and by what, by whom, and at whose wish. A change of either makes the tests run again; what has passed holds until
 * then while the rule is the same. `version`: of this program.
 */
export function fingerprintOf(
  { metadata, spec }: AIPolicy,
  { detectors, judge, phases }: SnapshotPolicy,
  config: AILLMConfig | undefined,
  version: string,
): string {
  const { content, riskType, engine, patterns, countries, examples, tests, onUnscannable } = spec;
  const rule = [content, riskType, engine, patterns, countries, onUnscannable, phases];
  const requested = metadata.annotations?.[ANNOTATIONS.reconcileRequestedAt];
  const asked = judge === undefined ? null : [judge, PROMPT_VERSION, config?.spec.type ?? null, config?.spec.endpoint ?? null];
  return `${digest(rule.map((part) => part ?? null))}.${digest([version, detectors, asked, examples ?? null, tests ?? null, requested ?? null])}`;
}

export function toStatus({ passed, total, failures }: TestReport, fingerprint: string): TestStatus {
  const shown = failures.slice(0, MAX_FAILURES).map(({ name, message }) => ({ name, message: message.slice(0, MAX_MESSAGE) }));
  return { passed, total, summary: `${passed}/${total}`, fingerprint, ...(shown.length === 0 ? {} : { failures: shown }) };
}

/** What an earlier operator found out, if it is about the same rule. */
export function testsBefore({ status }: AIPolicy, fingerprint: string): { current?: TestStatus; unproven?: TestStatus } {
  const before = status?.tests as TestStatus | undefined;
  if (before?.fingerprint === undefined) return {};
  if (before.fingerprint === fingerprint) return { current: before };
  return before.fingerprint.split('.')[0] === fingerprint.split('.')[0] ? { unproven: before } : {};
}

const hasPassed = (result: TestStatus | undefined): boolean => result !== undefined && result.total > 0 && result.passed === result.total;

/** Whether the policy has shown that it does what its author expects. New tests, engine or judge take nothing back until tests fail. */
export function isProven(tests: TestState): boolean {
  if (tests.state === 'current') return hasPassed(tests.result);
  return tests.state === 'pending' && hasPassed(tests.unproven);
}

/** The policy acts only once it is proven. By default so where it blocks by a judge, whose opinion nobody can know beforehand. */
export function waitsForTests({ action, enforcement, mode }: AIPolicy['spec'], hasJudge: boolean): boolean {
  if (action !== 'Block' || mode === 'DryRun') return false;
  return enforcement === undefined ? hasJudge : enforcement === 'WhenTested';
}

/** What a violation leads to now. `neverBlocks`: what it finds is too often wrong for that. */
export function effectiveAction(spec: AIPolicy['spec'], hasJudge: boolean, tests: TestState, neverBlocks = false): SnapshotPolicy['action'] {
  if (spec.mode === 'DryRun') return 'DryRun';
  if (spec.action === 'Block' && neverBlocks) return 'Alert';
  return waitsForTests(spec, hasJudge) && !isProven(tests) ? 'Alert' : spec.action;
}

/** Tested; undefined where there are no tests and nothing waits for them. */
export function testedCondition(tests: TestState, waits: boolean): ConditionDraft | undefined {
  const type = 'Tested';
  if (tests.state === 'none') {
    if (!waits) return undefined;
    const message = 'the policy only alerts until its tests pass, and it has none: add spec.tests, or set spec.enforcement: Always';
    return { type, status: 'False', reason: 'TestsMissing', message };
  }
  if (tests.state === 'pending') {
    if (tests.failure === undefined) return { type, status: 'Unknown', reason: 'Progressing', message: 'the tests are being run' };
    return { type, status: 'Unknown', reason: 'TestsInconclusive', message: tests.failure };
  }
  const { passed, total, failures = [] } = tests.result;
  if (passed === total) return { type, status: 'True', reason: 'Succeeded', message: `${passed} of ${total} tests pass` };
  const message = `${passed} of ${total} tests pass; failing: ${listNames(failures.map(({ name }) => name))}; see status.tests.failures`;
  return { type, status: 'False', reason: 'TestsFailed', message };
}
