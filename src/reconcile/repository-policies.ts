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
  world: Pick<World, 'policies' | 'providers' | 'withheld' | 'rejection'>;
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
    // What a gateway has refused goes out as something that nobody can evaluate.
    const isRejected = world.rejection(`policy/${keyOf({ namespace, name })}`) !== undefined;
    const isServed = (llm: string): boolean => world.providers.has(llm) && world.withheld(llm) === undefined;
    const refuses = observed !== undefined && failsClosed(isRejected ? { ...observed, isFlawed: true } : observed, isServed);
    return { namespace, name, scope, action, effectiveAction, refuses, ...(repositoryRef === undefined ? {} : { repository: repositoryRef.name }) };
  });
  return effectivePolicies(scoped, metadata, organizations.of);
}

/** What status.policies has no room for. */
export function describeUnlisted(policies: readonly Governing[]): string[] {
  const more = policies.length - MAX_STATUS_POLICIES;
  return more > 0 ? [`${policies.length} policies apply, of which status.policies shows the first ${MAX_STATUS_POLICIES}`] : [];
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
