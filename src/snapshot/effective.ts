// Which policies apply to a repository. Pure: used for the snapshot and for what status says about it, so the two cannot differ.
import type { SnapshotPolicy } from './snapshot.ts';

/** What decides where a policy applies. */
export interface ScopedPolicy {
  namespace: string;
  name: string;
  scope: SnapshotPolicy['scope'];
  /** Of scope Repository: name of the one that it is about, in its own namespace. */
  repository?: string;
}

/** Names the organization that a namespace belongs to; the same for all namespaces of one. */
export type OrganizationOf = (namespace: string) => string;

const WIDEST_FIRST: readonly SnapshotPolicy['scope'][] = ['Organization', 'Workspace', 'Repository'];

export function applies(policy: ScopedPolicy, repository: { namespace: string; name: string }, organizationOf: OrganizationOf): boolean {
  if (policy.scope === 'Organization') return organizationOf(policy.namespace) === organizationOf(repository.namespace);
  if (policy.namespace !== repository.namespace) return false;
  return policy.scope === 'Workspace' || policy.repository === repository.name;
}

const orderOf = ({ scope, namespace, name }: ScopedPolicy): string => `${WIDEST_FIRST.indexOf(scope)} ${namespace}/${name}`;

/** All that apply, from the widest scope to the narrowest. Whether one applies never depends on another: they only add up. */
export function effectivePolicies<T extends ScopedPolicy>(
  policies: Iterable<T>,
  repository: { namespace: string; name: string },
  organizationOf: OrganizationOf,
): T[] {
  return [...policies]
    .filter((policy) => applies(policy, repository, organizationOf))
    .map((policy) => ({ policy, order: orderOf(policy) }))
    .toSorted((a, b) => (a.order < b.order ? -1 : 1))
    .map(({ policy }) => policy);
}
