// Reconciles AIPolicy: rule -> plan -> what gateways evaluate. Never waits for a judge; tests are run beside, and tell when they have ended.
import { isDeepStrictEqual } from 'node:util';
import type { ConditionDraft } from '../api/conditions.ts';
import { parseKey, type AIPolicy } from '../api/resources.ts';
import type { ObservedPolicy } from '../snapshot/build.ts';
import { DONE, requeueAfter, type ReconcileResult } from './controller.ts';
import type { Evaluation } from './evaluation.ts';
import { describeRefusal, type Permits } from './grants.ts';
import type { Organizations } from './organizations.ts';
import { compilePolicy } from './policy-compile.ts';
import { judgeFor, judgeInSnapshot, judgeProblem, unknownModel, type JudgeModel } from './policy-judge.ts';
import { neverBlocks, planOf, snapshotPolicy, type PolicyPlan } from './policy-plan.ts';
import type { PolicyTallies } from './policy-tally.ts';
import type { PolicyTester } from './policy-tester.ts';
import { effectiveAction, fingerprintOf, testsBefore, toStatus, type TestState } from './policy-tests.ts';
import { evaluatePolicy, type PolicyFacts } from './policy-verdict.ts';
import type { ResourceStore } from './store.ts';
import type { World } from './world.ts';

export interface AiPolicyReconcilerOptions {
  store: ResourceStore;
  world: World;
  organizations: Organizations;
  /** Whether a connection may judge here. */
  permits: Permits;
  tester: PolicyTester;
  tallies: PolicyTallies;
  /** Judges for policies that name none. */
  defaultJudge: JudgeModel | undefined;
  /** Of this program: tests that passed with another one may not pass now. */
  version: string;
  /** Takes what was found out; undefined: the object is gone. */
  report(key: string, evaluation: Evaluation | undefined): void;
  /** What gateways get of this policy, or whom it is for, is different now. Undefined: nothing, before or now. */
  onServed(before: ObservedPolicy | undefined, after: ObservedPolicy | undefined): void;
}

export class AiPolicyReconciler {
  readonly #options: AiPolicyReconcilerOptions;
  /** Compiling much text takes long, and a policy is looked at more often than it changes. */
  readonly #plans = new Map<string, { uid: string; generation: number; plan: PolicyPlan }>();

  constructor(options: AiPolicyReconcilerOptions) {
    this.#options = options;
  }

  async reconcile(key: string): Promise<ReconcileResult> {
    const { store, report, tester, tallies } = this.#options;
    const policy = store.get('AIPolicy', parseKey(key));
    if (policy === undefined || policy.metadata.deletionTimestamp !== undefined) {
      tester.forget(key);
      tallies.forget(key);
      this.#plans.delete(key);
      this.#serve(key, undefined);
      report(key, undefined);
      return DONE;
    }
    const { facts, observed, retryIn } = this.#decide(key, policy);
    this.#serve(key, facts.homeProblem === undefined ? observed : undefined);
    report(key, evaluatePolicy(facts, observed.policy, tallies.fieldsOf(key, policy)));
    return retryIn === undefined ? DONE : requeueAfter(retryIn);
  }

  #decide(key: string, policy: AIPolicy): { facts: PolicyFacts; observed: ObservedPolicy; retryIn: number | undefined } {
    const { store, world, organizations, tester, defaultJudge, version } = this.#options;
    const { metadata, spec } = policy;
    const plan = this.#plan(key, policy);
    const judge = judgeFor(policy, defaultJudge);
    const hasJudge = plan.needsJudge && judge !== undefined;
    const refusal = hasJudge ? this.#refusal(policy, judge) : undefined;
    // Nothing is asked, told or remembered of a connection that may not be used.
    const isAllowed = hasJudge && refusal === undefined;
    const config = isAllowed ? store.get('AILLMConfig', parseKey(judge.llm)) : undefined;
    const { providers } = world;
    const problem = isAllowed ? judgeProblem(judge, config, { providers, withheld: world.withheld(judge.llm) }) : refusal;
    const untested = snapshotPolicy(policy, plan, judgeInSnapshot(plan.needsJudge, isAllowed ? judge : undefined), spec.action);
    if (refusal !== undefined) tester.forget(key);
    const { tests, retryIn } = this.#tests(key, policy, fingerprintOf(policy, untested, config, version), untested, problem?.message);
    const action = effectiveAction(spec, hasJudge, tests, neverBlocks(plan));
    const name = spec.repositoryRef?.name;
    const facts: PolicyFacts = {
      policy,
      plan,
      judge,
      judgeProblem: problem,
      unknownModel: isAllowed ? unknownModel(judge, providers.get(judge.llm)?.models, spec.judge !== undefined) : undefined,
      homeProblem: spec.scope === 'Organization' ? organizations.homeProblem(metadata.namespace) : undefined,
      homeDoubt: spec.scope === 'Organization' ? organizations.homeDoubt(metadata.namespace) : undefined,
      repositoryExists: name !== undefined && store.get('Repository', { namespace: metadata.namespace, name }) !== undefined,
      where: this.#where(policy),
      tests,
      action,
    };
    const observed: ObservedPolicy = {
      policy: { ...untested, action },
      ...(name === undefined ? {} : { repository: name }),
      ...(plan.flaw === undefined ? {} : { isFlawed: true }),
    };
    return { facts, observed, retryIn };
  }

  /** The judge of the operator is for all; one that a policy names in another namespace is for those that a grant over there names. */
  #refusal({ metadata: { namespace }, spec }: AIPolicy, { llm }: JudgeModel): Pick<ConditionDraft, 'reason' | 'message'> | undefined {
    const from = { kind: 'AIPolicy', namespace } as const;
    if (spec.judge === undefined || this.#options.permits(from, parseKey(llm))) return undefined;
    return describeRefusal(from, [llm]);
  }

  #plan(key: string, { metadata: { uid, generation }, spec }: AIPolicy): PolicyPlan {
    const known = this.#plans.get(key);
    if (known?.uid === uid && known.generation === generation) return known.plan;
    const plan = planOf(spec, compilePolicy);
    this.#plans.set(key, { uid, generation, plan });
    return plan;
  }

  #where({ metadata: { namespace }, spec }: AIPolicy): string {
    if (spec.scope === 'Organization') return this.#options.organizations.describe(namespace);
    return spec.scope === 'Workspace' ? `the namespace ${namespace}` : `the repository ${spec.repositoryRef?.name ?? ''}`;
  }

  /** `blocked`: why the judge cannot be asked. */
  #tests(
    key: string,
    policy: AIPolicy,
    fingerprint: string,
    snapshot: ObservedPolicy['policy'],
    blocked: string | undefined,
  ): { tests: TestState; retryIn: number | undefined } {
    const { tester } = this.#options;
    const { tests = [] } = policy.spec;
    if (tests.length === 0) {
      tester.forget(key);
      return { tests: { state: 'none' }, retryIn: undefined };
    }
    const { current, unproven } = testsBefore(policy, fingerprint);
    const kept = unproven === undefined ? {} : { unproven };
    if (current !== undefined) return { tests: { state: 'current', result: current }, retryIn: undefined };
    if (blocked !== undefined) return { tests: { state: 'pending', failure: blocked, ...kept }, retryIn: undefined };
    const { report, failure, dueIn } = tester.read({ key, fingerprint, policy: snapshot, tests });
    if (report !== undefined) return { tests: { state: 'current', result: toStatus(report, fingerprint) }, retryIn: undefined };
    return { tests: { state: 'pending', ...(failure === undefined ? {} : { failure }), ...kept }, retryIn: dueIn };
  }

  #serve(key: string, observed: ObservedPolicy | undefined): void {
    const { world, onServed } = this.#options;
    const before = world.policies.get(key);
    if (isDeepStrictEqual(before, observed)) return;
    if (observed === undefined) world.policies.delete(key);
    else world.policies.set(key, observed);
    onServed(before, observed);
  }
}
