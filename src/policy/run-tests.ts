// Runs the tests that stand beside a rule: each text is judged as traffic would be, and compared with what its author expects.
import { evaluate, type EngineParts, type ReadyPolicy } from './evaluate.ts';
import type { PolicyPhase } from '../snapshot/snapshot.ts';
import type { Content, Failure, Finding, Source, Verdict } from './types.ts';

/** As in spec.tests of an AIPolicy. */
export interface PolicyTest {
  name: string;
  phase: PolicyPhase;
  /** Of phase Request. */
  input?: string;
  /** Of phase Response. */
  output?: string;
  expect: 'Allow' | 'Violate';
}

/** What came of one test. */
export interface TestResult {
  name: string;
  passed: boolean;
  /** What was expected and what came out, in a sentence without the text. */
  message: string;
  /** Undefined: the policy does not check this phase. */
  source?: Source;
  findings: readonly Finding[];
  /** Why nothing came out. */
  failure?: Failure;
}

export interface TestReport {
  passed: number;
  total: number;
  /** For status.tests.failures. */
  failures: { name: string; message: string }[];
  /** In the order of the tests. */
  results: TestResult[];
}

/** Questions to a judge that are open at the same time. */
const AT_ONCE = 4;

function contentOf({ phase, input = '', output = '' }: PolicyTest): Content {
  const part =
    phase === 'Request'
      ? { path: 'input', role: 'user' as const, text: input }
      : { path: 'output', role: 'assistant' as const, text: output };
  return { parts: [{ ...part, history: false }], unscannable: [] };
}

const EXPECTED = { Allow: 'expected it to be allowed', Violate: 'expected a violation' };

/** Which detectors have found something, or that the judge has. */
function whoFound(findings: readonly Finding[]): string {
  const names = [...new Set(findings.map(({ detector }) => (detector === 'judge' ? 'the judge' : detector)))];
  return names.length === 0 ? '' : ` by ${names.join(', ')}`;
}

function resultOf({ name, expect }: PolicyTest, verdict: Verdict): TestResult {
  if (verdict.outcome === 'failed') {
    const { source, failure, findings = [] } = verdict;
    return {
      name,
      passed: false,
      message: `${EXPECTED[expect]}, but it could not be evaluated: ${failure}`,
      source,
      findings,
      failure,
    };
  }
  const findings = verdict.outcome === 'violated' ? verdict.findings : [];
  const outcome = verdict.outcome === 'violated' ? `a violation was found${whoFound(findings)}` : 'nothing was found';
  const passed = (verdict.outcome === 'violated') === (expect === 'Violate');
  return { name, passed, message: `${EXPECTED[expect]}, and ${outcome}`, source: verdict.source, findings };
}

function uncheckedPhase({ name, phase, expect }: PolicyTest): TestResult {
  const message = `${EXPECTED[expect]}, and nothing was found: ${phase} is not among the phases that the policy checks`;
  return { name, passed: expect === 'Allow', message, findings: [] };
}

async function runOne(test: PolicyTest, ready: ReadyPolicy, engine: EngineParts, signal: AbortSignal): Promise<TestResult> {
  const { policy } = ready;
  if (!policy.phases.includes(test.phase)) return uncheckedPhase(test);
  const asked = { content: contentOf(test), before: [], phase: test.phase, policies: [ready], signal };
  const { verdicts } = await evaluate(asked, engine);
  return resultOf(test, verdicts.get(policy) ?? { outcome: 'failed', source: 'engine', failure: 'judge_malformed' });
}

/** Runs all tests of a policy. Never rejects: what cannot be evaluated is a test that fails. */
export async function runPolicyTests(
  ready: ReadyPolicy,
  tests: readonly PolicyTest[],
  engine: EngineParts,
  signal: AbortSignal = new AbortController().signal,
): Promise<TestReport> {
  const results: TestResult[] = [];
  const waiting = [...tests.entries()];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, test] = next;
      results[index] = await runOne(test, ready, engine, signal);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const failures = results.filter(({ passed }) => !passed).map(({ name, message }) => ({ name, message }));
  return { passed: results.length - failures.length, total: results.length, failures, results };
}
