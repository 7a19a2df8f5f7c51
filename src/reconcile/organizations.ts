// Which namespaces form an organization, and where its policies may stand. Read from labels of Namespaces, which only those may set who
// administer them: otherwise any workspace could rule over the others. Labels that nobody can see are not labels that are absent: for those
// namespaces what was published last goes on, and a namespace that is new waits where policies of others may be for it.
import { LABELS, type AIPolicy } from '../api/resources.ts';
import type { OrganizationOf } from '../snapshot/effective.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { NOTHING_REMEMBERED, rememberOrganizations, type RememberedOrganizations } from './organization-memory.ts';
import type { ResourceStore } from './store.ts';

const DEFAULT = 'default';
const GRANT = 'grant the operator get, list and watch on namespaces';

export class Organizations {
  readonly #store: Pick<ResourceStore, 'namespaceLabels'>;
  #memory: RememberedOrganizations = NOTHING_REMEMBERED;

  constructor(store: Pick<ResourceStore, 'namespaceLabels'>) {
    this.#store = store;
  }

  /** `published`: what gateways were given last, which says who was ruled by whom. */
  remember(published: Pick<Snapshot, 'repositories' | 'policies'>): void {
    this.#memory = rememberOrganizations(published);
  }

  /** A namespace that nobody knows anything about is an organization of its own. */
  readonly of: OrganizationOf = (namespace) => {
    const own = this.#labelled(namespace);
    if (own !== undefined) return own;
    const group = this.#memory.groups.get(namespace);
    if (group === undefined) return `namespace ${namespace}`;
    // Its home may be known, so that those who are known and those who are not stay together.
    for (const home of group.homes) {
      const known = this.#labelled(home);
      if (known !== undefined) return known;
    }
    return `organization of namespace ${group.name}`;
  };

  /** Why policies of the organization may not stand in a namespace, and what to do about it; undefined if they may. */
  homeProblem(namespace: string): string | undefined {
    const labels = this.#store.namespaceLabels(namespace);
    if (labels === undefined || labels[LABELS.organizationHome] === 'true') return undefined;
    const fix = `set the label ${LABELS.organizationHome}: "true" on the Namespace, or use scope Workspace`;
    return `the namespace ${namespace} is not the home of its organization, so the policy applies nowhere; ${fix}`;
  }

  /** Why it is not known whom policies of scope Organization in this namespace are for; `isKept`: they apply where they did before. */
  homeDoubt(namespace: string): { message: string; isKept: boolean } | undefined {
    if (this.#store.namespaceLabels(namespace) !== undefined) return undefined;
    const isKept = this.#memory.homes.has(namespace);
    const where = isKept ? 'the policy goes on applying where it did before' : `the policy applies in the namespace ${namespace} only`;
    return { message: `the labels of the namespace ${namespace} are not known, so ${where}: ${GRANT}`, isKept };
  }

  /** Why nobody can tell yet which of `policies` apply in this namespace; undefined: it is known, or goes on as before. */
  memberDoubt(namespace: string, policies: readonly AIPolicy[]): string | undefined {
    if (this.#store.namespaceLabels(namespace) !== undefined || this.#memory.members.has(namespace)) return undefined;
    const others = policies.filter(({ metadata, spec }) => spec.scope === 'Organization' && metadata.namespace !== namespace);
    if (!others.some(({ metadata }) => metadata.deletionTimestamp === undefined && this.#isHome(metadata.namespace))) return undefined;
    return `it is not known which policies of organizations apply, since the labels of the namespace ${namespace} are not known: ${GRANT}`;
  }

  /** Whom a policy of scope Organization in this namespace is for, in words. */
  describe(namespace: string): string {
    if (this.#store.namespaceLabels(namespace) !== undefined) return `all namespaces of the ${this.of(namespace)}`;
    return this.#memory.homes.has(namespace) ? `the namespaces that ${namespace} has ruled before` : `the namespace ${namespace} alone`;
  }

  #isHome(namespace: string): boolean {
    const labels = this.#store.namespaceLabels(namespace);
    return labels === undefined ? this.#memory.homes.has(namespace) : labels[LABELS.organizationHome] === 'true';
  }

  #labelled(namespace: string): string | undefined {
    const labels = this.#store.namespaceLabels(namespace);
    if (labels === undefined) return undefined;
    const name = labels[LABELS.organization] ?? '';
    return `organization ${name === '' ? DEFAULT : name}`;
  }
}
