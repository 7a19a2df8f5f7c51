// Keeps a snapshot within what gateways take: one tenant's size must not keep everybody else's changes and revocations back.
import { parseKey } from '../api/resources.ts';
import { buildSnapshotContent, type Observed } from '../snapshot/build.ts';
import type { SnapshotContent, SnapshotRepository } from '../snapshot/snapshot.ts';

/** An object of a snapshot. `id`: `provider/namespace/name` or `repository/namespace/name`; `bytes`: its share of the JSON. */
export interface SizedObject {
  id: string;
  namespace: string;
  bytes: number;
}

export interface FittedSnapshot {
  content: SnapshotContent;
  json: string;
  /** Objects that had to be left out, by id. */
  leftOut: ReadonlySet<string>;
}

/**
 * Which objects to leave out so that at least `excess` bytes are saved: always the largest one of the namespace that takes the
 * most, so that many small objects of one tenant do not push out a large one of another.
 */
export function chooseLeftOut(objects: readonly SizedObject[], excess: number): string[] {
  const tenants = [...Map.groupBy(objects, ({ namespace }) => namespace)].map(([namespace, own]) => ({
    namespace,
    total: own.reduce((sum, { bytes }) => sum + bytes, 0),
    // The largest comes last.
    own: own.toSorted((a, b) => a.bytes - b.bytes || (a.id < b.id ? 1 : -1)),
  }));
  const chosen: string[] = [];
  for (let left = excess; left > 0; ) {
    tenants.sort((a, b) => b.total - a.total || (a.namespace < b.namespace ? -1 : 1));
    const [first] = tenants;
    const largest = first?.own.pop();
    if (first === undefined || largest === undefined) break;
    first.total -= largest.bytes;
    left -= largest.bytes;
    chosen.push(largest.id);
  }
  return chosen;
}

/** Builds the content; what does not fit into `maxBytes` of JSON is left out. */
export function fitSnapshot(observed: Observed, maxBytes: number): FittedSnapshot {
  const leftOut = new Set<string>();
  for (;;) {
    const content = buildSnapshotContent({ ...observed, excluded: new Set([...observed.excluded, ...leftOut]) });
    const json = JSON.stringify(content);
    const excess = Buffer.byteLength(json) - maxBytes;
    const chosen = excess > 0 ? chooseLeftOut(sizesOf(content), excess) : [];
    if (chosen.length === 0) return { content, json, leftOut };
    // Without a connection its models may come from another one, so the size is looked at again.
    for (const id of chosen) leftOut.add(id);
  }
}

function sizesOf({ providers, repositories, keys, policies }: SnapshotContent): SizedObject[] {
  const size = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
  const policySizes = new Map(Object.entries(policies).map(([key, policy]) => [key, size(policy)]));
  // A policy goes only together with all repositories that it applies to, for without it they would be open.
  const withPolicies = ({ policies: own = [] }: SnapshotRepository): number => own.reduce((sum, key) => sum + (policySizes.get(key) ?? 0), 0);
  const keySizes = new Map<string, number>();
  for (const [hash, key] of Object.entries(keys)) {
    keySizes.set(key.repository, (keySizes.get(key.repository) ?? 0) + size({ [hash]: key }));
  }
  const sized = (type: string, key: string, bytes: number): SizedObject => ({ id: `${type}/${key}`, namespace: parseKey(key).namespace, bytes });
  return [
    ...Object.entries(providers).map(([key, provider]) => sized('provider', key, size(provider))),
    ...Object.entries(repositories).map(([key, repository]) => sized('repository', key, size(repository) + withPolicies(repository) + (keySizes.get(key) ?? 0))),
  ];
}
