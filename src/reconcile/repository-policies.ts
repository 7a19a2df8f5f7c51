// Which policies govern a repository, as its status tells it. Pure.
import { keyOf, type AIPolicy, type Repository } from '../api/resources.ts';
import type { ObservedPolicy } from '../snapshot/build.ts';
import { effectivePolicies, type ScopedPolicy } from '../snapshot/effective.ts';
import { listNames } from './evaluation.ts';
import type { Organizations } from './organizations.ts';
import type { World } from './world.ts';

const MAX_STATUS_POLICIES = 200;

interface Governing extends ScopedPolicy {
  action: AIPolicy['spec']['action'];
  effectiveAction: string;
  /** All that it looks at is refused, since it blocks and cannot be evaluated. */
  refuses: boolean;
}

export interface GoverningOptions {
  organizations: Organizations;
  world: Pick<World, 'policies' | 'providers' | 'withheld'>;
  /** All policies that may apply to a repository of this namespace. */
  policiesNear(namespace: string): readonly AIPolicy[];
}

/** Nobody can evaluate it, so gateways let nothing through. */
function failsClosed({ policy: { action, failureMode, judge }, isFlawed }: ObservedPolicy, isServed: (llm: string) => boolean): boolean {
  if (action !== 'Block' || failureMode !== 'Closed') return false;
  return isFlawed === true || (judge !== undefined && (judge.llm === undefined || !isServed(judge.llm)));
}

/** From the widest scope to the narrowest. Taken from the objects, which are all there from the first moment on. */
export function policiesOf({ metadata }: Repository, { organizations, world, policiesNear }: GoverningOptions): Governing[] {
  const accepted = policiesNear(metadata.namespace).filter(({ metadata: own, spec }) => {
    return own.deletionTimestamp === undefined && (spec.scope !== 'Organization' || organizations.homeProblem(own.namespace) === undefined);
  });
  const scoped = accepted.map(({ metadata: { namespace, name }, spec, status }): Governing => {
    const { scope, action, repositoryRef } = spec;
    const observed = world.policies.get(keyOf({ namespace, name }));
    const effectiveAction = observed?.policy.action ?? status?.effectiveAction ?? action;
    const refuses = observed !== undefined && failsClosed(observed, (llm) => world.providers.has(llm) && world.withheld(llm) === undefined);
    return { namespace, name, scope, action, effectiveAction, refuses, ...(repositoryRef === undefined ? {} : { repository: repositoryRef.name }) };
  });
  return effectivePolicies(scoped, metadata, organizations.of);
}

export function policiesForStatus(policies: readonly Governing[]): object[] {
  return policies
    .slice(0, MAX_STATUS_POLICIES)
    .map(({ name, namespace, scope, action, effectiveAction }) => ({ name, namespace, scope, action, effectiveAction }));
}

/** What whoever looks for the reason of a 503 has to know. */
export function describeRefusals(policies: readonly Governing[]): string[] {
  const refusing = policies.filter(({ refuses }) => refuses).map(keyOf);
  return refusing.length === 0 ? [] : [`requests are refused with 503, since these policies cannot be evaluated: ${listNames(refusing)}`];
}
