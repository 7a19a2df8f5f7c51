// Asks judges about what is new: what was judged before comes from the cache, and all policies of a judge go into one question.
import { hash } from 'node:crypto';
import type { PolicyPhase, SnapshotPolicy } from '../../snapshot/snapshot.ts';
import type { Failure, Judge, JudgeUsage, Part, Verdict } from '../types.ts';
import { subjectOf, type KeptVerdict, type VerdictCache } from './cache.ts';
import { splitPart, windowsOf } from './windows.ts';

/** Parts before one that its meaning may depend on. */
const CONTEXT_PARTS = 4;
const POLICIES_PER_QUESTION = 8;
/** More than this is not judged but fails, so that nothing is left out in silence. */
const MAX_WINDOWS = 16;

export interface Consultation {
  judge: Judge;
  phase: PolicyPhase;
  policies: readonly SnapshotPolicy[];
  parts: readonly Part[];
  /** What was said before all of the parts. */
  before: readonly Part[];
  cache: VerdictCache;
  signal: AbortSignal;
}

export interface Consulted {
  verdicts: Map<SnapshotPolicy, Verdict>;
  usage: JudgeUsage[];
  /** Parts that had been judged before, and those that had not. */
  hits: number;
  misses: number;
}

/** Names all that a verdict depends on besides what was said. */
export function questionKey({ content, examples, riskType }: SnapshotPolicy, judge: string, phase: PolicyPhase): string {
  return hash('sha256', JSON.stringify([content, examples ?? null, riskType, judge, phase]), 'base64url');
}

interface Unit {
  part: Part;
  context: Part[];
  subject: string;
}

function unitsOf(parts: readonly Part[], before: readonly Part[]): Unit[] {
  const said: Part[] = [...before];
  return parts.map((part) => {
    const isFixed = part.role === 'system' || part.role === 'definition';
    const context = isFixed ? [] : said.slice(-CONTEXT_PARTS);
    if (!isFixed) said.push(part);
    return { part, context, subject: subjectOf(part, context) };
  });
}

function* batches<T>(list: readonly T[], size: number): Generator<T[]> {
  for (let at = 0; at < list.length; at += size) yield list.slice(at, at + size);
}

/** The gravest of several about one policy. */
function worse(a: Verdict | undefined, b: Verdict): Verdict {
  const rank = { allowed: 0, failed: 1, violated: 2 };
  return a === undefined || rank[b.outcome] > rank[a.outcome] ? b : a;
}

/** With the findings where the part stands now: the same words may stand elsewhere in the next request. */
function placed(verdict: KeptVerdict, path: string): Verdict {
  if (verdict.outcome === 'allowed') return { outcome: 'allowed', source: 'cache' };
  return { outcome: 'violated', source: 'cache', findings: verdict.findings.map((finding) => ({ ...finding, path })) };
}

/** Verdicts of one judge. Never rejects. */
export async function consult(consultation: Consultation): Promise<Consulted> {
  const { judge, phase, policies, parts, before, cache, signal } = consultation;
  const verdicts = new Map<SnapshotPolicy, Verdict>();
  const note = (policy: SnapshotPolicy, verdict: Verdict): void => void verdicts.set(policy, worse(verdicts.get(policy), verdict));
  const keys = new Map(policies.map((policy) => [policy, questionKey(policy, judge.id, phase)]));
  const units = unitsOf(parts.filter(({ text, seam }) => seam !== true && text.trim() !== ''), before);
  const fresh = units.filter(({ part, subject }) => {
    const known = policies.map((policy) => [policy, cache.get(subject, keys.get(policy)!)] as const);
    if (known.some(([, verdict]) => verdict === undefined)) return true;
    for (const [policy, verdict] of known) note(policy, placed(verdict!, part.path));
    return false;
  });
  const result: Consulted = { verdicts, usage: [], hits: units.length - fresh.length, misses: fresh.length };
  for (const policy of policies) note(policy, { outcome: 'allowed', source: fresh.length === 0 ? 'cache' : 'judge' });
  // What is known to violate needs no more questions.
  const open = policies.filter((policy) => verdicts.get(policy)?.outcome !== 'violated');
  const windows = windowsOf(fresh.flatMap(({ part }) => splitPart(part)));
  if (windows.length > MAX_WINDOWS) {
    for (const policy of open) note(policy, failed('too_large'));
    return result;
  }
  const contexts = new Map(fresh.map(({ part, context }) => [part.path, context]));
  const asked = [...batches(open, POLICIES_PER_QUESTION)].flatMap((batch) => windows.map((window) => ({ batch, window })));
  const found = new Map<string, Map<SnapshotPolicy, Verdict>>();
  await Promise.all(
    asked.map(async ({ batch, window }) => {
      const timeout = Math.min(...batch.map((policy) => policy.timeout));
      const context = contextOf(window, contexts);
      const { verdicts: said, usage } = await judge.judge({ phase, policies: batch, parts: window, context, timeout, signal });
      if (usage !== undefined) result.usage.push(usage);
      batch.forEach((policy, index) => {
        const verdict = said[index] ?? failed('judge_malformed');
        note(policy, verdict);
        for (const { path } of window) keep(found, path, policy, verdict);
      });
    }),
  );
  for (const { part, subject } of fresh) {
    for (const [policy, verdict] of found.get(part.path) ?? []) {
      if (verdict.outcome === 'failed') continue;
      // A violation is of the part that was quoted; that of another part says nothing about this one.
      if (verdict.outcome === 'violated' && !verdict.findings.some(({ path }) => path === part.path)) continue;
      cache.set(subject, keys.get(policy)!, verdict);
    }
  }
  return result;
}

/** UTF-16 code units of one part of the context: its end, which is nearest to what follows. */
const CONTEXT_REACH = 2000;

/** All that the parts of one question need to be understood, as far as it is not asked about itself. */
function contextOf(window: readonly Part[], contexts: ReadonlyMap<string, readonly Part[]>): Part[] {
  const before = new Set(window.flatMap(({ path }) => contexts.get(path) ?? []));
  return [...before]
    .filter((part) => !window.includes(part))
    .map((part) => (part.text.length <= CONTEXT_REACH ? part : { ...part, text: part.text.slice(-CONTEXT_REACH) }));
}

function keep(found: Map<string, Map<SnapshotPolicy, Verdict>>, path: string, policy: SnapshotPolicy, verdict: Verdict): void {
  const ofPart = found.get(path) ?? new Map<SnapshotPolicy, Verdict>();
  found.set(path, ofPart.set(policy, worse(ofPart.get(policy), verdict)));
}

const failed = (failure: Failure): Verdict => ({ outcome: 'failed', source: 'judge', failure });
