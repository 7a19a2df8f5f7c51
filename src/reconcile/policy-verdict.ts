// What to say about an AIPolicy: conditions, and the summary of them. Pure.
import type { ConditionDraft } from '../api/conditions.ts';
import type { AIPolicy } from '../api/resources.ts';
import type { SnapshotPolicy } from '../snapshot/snapshot.ts';
import type { Evaluation, Outcome } from './evaluation.ts';
import { JUDGE_MISSING, type JudgeModel } from './policy-judge.ts';
import type { PolicyPlan } from './policy-plan.ts';
import { isProven, testedCondition, waitsForTests, type TestState } from './policy-tests.ts';

/** All that is known about a policy. */
export interface PolicyFacts {
  policy: AIPolicy;
  plan: PolicyPlan;
  /** Configured; undefined: none. */
  judge: JudgeModel | undefined;
  /** Why the judge cannot be asked now. */
  judgeProblem: Pick<ConditionDraft, 'reason' | 'message'> | undefined;
  /** Why it is not known that the judge has this model. */
  unknownModel: Pick<ConditionDraft, 'reason' | 'message'> | undefined;
  /** Why the organization's policies may not stand here. */
  homeProblem: string | undefined;
  /** Why it is not known whom the organization's policy is for. */
  homeDoubt: { message: string; isKept: boolean } | undefined;
  repositoryExists: boolean;
  /** Where it applies, in words. */
  where: string;
  tests: TestState;
  action: SnapshotPolicy['action'];
}

const MAX_PLAN = 32;
const MAX_WORDS = 512;

const DOES = {
  Log: 'violations are logged',
  Alert: 'violations are alerted',
  Block: 'violations are blocked',
  DryRun: 'on trial: violations are counted, and nothing happens to them',
} as const;

/** What happens to traffic as long as the policy cannot be evaluated. */
function untilThen({ action, failureMode, judgeConfirms }: SnapshotPolicy): string {
  // Without a finding there is nothing to confirm.
  const traffic = judgeConfirms === true ? 'traffic in which detectors find something' : 'its traffic';
  // What does not block lets everything pass, also what it could not look at.
  if (action !== 'Block') return `until then ${traffic} passes without it`;
  return failureMode === 'Closed'
    ? `until then ${traffic} is refused with 503 (failureMode Closed)`
    : `until then ${traffic} passes without it (failureMode Open)`;
}

function resolvedRefs({ policy, judgeProblem, unknownModel, repositoryExists, tests }: PolicyFacts): ConditionDraft {
  const type = 'ResolvedRefs';
  const { spec, metadata } = policy;
  if (spec.scope === 'Repository' && !repositoryExists) {
    const message = `no Repository in namespace ${metadata.namespace} is called ${spec.repositoryRef?.name ?? ''}`;
    return { type, status: 'False', reason: 'RepositoryNotFound', message };
  }
  if (judgeProblem !== undefined) return { type, status: 'False', ...judgeProblem };
  // Lists of models leave out other names of theirs; one that has judged is there.
  if (unknownModel !== undefined && tests.state !== 'current') return { type, status: 'False', ...unknownModel };
  return { type, status: 'True', reason: 'Succeeded', message: 'everything that the policy refers to is there' };
}

function outcomeOf(facts: PolicyFacts, snapshot: SnapshotPolicy, resolved: ConditionDraft, tested: ConditionDraft | undefined): Outcome {
  const { plan, judge, homeProblem, policy, tests, where, action } = facts;
  const stalled = (reason: ConditionDraft['reason'], message: string): Outcome => ({ state: 'stalled', reason, message });
  if (homeProblem !== undefined) return stalled('NotOrganizationHome', homeProblem);
  if (plan.flaw !== undefined) return stalled('InvalidSpec', `${plan.flaw}; ${untilThen(snapshot)}`);
  // As long as nothing is governed, nothing else matters yet.
  if (resolved.reason === 'RepositoryNotFound') return { state: 'waiting', reason: resolved.reason, message: resolved.message };
  if (plan.needsJudge && judge === undefined) return stalled(JUDGE_MISSING.reason, `${JUDGE_MISSING.message}; ${untilThen(snapshot)}`);
  if (resolved.reason === 'ModelUnknown') return { state: 'waiting', reason: resolved.reason, message: resolved.message };
  if (resolved.status !== 'True') return { state: 'waiting', reason: resolved.reason, message: `${resolved.message}; ${untilThen(snapshot)}` };
  const waits = waitsForTests(policy.spec, plan.needsJudge && judge !== undefined);
  if (waits && !isProven(tests) && tested !== undefined) {
    const message = `the policy only alerts until its tests pass: ${tested.message}`;
    return tested.status === 'False' ? stalled(tested.reason, message) : { state: 'waiting', reason: tested.reason, message };
  }
  const { homeDoubt } = facts;
  if (homeDoubt !== undefined) return { state: 'waiting', reason: 'OrganizationUnknown', message: homeDoubt.message, keepsReady: homeDoubt.isKept };
  const note = tested === undefined || tested.status === 'True' ? '' : `; ${tested.message}`;
  const isWeak = plan.onlyAlerts.length > 0 && policy.spec.mode !== 'DryRun';
  const weak = isWeak ? `; findings of ${plan.onlyAlerts.join(' and ')} only alert, since they are often wrong: see status.plan` : '';
  return { state: 'good', message: `${DOES[action]} in ${where}${weak}${note}` };
}

/** `more`: other fields of status. */
export function evaluatePolicy(facts: PolicyFacts, snapshot: SnapshotPolicy, more: Record<string, unknown>): Evaluation {
  const { policy, plan, judge, tests, action } = facts;
  const resolved = resolvedRefs(facts);
  const tested = testedCondition(tests, waitsForTests(policy.spec, plan.needsJudge && judge !== undefined));
  const shown = tests.state === 'current' ? tests.result : tests.state === 'pending' ? tests.unproven : undefined;
  const fields = {
    ...(plan.words.length === 0 ? {} : { plan: plan.words.slice(0, MAX_PLAN).map((words) => words.slice(0, MAX_WORDS)) }),
    ...(facts.homeProblem === undefined ? { effectiveAction: action } : {}),
    ...(plan.needsJudge && judge !== undefined ? { judge: `${judge.llm} ${judge.model}` } : {}),
    ...(shown === undefined ? {} : { tests: shown }),
    ...more,
  };
  const outcome = outcomeOf(facts, snapshot, resolved, tested);
  return { object: policy, conditions: [resolved, ...(tested === undefined ? [] : [tested])], outcome, fields, programmable: true };
}
