// Who refers to whom, so that a change finds the objects it concerns. Rebuilt from the caches, never from status.
import {
  keyOf,
  parseKey,
  referredKey,
  type AILLMConfig,
  type AIPolicy,
  type AIReferenceGrant,
  type AnyResource,
  type LlmReference,
  type Repository,
} from '../api/resources.ts';
import { secretNameOf } from './key-secrets.ts';
import { repositoryOfMadeSecret } from './made-key.ts';
import type { ResourceStore } from './store.ts';
import { siblingKey } from './world.ts';

/** Keys are `namespace/name`. */
export interface References {
  configsBySecret: ReadonlyMap<string, ReadonlySet<string>>;
  repositoriesBySecret: ReadonlyMap<string, ReadonlySet<string>>;
  repositories: ReadonlySet<string>;
  repositoriesByLlm: ReadonlyMap<string, ReadonlySet<string>>;
  policiesByRepository: ReadonlyMap<string, ReadonlySet<string>>;
  policiesByJudge: ReadonlyMap<string, ReadonlySet<string>>;
  policiesWithoutJudge: readonly string[];
  organizationPolicies: readonly AIPolicy[];
  /** The others, by namespace. */
  policiesByNamespace: ReadonlyMap<string, readonly AIPolicy[]>;
  /** By the namespace that gives. */
  grantsByNamespace: ReadonlyMap<string, readonly AIReferenceGrant[]>;
}

/** Whose key may be in this Secret: an entry names it, or its name is that of one for a key made on demand. */
export function repositoriesOfSecret({ repositoriesBySecret, repositories }: References, secret: string): string[] {
  const maker = repositoryOfMadeSecret(parseKey(secret).name);
  const makers = maker === undefined ? [] : [siblingKey(secret, maker)].filter((key) => repositories.has(key));
  return [...(repositoriesBySecret.get(secret) ?? []), ...makers];
}

/** The policies that may apply to something in this namespace, so that nobody has to look at those of all others. */
export function policiesNear({ organizationPolicies, policiesByNamespace }: References, namespace: string): AIPolicy[] {
  return [...organizationPolicies, ...(policiesByNamespace.get(namespace) ?? [])];
}

function index<T extends AnyResource>(objects: readonly T[], names: (object: T) => string[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const object of objects) {
    const key = keyOf(object.metadata);
    for (const name of names(object)) {
      const target = siblingKey(key, name);
      found.set(target, (found.get(target) ?? new Set()).add(key));
    }
  }
  return found;
}

/** As index, by the connections that objects name, in whatever namespace. */
function indexByLlm<T extends AnyResource>(objects: readonly T[], references: (object: T) => LlmReference[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const object of objects) {
    for (const reference of references(object)) {
      const target = keyOf(referredKey(object.metadata.namespace, reference));
      found.set(target, (found.get(target) ?? new Set()).add(keyOf(object.metadata)));
    }
  }
  return found;
}

/** Of those in `byLlm`, whoever names a connection of one of these namespaces from outside of it. */
export function crossingInto(namespaces: ReadonlySet<string>, byLlm: References['repositoriesByLlm']): string[] {
  return [...byLlm].flatMap(([llm, objects]) => {
    const { namespace } = parseKey(llm);
    return namespaces.has(namespace) ? [...objects].filter((key) => parseKey(key).namespace !== namespace) : [];
  });
}

function secretsOf({ spec: { credentials, tls } }: AILLMConfig): string[] {
  return [credentials?.secretRef, credentials?.accessKeySecretRef, tls?.caSecretRef].flatMap((ref) => ref?.name ?? []);
}

function keySecretsOf(repository: Repository): string[] {
  return (repository.spec.apiKeys ?? []).map((entry) => secretNameOf(repository, entry));
}

/** `namespace/name` of every Secret that objects refer to: credentials, certificates, delivered keys. */
export function referredSecrets(store: Pick<ResourceStore, 'list'>): Iterable<string> {
  return [...index(store.list('AILLMConfig'), secretsOf).keys(), ...index(store.list('Repository'), keySecretsOf).keys()];
}

export function buildReferences(store: Pick<ResourceStore, 'list' | 'grants'>): References {
  const repositories = store.list('Repository');
  const policies = store.list('AIPolicy');
  const isWide = ({ spec }: AIPolicy): boolean => spec.scope === 'Organization';
  return {
    configsBySecret: index(store.list('AILLMConfig'), secretsOf),
    repositoriesBySecret: index(repositories, keySecretsOf),
    repositories: new Set(repositories.map(({ metadata }) => keyOf(metadata))),
    repositoriesByLlm: indexByLlm(repositories, ({ spec }: Repository) => spec.llms),
    policiesByRepository: index(policies, ({ spec }: AIPolicy) => [spec.repositoryRef?.name ?? []].flat()),
    policiesByJudge: indexByLlm(policies, ({ spec }: AIPolicy) => (spec.judge === undefined ? [] : [spec.judge.llmRef])),
    organizationPolicies: policies.filter(isWide),
    policiesByNamespace: Map.groupBy(policies.filter((policy) => !isWide(policy)), ({ metadata }) => metadata.namespace),
    grantsByNamespace: Map.groupBy(store.grants(), ({ metadata }) => metadata.namespace),
    policiesWithoutJudge: policies.filter(({ spec }) => spec.judge === undefined).map(({ metadata }) => keyOf(metadata)),
  };
}
