// What verdicts mean for the traffic: the strongest wins, and a policy that could not be evaluated acts as its failure mode says.
import type { SnapshotPolicy } from '../snapshot/snapshot.ts';
import type { Failure, Finding, Verdict, Verdicts } from './types.ts';

/** Something that happened, to be counted and told whatever becomes of the traffic. */
export interface Occurrence {
  policy: SnapshotPolicy;
  /** `violation`: it matched; `failure`: it could not be evaluated. */
  kind: 'violation' | 'failure';
  /** What it leads to: `block` refuses the traffic, `alert` and `log` tell, `none` is a trial or a failure that passes silently. */
  effect: 'block' | 'alert' | 'log' | 'none';
  findings: readonly Finding[];
  failure?: Failure;
}

export interface Decision {
  /** `block`: it violates `by`. `unavailable`: `by` could not be evaluated, and nothing passes unevaluated. */
  outcome: 'pass' | 'block' | 'unavailable';
  by: SnapshotPolicy | undefined;
  occurrences: Occurrence[];
}

const RISKS = ['High', 'Medium', 'Low'];
const SCOPES = ['Repository', 'Workspace', 'Organization'];

/** The gravest first; among equals the one that is nearest to the caller. */
function compare(a: SnapshotPolicy, b: SnapshotPolicy): number {
  const byRisk = RISKS.indexOf(a.riskType) - RISKS.indexOf(b.riskType);
  const byScope = SCOPES.indexOf(a.scope) - SCOPES.indexOf(b.scope);
  return byRisk || byScope || (a.name < b.name ? -1 : 1);
}

/** What a failure leads to when the author has said nothing. */
export function defaultFailureMode({ action, riskType }: { action: string; riskType: string }): 'Open' | 'Closed' {
  return action === 'Block' && riskType !== 'Low' ? 'Closed' : 'Open';
}

function failureEffect({ action, riskType, failureMode }: SnapshotPolicy): Occurrence['effect'] {
  if (action === 'DryRun' || action === 'Log') return 'none';
  if (action === 'Block') return failureMode === 'Closed' ? 'block' : 'alert';
  return riskType === 'Low' ? 'none' : 'alert';
}

function violationEffect({ action }: SnapshotPolicy, findings: readonly Finding[]): Occurrence['effect'] {
  if (action === 'DryRun') return 'none';
  if (action === 'Log') return 'log';
  // What is often wrong tells, and does not stop anybody.
  return action === 'Block' && !findings.every(({ advisory }) => advisory === true) ? 'block' : 'alert';
}

function occurrencesOf(policy: SnapshotPolicy, verdict: Verdict): Occurrence[] {
  if (verdict.outcome === 'allowed') return [];
  const { findings = [] } = verdict;
  const violation: Occurrence = { policy, kind: 'violation', effect: violationEffect(policy, findings), findings };
  if (verdict.outcome === 'violated') return [violation];
  const failure: Occurrence = { policy, kind: 'failure', effect: failureEffect(policy), findings: [], failure: verdict.failure };
  return findings.length === 0 ? [failure] : [failure, violation];
}

/** A violation that blocks goes before a policy that could not be evaluated. */
export function decide(verdicts: Verdicts): Decision {
  const occurrences = [...verdicts].flatMap(([policy, verdict]) => occurrencesOf(policy, verdict));
  const worst = (kind: Occurrence['kind']): SnapshotPolicy | undefined =>
    occurrences.filter((one) => one.kind === kind && one.effect === 'block').map(({ policy }) => policy).toSorted(compare)[0];
  const blockedBy = worst('violation');
  if (blockedBy !== undefined) return { outcome: 'block', by: blockedBy, occurrences };
  const failed = worst('failure');
  return { outcome: failed === undefined ? 'pass' : 'unavailable', by: failed, occurrences };
}
