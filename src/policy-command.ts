// `flashback policy test` and `flashback policy advise`: what the operator does with a rule, without a cluster, for authors and
// pull requests.
import { randomBytes, randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { advise, type Advice } from './policy/advise/advise.ts';
import { detect } from './policy/detect.ts';
import { detectorOf } from './policy/detectors/index.ts';
import { readyPolicy } from './policy/evaluate.ts';
import { keyedHash } from './policy/hash.ts';
import { CircuitBreaker } from './policy/judge/breaker.ts';
import { VerdictCache } from './policy/judge/cache.ts';
import { ModelJudge } from './policy/judge/model-judge.ts';
import { viewsOf } from './policy/normalise/views.ts';
import { renderReport, totalsOf, type PolicyReport } from './policy/report.ts';
import { runPolicyTests } from './policy/run-tests.ts';
import type { Judge } from './policy/types.ts';
import { systemClock } from './clock.ts';
import { readManifests, resourceOf, type Manifests, type PolicyManifest } from './policy-manifests.ts';
import { compilePolicy, ruleOf } from './reconcile/policy-compile.ts';
import { planOf, snapshotPolicy } from './reconcile/policy-plan.ts';
import { SettingsError } from './settings.ts';
import { printableLine, printableText } from './standalone/printable.ts';
import type { Asker } from './policy-judges.ts';

export const POLICY_HELP = `Usage: flashback policy test -f FILE [options]
       flashback policy advise -f FILE | --rule TEXT

test    compiles the rules of AIPolicies and runs their spec.tests; exit code 0: all passed; 1: some failed, or there is none at all;
        2: something is wrong with a manifest
advise  says how clear a rule is, what is wrong with it, and proposes a better text

Options:
  -f, --file                   directory or file with manifests; repeatable
  --rule                       the text of a rule, in place of a file
  --allow-missing-judge        tests that need a judge where none is configured do not count as failures

A judge is spec.judge with its AILLMConfig and Secret among the files, or any model with OpenAI's API, named in the environment by
JUDGE_BASE_URL, JUDGE_MODEL and, where the endpoint asks for one, JUDGE_API_KEY; the environment goes first.
`;

const OPTIONS = {
  file: { type: 'string', short: 'f', multiple: true },
  rule: { type: 'string' },
  'allow-missing-judge': { type: 'boolean' },
} as const;

type Environment = Record<string, string | undefined>;

export interface Streams {
  out(text: string): void;
  err(text: string): void;
}

const TERMINAL: Streams = { out: (text) => void process.stdout.write(text), err: (text) => void process.stderr.write(text) };

/** Bytes of the key that findings are named with. */
const HASH_KEY = 32;
const TOKEN = 12;

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: true });
  } catch (error) {
    throw new SettingsError(`${error instanceof Error ? error.message : String(error)}. See flashback policy --help.`);
  }
}

/** One model as a judge: its health and what it has said are kept for the whole run. */
function judgeOver({ name, ask }: Asker, hash: (text: string) => string): Judge {
  const chance = { random: (below: number) => randomInt(below), token: () => randomBytes(TOKEN).toString('hex') };
  return new ModelJudge({ name, clock: systemClock, hash, chance, breaker: new CircuitBreaker(systemClock), ask });
}

async function testPolicies({ policies, ...manifests }: Manifests, env: Environment): Promise<PolicyReport[]> {
  const hash = keyedHash(randomBytes(HASH_KEY));
  const plans = new Map(policies.map(({ manifest }) => [manifest, planOf(manifest.spec, compilePolicy)]));
  // The code of all providers takes seconds to load, and detectors do without.
  const needsJudge = [...plans.values()].some((plan) => plan.needsJudge);
  const askerFor = needsJudge ? (await import('./policy-judges.ts')).judgeAskers(manifests, env) : undefined;
  const cache = new VerdictCache(systemClock);
  const scan = (content: Parameters<typeof detect>[0], detectors: Parameters<typeof detect>[1]) =>
    detect(content, detectors, viewsOf, hash);
  const judges = new Map<string, Judge>();
  const test = async ({ file, manifest }: PolicyManifest): Promise<PolicyReport> => {
    const { metadata, spec } = manifest;
    const plan = plans.get(manifest)!;
    const asker = plan.needsJudge ? await askerFor?.(manifest) : undefined;
    if (asker !== undefined && !judges.has(asker.name)) judges.set(asker.name, judgeOver(asker, hash));
    const judge = asker === undefined ? undefined : judges.get(asker.name);
    const policy = snapshotPolicy(resourceOf(manifest), plan, plan.needsJudge ? {} : undefined, spec.action);
    const tests = await runPolicyTests(readyPolicy(policy, detectorOf), spec.tests ?? [], {
      scan,
      judgeOf: () => judge,
      cache,
    });
    return {
      policy: `${metadata.namespace}/${metadata.name}`,
      file,
      content: spec.content,
      words: plan.words,
      tests,
      ...(plan.flaw === undefined ? {} : { flaw: plan.flaw }),
      ...(asker === undefined ? {} : { judge: asker.name }),
    };
  };
  const reports: PolicyReport[] = [];
  for (const policy of policies) reports.push(await test(policy));
  return reports;
}

const ADD_TESTS = 'add texts that violate the rule, and texts that only look like it, to spec.tests';

/** What a pull request should not pass by unread. */
function warnings({ unset }: Manifests, reports: readonly PolicyReport[]): string[] {
  const untested = reports.filter(({ tests, flaw }) => tests.total === 0 && flaw === undefined).map(({ policy }) => policy);
  const isAll = untested.length === reports.length;
  const missing = totalsOf(reports).notRun === 0 ? [] : unset;
  return [
    ...missing.map((name) => `the variable ${name} is not set, so a judge whose Secret needs it is not asked`),
    ...(untested.length === 0 || isAll ? [] : [`not tested, since spec.tests is empty: ${untested.join(', ')}`]),
    ...(isAll ? [`no policy has a test, so nothing is shown; ${ADD_TESTS}`] : []),
  ];
}

async function runTests(manifests: Manifests, env: Environment, allowMissingJudge: boolean, { out, err }: Streams): Promise<number> {
  const reports = await testPolicies(manifests, env);
  out(printableText(renderReport(reports)));
  for (const warning of warnings(manifests, reports)) err(`flashback: ${printableLine(warning)}.\n`);
  if (reports.some(({ flaw }) => flaw !== undefined)) return 2;
  if (reports.every(({ tests }) => tests.total === 0)) return 1;
  const { failed, notRun } = totalsOf(reports);
  return failed > 0 || (notRun > 0 && !allowMissingJudge) ? 1 : 0;
}

/** Advice as a person reads it. */
export function renderAdvice(title: string, { score, severity, issues, advice, proposal, plan }: Advice, content: string): string {
  const lines = [
    `${title}: ${score} of 100${severity === 'none' ? '' : `, severity ${severity}`}`,
    ...plan.map((sentence) => `  plan  ${sentence}`),
    ...issues.flatMap(({ type, severity: one, description, suggestion }) => [`  ${one} ${type}: ${description}`, `    ${suggestion}`]),
    `  ${advice}`,
  ];
  if (proposal !== content.trim()) lines.push('', '  Proposal:', ...proposal.split('\n').map((line) => (line === '' ? '' : `    ${line}`)));
  return `${lines.join('\n')}\n`;
}

async function loadManifests(files: readonly string[], env: Environment, { err }: Streams): Promise<Manifests | undefined> {
  const read = await readManifests(files, env);
  for (const line of [...read.warnings, ...read.problems]) err(`${printableLine(line)}\n`);
  if (read.problems.length > 0) return undefined;
  if (read.manifests.policies.length > 0) return read.manifests;
  err(`flashback: there is no AIPolicy in ${printableLine(files.join(', '))}.\n`);
  return undefined;
}

/** The command. Throws SettingsError for wrong arguments. */
export async function policyCommand(args: readonly string[], env: Environment, streams: Streams = TERMINAL): Promise<number> {
  const { values, positionals } = readArguments(args);
  const [action, ...rest] = positionals;
  const { file: files = [], rule } = values;
  if ((action !== 'test' && action !== 'advise') || rest.length > 0)
    throw new SettingsError('Say what to do: flashback policy test or flashback policy advise.');
  if (action === 'test' && rule !== undefined) throw new SettingsError('--rule has no tests; use it with advise, or test a file with -f.');
  if ((files.length === 0) === (rule === undefined))
    throw new SettingsError(`Say which policy: -f FILE${action === 'advise' ? ', or --rule TEXT' : ''}.`);
  if (rule !== undefined) {
    streams.out(printableText(renderAdvice('rule', advise(rule), rule)));
    return 0;
  }
  const manifests = await loadManifests(files, env, streams);
  if (manifests === undefined) return 2;
  if (action === 'test') return runTests(manifests, env, values['allow-missing-judge'] === true, streams);
  const advices = manifests.policies.map(({ manifest: { metadata, spec } }) =>
    renderAdvice(`${metadata.namespace}/${metadata.name}`, advise(spec.content, ruleOf(spec)), spec.content),
  );
  streams.out(printableText(advices.join('\n')));
  return 0;
}
