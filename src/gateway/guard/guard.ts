// Evaluates the policies of a repository on its traffic: some are waited for, the others look on.
import { GatewayError } from '../../errors.ts';
import { decide, type Decision } from '../../policy/decide.ts';
import { detectorsOf, evaluate, type EngineParts, type Evaluated, type ReadyPolicy } from '../../policy/evaluate.ts';
import type { Failure, Finding, Judge, Part, Traffic, Verdict } from '../../policy/types.ts';
import type { PolicyPhase, SnapshotPolicy } from '../../snapshot/snapshot.ts';
import type { RequestRecord } from '../recorder.ts';
import { LONGEST_LINEAGE } from './judge-mark.ts';
import type { PolicySet } from './policy-set.ts';
import type { Found, Scanner } from './scanner.ts';
import type { PolicySignals } from './signals.ts';
import type { Source } from './source.ts';

/** One request or answer under policies. */
export interface Matter {
  phase: PolicyPhase;
  record: RequestRecord;
  traffic: Traffic;
  /** What was said before, see Asked; asked for only once there is something to judge. */
  before(): readonly Part[] | Promise<readonly Part[]>;
  /** Ends the work when the caller has left. */
  signal: AbortSignal;
}

/** The error that a decision is told with; undefined: the traffic may pass. */
export function refusalOf({ outcome, by }: Decision, phase: PolicyPhase): GatewayError | undefined {
  if (outcome === 'pass' || by === undefined) return undefined;
  const what = phase === 'Request' ? 'request' : 'answer';
  const scope = by.scope.toLowerCase();
  if (outcome === 'block') return new GatewayError('content_policy_violation', `The ${what} violates the policy ${by.name} of this ${scope}.`);
  return new GatewayError('policy_unavailable', `The policy ${by.name} of this ${scope} cannot be evaluated now, so the ${what} is not let through. Try again.`);
}

/** What judges need. */
type JudgeParts = Pick<EngineParts, 'judgeOf' | 'cache'>;

export class Guard {
  readonly scanner: Pick<Scanner, 'read' | 'scan'>;
  readonly #judges: JudgeParts;
  readonly #signals: PolicySignals;

  constructor(scanner: Pick<Scanner, 'read' | 'scan'>, judges: JudgeParts, signals: PolicySignals) {
    this.scanner = scanner;
    this.#judges = judges;
    this.#signals = signals;
  }

  /** Throws GatewayError content_policy_violation or policy_unavailable. */
  async admit({ gating, watching }: PolicySet, source: Source, matter: Matter): Promise<void> {
    if (watching.length > 0) this.watch(watching, source, matter);
    if (gating.length === 0) return;
    const refusal = refusalOf(await this.judge(gating, source, matter), matter.phase);
    if (refusal !== undefined) throw refusal;
  }

  /** Beside the traffic: later, and whatever becomes of it. */
  watch(policies: readonly ReadyPolicy[], source: Source, matter: Matter): void {
    // The caller leaves as soon as it has its answer, which ends nothing here.
    const lasting = { ...matter, signal: neverAborted };
    // Nobody waits for this, so what goes wrong in it must not end the process.
    setImmediate(() => void this.judge(policies, source, lasting).catch(() => undefined));
  }

  /** Never rejects: a policy that cannot be evaluated fails as its author says. */
  async judge(policies: readonly ReadyPolicy[], source: Source, matter: Matter): Promise<Decision> {
    try {
      return await this.#judge(policies, source, matter);
    } catch {
      // What went wrong may quote the text.
      return this.decideFailed(policies, 'detector_failed', matter);
    }
  }

  async #judge(policies: readonly ReadyPolicy[], source: Source, { phase, record, traffic, before, signal }: Matter): Promise<Decision> {
    const { content, found } = await source.read(policies, signal);
    const isJudged = policies.some(({ policy }) => policy.judge !== undefined);
    const engine = this.#engineFor(traffic, record, signal);
    const evaluated = await evaluate({ content, found, policies, phase, before: isJudged ? await before() : [], traffic, signal }, engine);
    const decision = decide(evaluated.verdicts);
    // What was not done because the caller has left is no failure of a policy.
    const told = signal.aborted ? withoutFailures(evaluated) : evaluated;
    this.#signals.evaluated(told, signal.aborted ? decide(told.verdicts) : decision, phase, record);
    return decision;
  }

  #engineFor({ lineage }: Traffic, record: RequestRecord, signal: AbortSignal): EngineParts {
    const { scan } = this.scanner;
    const scanUntil: EngineParts['scan'] = (content, detectors) => scan(content, detectors, signal);
    // Judges that stand behind each other's repositories would ask each other for ever.
    const judgeOf: EngineParts['judgeOf'] = lineage.length < LONGEST_LINEAGE ? paidBy(record.account, this.#judges.judgeOf) : () => undefined;
    return { ...this.#judges, judgeOf, scan: scanUntil };
  }

  /** Detectors of a piece of a stream. Rejects, or throws, when it cannot be done. */
  scan(policies: readonly ReadyPolicy[], parts: readonly Part[], { signal }: Matter): Found | Promise<Found> {
    return this.scanner.scan({ parts: [...parts], unscannable: [] }, detectorsOf(policies), signal);
  }

  /** These policies could not be evaluated. */
  decideFailed(policies: readonly ReadyPolicy[], failure: Failure, { phase, record }: Matter): Decision {
    const verdicts = new Map(policies.map(({ policy }) => [policy, { outcome: 'failed', source: 'engine', failure }] as const));
    const decision = decide(verdicts);
    this.#signals.evaluated({ verdicts, cache: NO_CACHE }, decision, phase, record);
    return decision;
  }

  /** All that detectors have found in a stream that is over. */
  conclude(policies: readonly ReadyPolicy[], found: ReadonlyMap<string, Finding[]>, { phase, record }: Matter): void {
    const allowed = new Map<SnapshotPolicy, Verdict>(policies.map(({ policy }) => [policy, { outcome: 'allowed', source: 'detector' }]));
    const verdicts = new Map([...allowed, ...violated(policies, found)]);
    this.#signals.evaluated({ verdicts, cache: NO_CACHE }, decide(verdicts), phase, record);
  }

  /** Detectors of a stream have found something. Told where it stops the stream. */
  decideFound(policies: readonly ReadyPolicy[], found: ReadonlyMap<string, Finding[]>, { phase, record }: Matter): Decision {
    const verdicts = violated(policies, found);
    const decision = decide(verdicts);
    if (decision.outcome !== 'pass') this.#signals.evaluated({ verdicts, cache: NO_CACHE }, decision, phase, record);
    return decision;
  }
}

/** The same judges, but what they are asked for this request is told to its account. */
function paidBy(account: RequestRecord['account'], judgeOf: EngineParts['judgeOf']): EngineParts['judgeOf'] {
  if (account === undefined) return judgeOf;
  // One object for one judge: policies that have it in common are asked about together.
  const paid = new Map<Judge, Judge>();
  const make = (judge: Judge): Judge => ({
    id: judge.id,
    judge: async (question) => {
      const said = await judge.judge(question);
      if (said.usage !== undefined) account.judged(said.usage);
      return said;
    },
  });
  return (policy) => {
    const judge = judgeOf(policy);
    if (judge === undefined) return undefined;
    const known = paid.get(judge) ?? make(judge);
    paid.set(judge, known);
    return known;
  };
}

function violated(policies: readonly ReadyPolicy[], found: ReadonlyMap<string, Finding[]>): Map<SnapshotPolicy, Verdict> {
  const verdicts = new Map<SnapshotPolicy, Verdict>();
  for (const { policy, detectors } of policies) {
    const findings = detectors.flatMap(({ id }) => found.get(id) ?? []);
    // Where there is a judge, it has to say what is often wrong without it.
    const isCertain = policy.judge === undefined || findings.some(({ advisory }) => advisory !== true);
    if (findings.length > 0 && isCertain) verdicts.set(policy, { outcome: 'violated', source: 'detector', findings });
  }
  return verdicts;
}

const withoutFailures = ({ verdicts, ...evaluated }: Evaluated): Evaluated => ({
  ...evaluated,
  verdicts: new Map([...verdicts].filter(([, { outcome }]) => outcome !== 'failed')),
});

const NO_CACHE = { hits: 0, misses: 0 };
const neverAborted = new AbortController().signal;
