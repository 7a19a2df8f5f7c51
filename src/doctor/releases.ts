// Whether two releases look after the same namespace: each would write its own address into the same keys, and its own status. Pure.
import { firstNames, judge, type Fact, type Finding } from './finding.ts';

const ALL = '*';

export interface ReleaseFact {
  /** Of the release. */
  namespace: string;
  /** An operator leads it now. */
  leads: boolean;
  /** Namespaces that it watches, `*` for all; undefined: it does not say, as before this version. */
  watched: readonly string[] | undefined;
}

/** What both watch; `*` where both watch all. */
function shared(one: readonly string[], other: readonly string[]): readonly string[] {
  if (one.includes(ALL)) return other;
  return other.includes(ALL) ? one : one.filter((name) => other.includes(name));
}

/** `namespace`: of the release that is looked at. */
export function checkReleases(releases: Fact<readonly ReleaseFact[]>, namespace: string): Finding {
  return judge('releases', releases, (found) => {
    const own = found.find((release) => release.namespace === namespace)?.watched;
    const others = found.filter((release) => release.leads && release.namespace !== namespace);
    if (others.length === 0) return { status: 'ok', message: 'no other release leads in this cluster' };
    const overlaps = others.flatMap(({ namespace: other, watched }) => {
      const both = own === undefined || watched === undefined ? [] : shared(own, watched);
      return both.length === 0 ? [] : [`the one in ${other} watches ${both.includes(ALL) ? 'all namespaces' : firstNames(both)} as well`];
    });
    if (overlaps.length > 0) {
      return {
        status: 'fail',
        message: `${overlaps.join(', ')}: each writes its own address into the keys there, and the last one wins`,
        fix: 'give each release namespaces of its own (watchNamespaces of the chart), or remove one of them',
      };
    }
    const silent = [...(own === undefined ? [namespace] : []), ...others.filter(({ watched }) => watched === undefined).map((other) => other.namespace)];
    if (silent.length > 0) {
      return {
        status: 'unknown',
        message: `there are other releases, and of those in ${firstNames(silent)} nobody says which namespaces they watch`,
        fix: 'upgrade them: an operator of this version writes it to its lease',
      };
    }
    return { status: 'ok', message: `no other release watches the same namespaces; others are in ${firstNames(others.map((other) => other.namespace))}` };
  });
}
