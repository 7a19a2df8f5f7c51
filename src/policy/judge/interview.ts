// One question to a judge about a window, for policies of one group: within their deadline, and not twice at the same time.
import type { PolicyPhase, SnapshotPolicy } from '../../snapshot/snapshot.ts';
import type { Failure, Finding, Judge, Verdict } from '../types.ts';
import type { VerdictCache } from './cache.ts';
import { contextOf, type Piece } from './windows.ts';

export interface Interview {
  judge: Judge;
  phase: PolicyPhase;
  policies: readonly SnapshotPolicy[];
  /** See questionKey. */
  keys: ReadonlyMap<SnapshotPolicy, string>;
  window: readonly Piece[];
  /** On the clock of the cache, milliseconds. */
  deadline: number;
  cache: VerdictCache;
  signal: AbortSignal;
  /** See Asker. */
  lineage: readonly string[];
  /** See JudgeQuestion. */
  origin: object;
}

export const failed = (failure: Failure): Verdict => ({ outcome: 'failed', source: 'judge', failure });

const isLate = (verdict: Verdict): boolean => verdict.outcome === 'failed' && verdict.failure === 'judge_timeout';

/** Verdicts in the order of the policies; findings are in pieces, see `located`. */
export async function interview(asked: Interview): Promise<Verdict[]> {
  const { judge, phase, policies, keys, window, deadline, cache, signal, lineage, origin } = asked;
  const { clock, flights } = cache;
  const all = (failure: Failure): Verdict[] => policies.map(() => failed(failure));
  // What is judged deep inside of other questions may fail where the same words alone do not.
  const key = [...lineage, ...policies.map((policy) => keys.get(policy)), ...window.map(({ unit, start }) => `${unit.subject}@${start}`)].join();
  // The model is shown no paths, and two pieces may have the same one.
  const parts = window.map(({ unit, text }, index) => ({ ...unit.part, path: String(index), text }));
  for (;;) {
    const timeout = deadline - clock.monotonic();
    if (signal.aborted) return all('aborted');
    if (timeout <= 0) return all('judge_timeout');
    const context = contextOf(window);
    const landed = await flights.share(key, signal, timeout, async (shared) => {
      const { verdicts } = await judge.judge({ phase, policies, parts, context, timeout, signal: shared, lineage, origin });
      return policies.map((_policy, index) => verdicts[index] ?? failed('judge_malformed'));
    });
    // An answer that came too late for somebody who asked earlier may yet come in time for this one.
    if (landed !== undefined && (landed.isOwn || !landed.value.every(isLate))) return landed.value;
  }
}

function place(finding: Finding, window: readonly Piece[]): { piece: Piece | undefined; finding: Finding } {
  const piece = window.find((_piece, index) => String(index) === finding.path);
  if (piece === undefined) return { piece, finding };
  const { start, end } = finding.span;
  return { piece, finding: { ...finding, path: piece.unit.part.path, span: { start: start + piece.start, end: end + piece.start } } };
}

/** With findings where they stand in what was judged. */
export function located(verdict: Verdict, window: readonly Piece[]): Verdict {
  if (verdict.outcome !== 'violated') return verdict;
  return { ...verdict, findings: verdict.findings.map((finding) => place(finding, window).finding) };
}

/** What an answer says about one of the units in the window; undefined: nothing, since a violation is of what was quoted. */
export function saidOf(unit: Piece['unit'], verdict: Verdict, window: readonly Piece[]): Verdict | undefined {
  if (verdict.outcome !== 'violated') return verdict;
  const places = verdict.findings.map((finding) => place(finding, window)).filter(({ piece }) => piece?.unit === unit);
  return places.length === 0 ? undefined : { ...verdict, findings: places.map(({ finding }) => finding) };
}
