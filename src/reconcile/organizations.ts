// Which namespaces form an organization, and where its policies may stand. Read from labels of Namespaces, which only those may set who
// administer them: otherwise any workspace could rule over the others.
import { LABELS } from '../api/resources.ts';
import type { OrganizationOf } from '../snapshot/effective.ts';
import type { ResourceStore } from './store.ts';

const DEFAULT = 'default';

type Namespaces = Pick<ResourceStore, 'namespaceLabels'>;

/** Where namespaces may not be looked at, each is an organization of its own. */
export function organizationsIn(store: Namespaces): OrganizationOf {
  return (namespace) => {
    const labels = store.namespaceLabels(namespace);
    if (labels === undefined) return `namespace ${namespace}`;
    const name = labels[LABELS.organization] ?? '';
    return `organization ${name === '' ? DEFAULT : name}`;
  };
}

/** Why policies of the organization may not stand in a namespace, and what to do about it; undefined if they may. */
export function homeProblem(store: Namespaces, namespace: string): string | undefined {
  const labels = store.namespaceLabels(namespace);
  if (labels === undefined || labels[LABELS.organizationHome] === 'true') return undefined;
  const fix = `set the label ${LABELS.organizationHome}: "true" on the Namespace, or use scope Workspace`;
  return `the namespace ${namespace} is not the home of its organization, so the policy applies nowhere; ${fix}`;
}

/** Whom a policy of scope Organization in this namespace is for, in words. */
export function describeOrganization(store: Namespaces, namespace: string): string {
  const labels = store.namespaceLabels(namespace);
  if (labels === undefined) return `the namespace ${namespace} alone, since the operator may not list Namespaces`;
  return `all namespaces of the ${organizationsIn(store)(namespace)}`;
}
