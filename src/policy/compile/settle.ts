// What a policy does, from what its author has said and what the plan of its rule needs: everything that was left open is settled here.
import type { PolicyPhase, SnapshotJudge, SnapshotPolicy } from '../../snapshot/snapshot.ts';
import { defaultFailureMode } from '../decide.ts';
import type { Plan } from './compile.ts';

/** The part of spec of an AIPolicy that decides how it acts. */
export interface PolicySpec {
  content: string;
  riskType: 'Low' | 'Medium' | 'High';
  action: 'Log' | 'Alert' | 'Block';
  phases?: readonly PolicyPhase[];
  timeout?: string;
  failureMode?: 'Open' | 'Closed';
  onUnscannable?: 'Fail' | 'Allow';
  streaming?: 'Gate' | 'Monitor' | 'Full';
  mode?: 'Enforce' | 'DryRun';
  enforcement?: 'Always' | 'WhenTested';
  examples?: { violating?: readonly string[]; allowed?: readonly string[] };
}

export interface SettleOptions {
  /** Whether the policy has tests and all of them pass, for this rule, judge and version. */
  allTestsPass: boolean;
  /** Who judges; undefined: nobody. */
  judge?: SnapshotJudge;
}

/** All of a SnapshotPolicy but who it is. */
export type Settled = Omit<SnapshotPolicy, 'generation' | 'namespace' | 'name' | 'scope'>;

const DEFAULT_TIMEOUT = 3000;

/** Milliseconds of `3s`, `500ms` or `1s500ms`, which the schema has checked; the default for anything else. */
export function timeoutOf(timeout: string | undefined): number {
  const match = /^(?:(\d{1,5})s)?(?:(\d{1,5})ms)?$/.exec(timeout ?? '');
  const milliseconds = Number(match?.[1] ?? 0) * 1000 + Number(match?.[2] ?? 0);
  return milliseconds > 0 ? milliseconds : DEFAULT_TIMEOUT;
}

/** From when on it acts: what a judge blocks has to be tested first. */
export function enforcementOf({ action, enforcement }: Pick<PolicySpec, 'action' | 'enforcement'>, { needsJudge }: Pick<Plan, 'needsJudge'>): 'Always' | 'WhenTested' {
  return enforcement ?? (action === 'Block' && needsJudge ? 'WhenTested' : 'Always');
}

/** What a violation leads to now. A policy that waits for its tests alerts; one that only logs goes on to log. */
export function effectiveAction(spec: Pick<PolicySpec, 'action' | 'enforcement' | 'mode'>, plan: Pick<Plan, 'needsJudge'>, allTestsPass: boolean): SnapshotPolicy['action'] {
  if (spec.mode === 'DryRun') return 'DryRun';
  const waits = enforcementOf(spec, plan) === 'WhenTested' && !allTestsPass;
  return waits && spec.action === 'Block' ? 'Alert' : spec.action;
}

function examplesOf({ examples: { violating = [], allowed = [] } = {} }: PolicySpec): Pick<SnapshotPolicy, 'examples'> {
  return violating.length + allowed.length === 0 ? {} : { examples: { violating: [...violating], allowed: [...allowed] } };
}

/** The policy as gateways evaluate it. A plan that needs a judge has one in any case: where nobody judges it fails, and never passes in silence. */
export function settle(spec: PolicySpec, plan: Pick<Plan, 'detectors' | 'needsJudge'>, { allTestsPass, judge }: SettleOptions): Settled {
  const { content, riskType, phases = ['Request', 'Response'], onUnscannable = 'Fail', streaming = 'Gate' } = spec;
  return {
    content,
    riskType,
    action: effectiveAction(spec, plan, allTestsPass),
    phases: [...phases],
    detectors: [...plan.detectors],
    ...(plan.needsJudge ? { judge: judge ?? {} } : {}),
    // Of what the author wants it to do in the end, so that nothing changes on the day when the tests pass.
    failureMode: spec.failureMode ?? defaultFailureMode(spec),
    onUnscannable,
    streaming,
    timeout: timeoutOf(spec.timeout),
    ...examplesOf(spec),
  };
}
