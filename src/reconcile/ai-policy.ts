// Reconciles AIPolicy. Policies are accepted and checked, but nothing enforces them yet, and status says so.
import type { ConditionDraft } from '../api/conditions.ts';
import { parseKey, type AIPolicy } from '../api/resources.ts';
import { DONE, type ReconcileResult } from './controller.ts';
import type { Evaluation, Outcome } from './evaluation.ts';
import type { ResourceStore } from './store.ts';

const SCOPES = ['Organization', 'Workspace', 'Repository'] as const;
const MAX_POLICIES = 200;

export interface AiPolicyReconcilerOptions {
  store: ResourceStore;
  /** Takes what was found out; undefined: the object is gone. */
  report(key: string, evaluation: Evaluation | undefined): void;
}

/** The policies that apply to a repository, from the widest scope to the narrowest, as status lists them. */
export function effectivePolicies(
  policies: readonly AIPolicy[],
  repository: { namespace: string; name: string },
): { name: string; namespace: string; scope: string; action: string }[] {
  return policies
    .filter(({ metadata, spec }) => {
      // An organization is all namespaces with the same label, but the store does not know namespaces yet: until it does, an
      // Organization policy counts in its own namespace only.
      if (metadata.namespace !== repository.namespace || metadata.deletionTimestamp !== undefined) return false;
      return spec.scope !== 'Repository' || spec.repositoryRef?.name === repository.name;
    })
    .toSorted((a, b) => SCOPES.indexOf(a.spec.scope) - SCOPES.indexOf(b.spec.scope) || (a.metadata.name < b.metadata.name ? -1 : 1))
    .slice(0, MAX_POLICIES)
    .map(({ metadata, spec }) => ({ name: metadata.name, namespace: metadata.namespace, scope: spec.scope, action: spec.action }));
}

/** What to say about a policy. */
export function evaluatePolicy(policy: AIPolicy, repositoryExists: boolean): Evaluation {
  const { metadata, spec } = policy;
  const type: ConditionDraft['type'] = 'ResolvedRefs';
  if (spec.scope === 'Repository' && !repositoryExists) {
    const message = `no Repository in namespace ${metadata.namespace} is called ${spec.repositoryRef?.name ?? ''}`;
    const outcome: Outcome = { state: 'waiting', reason: 'RepositoryNotFound', message };
    const conditions: ConditionDraft[] = [{ type, status: 'False', reason: 'RepositoryNotFound', message }];
    return { object: policy, conditions, outcome, fields: {}, programmable: false };
  }
  const message = spec.scope === 'Repository' ? 'the Repository exists' : 'this scope refers to no other object';
  const pending = 'the policy is accepted, but this version does not enforce policies yet';
  const outcome: Outcome = { state: 'stalled', reason: 'NotEnforced', message: pending };
  return { object: policy, conditions: [{ type, status: 'True', reason: 'Succeeded', message }], outcome, fields: {}, programmable: false };
}

export class AiPolicyReconciler {
  readonly #options: AiPolicyReconcilerOptions;

  constructor(options: AiPolicyReconcilerOptions) {
    this.#options = options;
  }

  async reconcile(key: string): Promise<ReconcileResult> {
    const { store, report } = this.#options;
    const policy = store.get('AIPolicy', parseKey(key));
    if (policy === undefined || policy.metadata.deletionTimestamp !== undefined) {
      report(key, undefined);
      return DONE;
    }
    const name = policy.spec.repositoryRef?.name ?? '';
    report(key, evaluatePolicy(policy, store.get('Repository', { namespace: policy.metadata.namespace, name }) !== undefined));
    return DONE;
  }
}
