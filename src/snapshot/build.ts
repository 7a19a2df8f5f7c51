// From what the operator has observed to what gateways serve. Pure: the same observations give the same bytes, and an object
// that is bad, absent or excluded takes nothing from any other.
import { effectivePolicies, type OrganizationOf, type ScopedPolicy } from './effective.ts';
import { isUsable, resolveModels, type AttachedLlm, type OfferedModels } from './model-table.ts';
import {
  SCHEMA_VERSION,
  type RevokedKey,
  type SnapshotContent,
  type SnapshotKey,
  type SnapshotPolicy,
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

/** A policy, compiled. */
export interface ObservedPolicy {
  policy: SnapshotPolicy;
  /** Of scope Repository: name of the one that it is about. */
  repository?: string;
  /** No gateway can evaluate it. */
  isFlawed?: true;
}

/** Maps of objects are keyed `namespace/name`, keys by the SHA-256 of the key in hex. */
export interface Observed {
  providers: ReadonlyMap<string, ObservedProvider>;
  repositories: ReadonlyMap<string, ObservedRepository>;
  keys: ReadonlyMap<string, SnapshotKey>;
  revokedKeys: ReadonlyMap<string, RevokedKey>;
  policies: ReadonlyMap<string, ObservedPolicy>;
  organizationOf: OrganizationOf;
  /** Objects that a gateway refused: `provider/namespace/name`, `repository/namespace/name` or `policy/namespace/name`. */
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

/** What decides where an observed policy applies. */
export function scopeOf({ policy: { namespace, name, scope }, repository }: ObservedPolicy): ScopedPolicy {
  return { namespace, name, scope, ...(repository === undefined ? {} : { repository }) };
}

/** No gateway has such a detector: what uses it cannot be evaluated, and acts as its failure mode says. */
const REFUSED = { id: 'refused' };

/** What a gateway has refused must not go out again, and must not be left out either: it could be there to block. */
function refusedForm(policy: SnapshotPolicy): SnapshotPolicy {
  const { examples: _examples, judge: _judge, ...rest } = policy;
  return { ...rest, content: '', detectors: [REFUSED] };
}

/** Keys of the policies that apply to each repository. */
function policiesByRepository(
  { policies, organizationOf }: Observed,
  repositories: readonly (readonly [string, ObservedRepository])[],
): Map<string, string[]> {
  const scopes = [...policies.values()].map(scopeOf);
  const wide = scopes.filter(({ scope }) => scope === 'Organization');
  // Most policies are of other namespaces: nobody has to look at those.
  const own = Map.groupBy(scopes.filter(({ scope }) => scope !== 'Organization'), ({ namespace }) => namespace);
  return new Map(
    repositories.map(([key, repository]) => {
      const near = [...wide, ...(own.get(repository.namespace) ?? [])];
      return [key, effectivePolicies(near, repository, organizationOf).map(({ namespace, name }) => `${namespace}/${name}`)];
    }),
  );
}

function buildRepository(
  repository: ObservedRepository,
  offers: ReadonlyMap<string, OfferedModels>,
  policies: readonly string[],
): SnapshotRepository {
  const { llms, ...rest } = repository;
  const { models, openLlm } = resolveModels(llms, offers);
  const unservedLlms = llms.filter((entry) => !isUsable(entry, offers)).map(({ llm }) => llm);
  return {
    ...rest,
    models: record(models),
    ...(openLlm === undefined ? {} : { openLlm }),
    ...(unservedLlms.length === 0 ? {} : { unservedLlms }),
    ...(policies.length === 0 ? {} : { policies: [...policies] }),
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
  const policies = policiesByRepository(observed, repositories);
  const applied = new Set([...policies.values()].flat());
  const policyOf = ([key, { policy }]: [string, ObservedPolicy]) => [key, excluded.has(`policy/${key}`) ? refusedForm(policy) : policy] as const;
  return {
    schemaVersion: SCHEMA_VERSION,
    providers: record(providers.map(([key, { provider }]) => [key, provider] as const)),
    repositories: record(repositories.map(([key, repository]) => [key, buildRepository(repository, offers, policies.get(key) ?? [])] as const)),
    keys: record(keys),
    revokedKeys: record(revokedKeys),
    policies: record([...observed.policies].filter(([key]) => applied.has(key)).map(policyOf)),
    limits: {},
  };
}
