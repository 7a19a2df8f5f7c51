// What the reconcilers have found out so far, and nothing that anybody has to ask for. The snapshot is built from it.
import { isDeepStrictEqual } from 'node:util';
import { keyOf, parseKey, type Kind, type ObjectKey } from '../api/resources.ts';
import { scopeOf, type Observed, type ObservedPolicy, type ObservedProvider, type ObservedRepository } from '../snapshot/build.ts';
import { applies, type OrganizationOf } from '../snapshot/effective.ts';
import type { AttachedLlm, OfferedModels } from '../snapshot/model-table.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { KeyLedger } from './key-ledger.ts';

const TYPES = { AILLMConfig: 'provider', Repository: 'repository', AIPolicy: 'policy' } as const satisfies Record<Kind, string>;

/** `provider/namespace/name`, `repository/namespace/name` or `policy/namespace/name`, as gateways name objects. */
export function snapshotId(kind: Kind, key: ObjectKey): string {
  return `${TYPES[kind]}/${keyOf(key)}`;
}

/** Inverse of snapshotId; undefined for anything else. */
export function parseSnapshotId(id: string): { kind: Kind; key: ObjectKey } | undefined {
  const [type, namespace, name] = id.split('/');
  const kind = (Object.keys(TYPES) as Kind[]).find((candidate) => TYPES[candidate] === type);
  return namespace === undefined || name === undefined || kind === undefined ? undefined : { kind, key: { namespace, name } };
}

export class World {
  readonly providers = new Map<string, ObservedProvider>();
  readonly repositories = new Map<string, ObservedRepository>();
  readonly policies = new Map<string, ObservedPolicy>();
  readonly ledger = new KeyLedger();
  /** Objects that the newest snapshot has no room for. */
  leftOut: ReadonlySet<string> = new Set();
  /** Objects that a gateway refused, in the form that it refused. */
  readonly #rejected = new Map<string, { form: unknown; reason: string }>();
  readonly #organizationOf: OrganizationOf;

  constructor(organizationOf: OrganizationOf) {
    this.#organizationOf = organizationOf;
  }

  /** Continues from what was published last, as far as it is from namespaces that are looked at now. */
  seed(published: Snapshot, covers: (namespace: string) => boolean): void {
    const snapshot = narrow(published, covers);
    this.ledger.seed(snapshot);
    const offers = offersIn(snapshot);
    for (const [key, provider] of Object.entries(snapshot.providers)) this.providers.set(key, { provider, models: offers.get(key) });
    for (const [key, { models, openLlm, unservedLlms = [], policies: _policies, ...rest }] of Object.entries(snapshot.repositories)) {
      const names = Map.groupBy(Object.entries(models), ([, { llm }]) => llm);
      const attached: AttachedLlm[] = [...names].map(([llm, entries]) => ({ llm, models: entries.map(([name]) => name) }));
      if (openLlm !== undefined) attached.push({ llm: openLlm });
      for (const llm of unservedLlms) attached.push({ llm });
      this.repositories.set(key, { ...rest, llms: attached });
    }
  }

  /** Leaves the object out for as long as it is what `published` says, and answers whether it was in. */
  reject(id: string, reason: string, published: Observed): boolean {
    const form = formOf(id, published);
    if (form === undefined) return false;
    this.#rejected.set(id, { form, reason });
    return true;
  }

  /** Why the object, as it is now, is left out; undefined if it is not. */
  rejection(id: string): string | undefined {
    const rejected = this.#rejected.get(id);
    if (rejected === undefined) return undefined;
    const form = formOf(id, this);
    if (form !== undefined && isDeepStrictEqual(form, rejected.form)) return rejected.reason;
    this.#rejected.delete(id);
    return undefined;
  }

  /** Why gateways do not have a connection that is in force; undefined: they do, or nothing is in force. */
  withheld(llm: string): string | undefined {
    const id = `provider/${llm}`;
    if (this.leftOut.has(id)) return 'the snapshot would be too large with it';
    const reason = this.rejection(id);
    return reason === undefined ? undefined : `a gateway refused it: ${reason}`;
  }

  /** Connections that serve, with their models. */
  offers(): Map<string, OfferedModels> {
    const served = [...this.providers].filter(([key]) => this.rejection(`provider/${key}`) === undefined);
    return new Map(served.map(([key, { models }]) => [key, models]));
  }

  /** Whether gateways hold an object of this kind, as far as nothing keeps it from them. */
  serves(kind: Kind, key: string): boolean {
    if (kind === 'AILLMConfig') return this.providers.has(key);
    return kind === 'Repository' ? this.repositories.has(key) : this.policies.has(key);
  }

  /** Whether the policy applies to a repository that is served. */
  isApplied(key: string): boolean {
    const policy = this.policies.get(key);
    if (policy === undefined) return false;
    const scope = scopeOf(policy);
    const isServed = (name: string): boolean => this.repositories.has(name) && this.rejection(`repository/${name}`) === undefined;
    if (scope.scope === 'Repository') return isServed(siblingKey(key, scope.repository ?? ''));
    for (const [name, repository] of this.repositories) {
      if (applies(scope, repository, this.#organizationOf) && isServed(name)) return true;
    }
    return false;
  }

  /** Repositories that any of these policies applies to. One that was not looked at yet is going to be. */
  governedBy(policies: readonly (ObservedPolicy | undefined)[]): string[] {
    const scopes = policies.flatMap((policy) => (policy === undefined ? [] : [scopeOf(policy)]));
    const isGoverned = (repository: ObservedRepository): boolean => scopes.some((scope) => applies(scope, repository, this.#organizationOf));
    return [...this.repositories].filter(([, repository]) => isGoverned(repository)).map(([key]) => key);
  }

  /** A copy for the snapshot builder. `now`: milliseconds since the epoch. */
  observe(now: number): Observed {
    const excluded = new Set([...this.#rejected.keys()].filter((id) => this.rejection(id) !== undefined));
    return {
      providers: new Map(this.providers),
      repositories: new Map(this.repositories),
      keys: this.ledger.active(),
      revokedKeys: this.ledger.revoked(),
      policies: new Map(this.policies),
      organizationOf: this.#organizationOf,
      excluded,
      now,
    };
  }
}

/** Without the objects of other namespaces. They are not gone: their keys end here, and are not revoked for ever. */
function narrow(snapshot: Snapshot, covers: (namespace: string) => boolean): Snapshot {
  const isCovered = (key: string): boolean => covers(parseKey(key).namespace);
  const byKey = <V>(objects: Record<string, V>): Record<string, V> =>
    Object.fromEntries(Object.entries(objects).filter(([key]) => isCovered(key)));
  const keys = Object.fromEntries(Object.entries(snapshot.keys).filter(([, { repository }]) => isCovered(repository)));
  return { ...snapshot, providers: byKey(snapshot.providers), repositories: byKey(snapshot.repositories), keys };
}

function formOf(id: string, { providers, repositories, policies }: Pick<Observed, 'providers' | 'repositories' | 'policies'>): unknown {
  const object = parseSnapshotId(id);
  if (object === undefined) return undefined;
  const key = keyOf(object.key);
  if (object.kind === 'AILLMConfig') return providers.get(key)?.provider;
  return object.kind === 'Repository' ? repositories.get(key) : policies.get(key);
}

/** A snapshot has no model lists of connections; what its repositories use is what is known. */
function offersIn({ repositories }: Snapshot): Map<string, OfferedModels> {
  const offers = new Map<string, Map<string, string>>();
  for (const { models } of Object.values(repositories)) {
    for (const [name, { llm, upstream }] of Object.entries(models)) {
      const names = offers.get(llm) ?? new Map<string, string>();
      offers.set(llm, names.set(name, upstream));
    }
  }
  const open = new Set(Object.values(repositories).flatMap(({ openLlm }) => openLlm ?? []));
  return new Map([...offers].map(([llm, names]) => [llm, open.has(llm) ? undefined : names]));
}

/** Key of an AILLMConfig in the namespace of whoever names it. */
export function siblingKey(of: string, name: string): string {
  return keyOf({ namespace: parseKey(of).namespace, name });
}
