// From what the operator has observed to what gateways serve. Pure: the same observations give the same bytes, and an object
// that is bad, absent or excluded takes nothing from any other.
import { resolveModels, type AttachedLlm, type OfferedModels } from './model-table.ts';
import {
  SCHEMA_VERSION,
  type RevokedKey,
  type SnapshotContent,
  type SnapshotKey,
  type SnapshotProvider,
  type SnapshotRepository,
} from './snapshot.ts';

/** A connection whose credential was accepted. */
export interface ObservedProvider {
  provider: SnapshotProvider;
  models: OfferedModels;
}

export interface ObservedRepository {
  generation: number;
  namespace: string;
  name: string;
  surfaces: SnapshotRepository['surfaces'];
  suspended: boolean;
  fidelity?: 'Strict';
  /** In the order of spec.llms. */
  llms: readonly AttachedLlm[];
}

/** Maps of objects are keyed `namespace/name`, keys by the SHA-256 of the key in hex. */
export interface Observed {
  providers: ReadonlyMap<string, ObservedProvider>;
  repositories: ReadonlyMap<string, ObservedRepository>;
  keys: ReadonlyMap<string, SnapshotKey>;
  revokedKeys: ReadonlyMap<string, RevokedKey>;
  /** Objects that a gateway refused: `provider/namespace/name` or `repository/namespace/name`. */
  excluded: ReadonlySet<string>;
  /** Milliseconds since the epoch. */
  now: number;
}

const REVOKED_FOR_MS = 30 * 24 * 3_600_000;
const MAX_REVOKED = 10_000;

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** A record in canonical order. Unlike assignment, fromEntries makes an own member even of a name such as __proto__. */
function record<V>(entries: Iterable<readonly [string, V]>): Record<string, V> {
  return Object.fromEntries([...entries].toSorted(([a], [b]) => compare(a, b)));
}

/** The revoked keys worth remembering: those of the last 30 days, at most the 10,000 newest. */
export function pruneRevoked(revoked: ReadonlyMap<string, RevokedKey>, now: number): Map<string, RevokedKey> {
  const recent = [...revoked].filter(([, { revokedAt }]) => now - revokedAt < REVOKED_FOR_MS);
  if (recent.length <= MAX_REVOKED) return new Map(recent);
  return new Map(recent.toSorted(([hashA, a], [hashB, b]) => b.revokedAt - a.revokedAt || compare(hashA, hashB)).slice(0, MAX_REVOKED));
}

function buildRepository(repository: ObservedRepository, offers: ReadonlyMap<string, OfferedModels>): SnapshotRepository {
  const { llms, ...rest } = repository;
  const { models, openLlm } = resolveModels(llms, offers);
  const unservedLlms = llms.map(({ llm }) => llm).filter((llm) => !offers.has(llm));
  return {
    ...rest,
    models: record(models),
    ...(openLlm === undefined ? {} : { openLlm }),
    ...(unservedLlms.length === 0 ? {} : { unservedLlms }),
  };
}

/** Builds the content of a snapshot. Revocation wins: a key that is in both lists does not work. */
export function buildSnapshotContent(observed: Observed): SnapshotContent {
  const { excluded, now } = observed;
  const providers = [...observed.providers].filter(([key]) => !excluded.has(`provider/${key}`));
  const repositories = [...observed.repositories].filter(([key]) => !excluded.has(`repository/${key}`));
  const offers = new Map(providers.map(([key, { models }]) => [key, models]));
  const present = new Set(repositories.map(([key]) => key));
  const revokedKeys = pruneRevoked(observed.revokedKeys, now);
  const keys = [...observed.keys].filter(([hash, { repository }]) => present.has(repository) && !observed.revokedKeys.has(hash));
  return {
    schemaVersion: SCHEMA_VERSION,
    providers: record(providers.map(([key, { provider }]) => [key, provider] as const)),
    repositories: record(repositories.map(([key, repository]) => [key, buildRepository(repository, offers)] as const)),
    keys: record(keys),
    revokedKeys: record(revokedKeys),
    policies: {},
    limits: {},
  };
}
