// Asks judges about what is new: what was judged before comes from the cache, and policies of one owner go into one question.
import type { PolicyPhase, SnapshotPolicy } from '../../snapshot/snapshot.ts';
import type { Judge, Part, Traffic, Verdict } from '../types.ts';
import { questionKey, type KeptVerdict, type VerdictCache } from './cache.ts';
import { batchesOf, groupsOf, type Group } from './groups.ts';
import { failed, interview, located, saidOf } from './interview.ts';
import { unitsOf, type Unit } from './units.ts';
import { surroundingsIn, windowsOf } from './windows.ts';

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
  /** Absent: nobody's, as in tests of policies. */
  traffic?: Traffic | undefined;
  signal: AbortSignal;
}

export interface Consulted {
  verdicts: Map<SnapshotPolicy, Verdict>;
  /** Parts that had been judged before, and those that had not; once for each group of policies. */
  hits: number;
  misses: number;
}

/** The gravest of several about one policy. */
function worse(a: Verdict | undefined, b: Verdict): Verdict {
  const rank = { allowed: 0, failed: 1, violated: 2 };
  return a === undefined || rank[b.outcome] > rank[a.outcome] ? b : a;
}

/** The gravest by policy. */
class Gravest extends Map<SnapshotPolicy, Verdict> {
  note(policy: SnapshotPolicy, verdict: Verdict): void {
    this.set(policy, worse(this.get(policy), verdict));
  }
}

/** With the findings where the part stands now: the same words may stand elsewhere in the next request. */
function placed(verdict: KeptVerdict, path: string): Verdict {
  if (verdict.outcome === 'allowed') return { outcome: 'allowed', source: 'cache' };
  return { outcome: 'violated', source: 'cache', findings: verdict.findings.map((finding) => ({ ...finding, path })) };
}

/** What was said of it before. What it violates it violates anywhere; that it is allowed holds where it stands as it stood then. */
function knownOf({ subject, line, index }: Unit, question: string, cache: VerdictCache): KeptVerdict | undefined {
  const kept = cache.get(subject, question);
  return kept !== undefined && (kept.verdict.outcome === 'violated' || line.has(index, kept.around)) ? kept.verdict : undefined;
}

async function eachAtMost<T>(atOnce: number, items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values();
  const take = async (): Promise<void> => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, take));
}

/** Verdicts of one judge. Never rejects, unless the judge does. */
export async function consult(consultation: Consultation): Promise<Consulted> {
  const { policies, parts, before } = consultation;
  const units = unitsOf(parts, before);
  const origin = {};
  const said = await Promise.all(groupsOf(policies).map(async (group) => consultFor(group, units, consultation, origin)));
  const sum = (of: (one: Consulted) => number): number => said.reduce((total, one) => total + of(one), 0);
  const verdicts = new Map(said.flatMap((one) => [...one.verdicts]));
  return { verdicts, hits: sum(({ hits }) => hits), misses: sum(({ misses }) => misses) };
}

async function consultFor(
  { policies, timeout, atOnce }: Group,
  units: readonly Unit[],
  { judge, phase, cache, traffic, signal }: Consultation,
  origin: object,
): Promise<Consulted> {
  const deadline = cache.clock.monotonic() + timeout;
  const keys = new Map(policies.map((policy) => [policy, questionKey(policy, judge.id, phase, traffic?.repository ?? '')]));
  const verdicts = new Gravest();
  const unknown = new Set<Unit>();
  const open = policies.filter((policy) => {
    const news = units.filter((unit) => {
      const known = knownOf(unit, keys.get(policy)!, cache);
      if (known !== undefined) verdicts.note(policy, placed(known, unit.part.path));
      return known === undefined;
    });
    verdicts.note(policy, { outcome: 'allowed', source: 'cache' });
    // What is known to violate needs no more questions.
    if (news.length === 0 || verdicts.get(policy)?.outcome === 'violated') return false;
    for (const unit of news) unknown.add(unit);
    return true;
  });
  const fresh = units.filter((unit) => unknown.has(unit));
  const consulted = { verdicts, hits: units.length - fresh.length, misses: fresh.length };
  // Most of what a conversation sends was judged before, so this is the way that has to be short.
  if (fresh.length === 0) return consulted;
  const windows = windowsOf(fresh);
  if (windows.length > MAX_WINDOWS) {
    for (const policy of open) verdicts.set(policy, failed('too_large'));
    return consulted;
  }
  for (const policy of open) verdicts.set(policy, { outcome: 'allowed', source: 'judge' });
  const found = new Map(fresh.map((unit) => [unit, new Gravest()]));
  const questions = batchesOf(open).flatMap((batch) => windows.map((window) => ({ policies: batch, window })));
  await eachAtMost(atOnce, questions, async ({ policies: batch, window }) => {
    const said = await interview({ judge, phase, policies: batch, keys, window, deadline, cache, signal, lineage: traffic?.lineage ?? [], origin });
    const read = new Set(window.map(({ unit }) => unit));
    batch.forEach((policy, index) => {
      const verdict = said[index]!;
      verdicts.note(policy, located(verdict, window));
      for (const unit of read) found.get(unit)!.note(policy, saidOf(unit, verdict, window) ?? failed('judge_malformed'));
    });
  });
  for (const [unit, around] of surroundingsIn(windows)) {
    const ofUnit = found.get(unit)!;
    for (const [policy, verdict] of ofUnit) if (verdict.outcome !== 'failed') cache.set(unit.subject, keys.get(policy)!, { verdict, around });
  }
  return consulted;
}
