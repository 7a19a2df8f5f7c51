// Which namespaces belonged together when a snapshot was made: all that is left to go by where their labels cannot be seen. Pure.
import { parseKey } from '../api/resources.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';

/** Namespaces that were ruled from the same ones. */
export interface RememberedGroup {
  /** Its first home. */
  name: string;
  /** Where the policies stood. */
  homes: Set<string>;
  namespaces: Set<string>;
}

export interface RememberedOrganizations {
  /** By namespace. */
  groups: ReadonlyMap<string, RememberedGroup>;
  /** Namespaces whose policies ruled over others. One that ruled over itself alone has proven nothing. */
  homes: ReadonlySet<string>;
  /** Namespaces that had repositories: who ruled over them is known, even if nobody did. */
  members: ReadonlySet<string>;
}

export const NOTHING_REMEMBERED: RememberedOrganizations = { groups: new Map(), homes: new Set(), members: new Set() };

export function rememberOrganizations({ repositories, policies }: Pick<Snapshot, 'repositories' | 'policies'>): RememberedOrganizations {
  const groups = new Map<string, RememberedGroup>();
  const homes = new Set<string>();
  const groupOf = (namespace: string): RememberedGroup => {
    const known = groups.get(namespace);
    if (known !== undefined) return known;
    const group = { name: namespace, homes: new Set<string>(), namespaces: new Set([namespace]) };
    groups.set(namespace, group);
    return group;
  };
  for (const { namespace, policies: own = [] } of Object.values(repositories)) {
    for (const key of own) {
      const home = parseKey(key).namespace;
      if (policies[key]?.scope !== 'Organization' || home === namespace) continue;
      homes.add(home);
      const [group, other] = [groupOf(home), groupOf(namespace)];
      group.homes.add(home);
      if (group === other) continue;
      for (const member of other.namespaces) {
        group.namespaces.add(member);
        groups.set(member, group);
      }
      for (const member of other.homes) group.homes.add(member);
    }
  }
  return { groups, homes, members: new Set(Object.values(repositories).map(({ namespace }) => namespace)) };
}
