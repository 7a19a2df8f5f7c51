// Judges one content by all policies that apply: detectors first, and judges only for what they leave open.
import type { DetectorUse, PolicyPhase, SnapshotPolicy } from '../snapshot/snapshot.ts';
import { consult } from './judge/consult.ts';
import type { VerdictCache } from './judge/cache.ts';
import type { Content, Detector, Finding, Judge, JudgeUsage, Part, Source, Verdict } from './types.ts';

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
  /** The same without a way out to another thread, for the short pieces of streams. */
  scanNow(content: Content, detectors: readonly Detector[]): Map<string, Finding[]>;
  /** Undefined: nobody is there to judge. */
  judgeOf(policy: SnapshotPolicy): Judge | undefined;
  cache: VerdictCache;
}

export interface Evaluated {
  verdicts: Map<SnapshotPolicy, Verdict>;
  /** Tokens by judge. */
  usage: { judge: string; usage: JudgeUsage }[];
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

const failed = (failure: Extract<Verdict, { outcome: 'failed' }>['failure'], source: Source = 'engine'): Verdict => ({ outcome: 'failed', source, failure });

/** What detectors alone say; undefined: it is for the judge to say. */
export function detected({ policy, detectors, broken }: ReadyPolicy, found: ReadonlyMap<string, Finding[]>, { unscannable, failure }: Content): Verdict | undefined {
  if (broken === true) return failed('detector_failed');
  const findings = detectors.flatMap(({ id }) => found.get(id) ?? []);
  const certain = findings.some(({ advisory }) => advisory !== true);
  if (certain || (findings.length > 0 && policy.judge === undefined)) return { outcome: 'violated', source: 'detector', findings };
  if (failure !== undefined && (failure !== 'too_large' || policy.judge !== undefined)) return failed(failure);
  if (unscannable.length > 0 && policy.onUnscannable === 'Fail') return failed('unscannable');
  return policy.judge === undefined ? { outcome: 'allowed', source: 'detector' } : undefined;
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
  const { content, policies, phase, before, signal } = asked;
  const result: Evaluated = { verdicts: new Map(), usage: [], cache: { hits: 0, misses: 0 } };
  const found = await scanned(asked, parts);
  const open = new Map<Judge, SnapshotPolicy[]>();
  for (const ready of policies) {
    const { policy } = ready;
    const verdict = found === undefined ? failed('detector_failed') : detected(ready, found, content);
    if (verdict !== undefined) {
      result.verdicts.set(policy, verdict);
      continue;
    }
    const judge = parts.judgeOf(policy);
    if (judge === undefined) result.verdicts.set(policy, failed('judge_missing'));
    else open.set(judge, [...(open.get(judge) ?? []), policy]);
  }
  const consulted = await Promise.all(
    [...open].map(async ([judge, judged]) => ({
      judge,
      said: await consult({ judge, phase, policies: judged, parts: content.parts, before, cache: parts.cache, signal }),
    })),
  );
  for (const { judge, said } of consulted) {
    for (const [policy, verdict] of said.verdicts) result.verdicts.set(policy, verdict);
    for (const usage of said.usage) result.usage.push({ judge: judge.id, usage });
    result.cache.hits += said.hits;
    result.cache.misses += said.misses;
  }
  return result;
}
