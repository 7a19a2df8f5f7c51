// Which policies go into one question. The rules in it are trusted, so they are all of one owner: nobody can write a rule that changes
// what a judge says of another's. They have one deadline: nobody can take time away from another's.
import type { SnapshotPolicy } from '../../snapshot/snapshot.ts';

const POLICIES_PER_QUESTION = 8;
/** UTF-16 code units of rules and examples in one question; a policy that is longer goes alone. */
const RULES_PER_QUESTION = 24_000;
/** Questions of one owner that are open at the same time, for one text. */
const AT_ONCE = 8;

export interface Group {
  policies: SnapshotPolicy[];
  /** Milliseconds. */
  timeout: number;
  /** Questions at the same time. */
  atOnce: number;
}

const ownerOf = ({ namespace, scope }: SnapshotPolicy): string => JSON.stringify([namespace, scope]);

/** Policies of one owner and one timeout. */
export function groupsOf(policies: readonly SnapshotPolicy[]): Group[] {
  return [...Map.groupBy(policies, ownerOf).values()].flatMap((owned) => {
    const byTimeout = Map.groupBy(owned, ({ timeout }) => timeout);
    const atOnce = Math.max(1, Math.floor(AT_ONCE / byTimeout.size));
    return [...byTimeout].map(([timeout, those]) => ({ policies: those, timeout, atOnce }));
  });
}

function lengthOf({ content, examples }: SnapshotPolicy): number {
  const texts = [content, ...(examples?.violating ?? []), ...(examples?.allowed ?? [])];
  return texts.reduce((length, text) => length + text.length, 0);
}

/** Policies of a group, as many to a question as a model can keep in mind. */
export function batchesOf(policies: readonly SnapshotPolicy[]): SnapshotPolicy[][] {
  const batches: SnapshotPolicy[][] = [];
  let room = 0;
  for (const policy of policies) {
    const length = lengthOf(policy);
    const last = batches.at(-1);
    if (last === undefined || last.length === POLICIES_PER_QUESTION || length > room) {
      batches.push([policy]);
      room = RULES_PER_QUESTION - length;
    } else {
      last.push(policy);
      room -= length;
    }
  }
  return batches;
}
