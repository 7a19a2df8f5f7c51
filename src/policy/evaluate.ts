// Judges one content by all policies that apply: detectors first, and judges only for what they leave open.
import type { DetectorUse, PolicyPhase, SnapshotPolicy } from '../snapshot/snapshot.ts';
import { consult } from './judge/consult.ts';
import type { VerdictCache } from './judge/cache.ts';
import type { Content, Detector, Failure, Finding, Judge, Part, Traffic, Verdict } from './types.ts';

/** A policy with its detectors ready. */
export interface ReadyPolicy {
  policy: SnapshotPolicy;
  detectors: readonly Detector[];
  /** Some of its detectors cannot be had here, so it fails instead of seeing less than it should. */
  broken?: true;
}

/** Findings by id of the detector. At once, or from another thread where there is much to read. */
export type Scan = (content: Content, detectors: readonly Detector[]) => Map<string, Finding[]> | Promise<Map<string, Finding[]>>;

export interface EngineParts {
  scan: Scan;
  /** Undefined: nobody is there to judge. */
  judgeOf(policy: SnapshotPolicy): Judge | undefined;
  cache: VerdictCache;
}

export interface Evaluated {
  verdicts: Map<SnapshotPolicy, Verdict>;
  cache: { hits: number; misses: number };
}

export interface Asked {
  content: Content;
  /** What detectors have found in it; absent: they have yet to look. */
  found?: ReadonlyMap<string, Finding[]> | undefined;
  /** What was said before it, which the judge may need to understand it. */
  before: readonly Part[];
  phase: PolicyPhase;
  policies: readonly ReadyPolicy[];
  /** Absent: nobody's, as in tests of policies. */
  traffic?: Traffic;
  signal: AbortSignal;
}

/** Makes a policy ready. `detectorOf` throws for a detector that this version does not have. */
export function readyPolicy(policy: SnapshotPolicy, detectorOf: (use: DetectorUse) => Detector): ReadyPolicy {
  try {
    return { policy, detectors: policy.detectors.map(detectorOf) };
  } catch {
    return { policy, detectors: [], broken: true };
  }
}

/** The detectors of several policies, each once. */
export function detectorsOf(policies: readonly ReadyPolicy[]): Detector[] {
  return [...new Map(policies.flatMap(({ detectors }) => detectors).map((detector) => [detector.id, detector])).values()];
}

const failed = (failure: Failure): Verdict => ({ outcome: 'failed', source: 'engine', failure });

/** A failure says nothing against what was found beside it. */
const withFindings = (verdict: Verdict, findings: Finding[]): Verdict =>
  verdict.outcome === 'failed' && findings.length > 0 ? { ...verdict, findings } : verdict;

const findingsOf = ({ detectors }: ReadyPolicy, found: ReadonlyMap<string, Finding[]> | undefined): Finding[] =>
  detectors.flatMap(({ id }) => found?.get(id) ?? []);

/** What detectors alone say; undefined: it is for the judge to say. */
function detected({ policy, broken }: ReadyPolicy, findings: Finding[], { unscannable, failure }: Content): Verdict | undefined {
  if (broken === true) return failed('detector_failed');
  if (findings.some(({ advisory }) => advisory !== true)) return { outcome: 'violated', source: 'detector', findings };
  const isJudged = policy.judge !== undefined && (policy.judgeConfirms !== true || findings.length > 0);
  if (failure !== undefined && (failure !== 'too_large' || isJudged)) return failed(failure);
  if (unscannable.length > 0 && policy.onUnscannable === 'Fail') return failed('unscannable');
  if (isJudged) return undefined;
  return findings.length > 0 ? { outcome: 'violated', source: 'detector', findings } : { outcome: 'allowed', source: 'detector' };
}

async function scanned({ content, policies, found }: Asked, { scan }: EngineParts): Promise<ReadonlyMap<string, Finding[]> | undefined> {
  if (found !== undefined) return found;
  try {
    return await scan(content, detectorsOf(policies));
  } catch {
    return undefined;
  }
}

/** Verdicts of all policies. Never rejects: what goes wrong is a verdict of its own. */
export async function evaluate(asked: Asked, parts: EngineParts): Promise<Evaluated> {
  const { content, policies, phase, before, traffic, signal } = asked;
  const result: Evaluated = { verdicts: new Map(), cache: { hits: 0, misses: 0 } };
  const found = await scanned(asked, parts);
  const open = new Map<Judge, SnapshotPolicy[]>();
  const findings = new Map(policies.map((ready) => [ready.policy, findingsOf(ready, found)]));
  const conclude = (policy: SnapshotPolicy, verdict: Verdict): void =>
    void result.verdicts.set(policy, withFindings(verdict, findings.get(policy)!));
  for (const ready of policies) {
    const { policy } = ready;
    const verdict = found === undefined ? failed('detector_failed') : detected(ready, findings.get(policy)!, content);
    if (verdict !== undefined) {
      conclude(policy, verdict);
      continue;
    }
    const judge = parts.judgeOf(policy);
    if (judge === undefined) conclude(policy, failed('judge_missing'));
    else open.set(judge, [...(open.get(judge) ?? []), policy]);
  }
  const consulted = await Promise.all(
    [...open].map(async ([judge, judged]) =>
      consult({ judge, phase, policies: judged, parts: content.parts, before, cache: parts.cache, traffic, signal }),
    ),
  );
  for (const said of consulted) {
    for (const [policy, verdict] of said.verdicts) conclude(policy, verdict);
    result.cache.hits += said.hits;
    result.cache.misses += said.misses;
  }
  return result;
}
