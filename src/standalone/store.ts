// The world as reconcilers see it when there is no cluster: resources and Secrets from manifests, keys as files, statuses
// in memory.
import { hash } from 'node:crypto';
import {
  keyOf,
  KINDS,
  parseKey,
  type AIReferenceGrant,
  type AnyResource,
  type Kind,
  type ObjectKey,
  type ResourceByKind,
} from '../api/resources.ts';
import { toKubernetesTime } from '../api/conditions.ts';
import type { Clock } from '../clock.ts';
import {
  SecretConflictError,
  type EventDraft,
  type OwnedSecret,
  type ResourceStore,
  type SecretValue,
  type StoreEvents,
} from '../reconcile/store.ts';
import type { KeyFiles } from './key-files.ts';
import { grantsOf, namespacesOf, resourcesOf, secretsOf, type ManifestSet } from './manifest-set.ts';
import type { GrantManifest, ResourceManifest } from './schema.ts';
import type { ManifestSecret } from './secret-manifest.ts';

export interface StandaloneStoreOptions {
  keys: KeyFiles;
  clock: Clock;
  /** Where an endpoint really is; the demo provider has no name that resolves. Returns endpoints of others as they are. */
  rewriteEndpoint: (endpoint: string) => string;
  /** An Event that a reconciler emits. */
  onEvent: (event: EventDraft) => void;
  /** The status of an object changed; `object` holds the new one. */
  onStatus: (object: AnyResource) => void;
}

type StoredSecret = SecretValue & { manifest: string };

/** A uid that is the same in every run, so that keys outlive a restart. */
function uidOf(kind: string, key: ObjectKey): string {
  const hex = hash('sha256', `${kind}/${keyOf(key)}`, 'hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function byKey<T>(entries: readonly T[], toKey: (entry: T) => ObjectKey): Map<string, T> {
  return new Map(entries.map((entry) => [keyOf(toKey(entry)), entry]));
}

export class StandaloneStore implements ResourceStore {
  readonly #options: StandaloneStoreOptions;
  readonly #resources = new Map<Kind, Map<string, AnyResource>>();
  readonly #secrets = new Map<string, StoredSecret>();
  readonly #listeners: StoreEvents[] = [];
  #grants = new Map<string, AIReferenceGrant>();
  #namespaces = new Map<string, Record<string, string>>();
  #version = 0;

  constructor(options: StandaloneStoreOptions) {
    this.#options = options;
  }

  /** From now on the listener hears of every change. */
  subscribe(listener: StoreEvents): void {
    this.#listeners.push(listener);
  }

  /** To be called by whoever watches the files of keys. */
  announceSecret(key: ObjectKey): void {
    for (const listener of this.#listeners) listener.onSecret(key);
  }

  /** Puts a set of manifests in force and announces what differs. Keys of Repositories that are gone are deleted. */
  async replace(set: ManifestSet): Promise<void> {
    const secrets = this.#replaceSecrets(byKey(secretsOf(set), ({ key }) => key));
    const relabelled = this.#replaceNamespaces(namespacesOf(set));
    const grants = this.#replaceGrants(grantsOf(set));
    const resources = resourcesOf(set);
    const kinds = Object.keys(KINDS) as Kind[];
    const changes = kinds.flatMap((kind) => {
      const wanted = byKey(
        resources.filter((resource) => resource.kind === kind),
        ({ metadata: { namespace, name } }) => ({ namespace, name }),
      );
      return this.#replaceKind(kind, wanted).map((key) => ({ kind, key }));
    });
    for (const name of relabelled) for (const listener of this.#listeners) listener.onNamespace(name);
    for (const key of grants) for (const listener of this.#listeners) listener.onGrant(key);
    for (const key of secrets) this.announceSecret(key);
    for (const { kind, key } of changes) for (const listener of this.#listeners) listener.onResource(kind, key);
    for (const { kind, key } of changes) if (kind === 'Repository' && this.get(kind, key) === undefined) await this.#deleteKeysOf(key);
  }

  get<K extends Kind>(kind: K, key: ObjectKey): ResourceByKind[K] | undefined {
    // The map of a kind holds nothing else.
    return this.#resources.get(kind)?.get(keyOf(key)) as ResourceByKind[K] | undefined;
  }

  list<K extends Kind>(kind: K): ResourceByKind[K][] {
    const objects = [...(this.#resources.get(kind) ?? [])].toSorted(([a], [b]) => (a < b ? -1 : 1));
    return objects.map(([, object]) => object as ResourceByKind[K]);
  }

  grants(): AIReferenceGrant[] {
    return [...this.#grants.values()];
  }

  covers(): boolean {
    return true;
  }

  /** Namespaces that manifests name, by themselves or by what is in them. */
  namespaces(): string[] {
    const occupied = [...this.#resources.values()].flatMap((objects) => [...objects.keys()]).map((key) => parseKey(key).namespace);
    return [...new Set([...this.#namespaces.keys(), ...occupied])].toSorted();
  }

  namespaceLabels(namespace: string): Readonly<Record<string, string>> {
    return this.#namespaces.get(namespace) ?? {};
  }

  async getSecret(key: ObjectKey): Promise<SecretValue | undefined> {
    const stored = this.#secrets.get(keyOf(key));
    if (stored === undefined) return this.#options.keys.get(key);
    const { uid, resourceVersion, data, labels, annotations } = stored;
    return { uid, resourceVersion, data, labels, annotations };
  }

  listKeySecrets(repository: ObjectKey): Promise<{ key: ObjectKey; value: SecretValue }[]> {
    return this.#options.keys.listOf(repository);
  }

  async applySecret(secret: OwnedSecret): Promise<void> {
    if (this.#secrets.has(keyOf(secret.key))) {
      throw new SecretConflictError(`the Secret ${keyOf(secret.key)} is in a manifest; choose another secretName for the key`);
    }
    await this.#options.keys.apply(secret);
  }

  async deleteSecret(key: ObjectKey, uid: string): Promise<void> {
    await this.#options.keys.delete(key, uid);
  }

  async applyStatus(object: AnyResource, status: object): Promise<void> {
    const { kind, metadata } = object;
    const current = this.get(kind, metadata);
    if (current === undefined || current.metadata.uid !== metadata.uid) return;
    if (isSame(current.status, status)) return;
    const next = { ...current, status, metadata: { ...current.metadata, resourceVersion: this.#nextVersion() } } as AnyResource;
    this.#resources.get(kind)?.set(keyOf(metadata), next);
    this.#options.onStatus(next);
  }

  emit(event: EventDraft): void {
    try {
      this.#options.onEvent(event);
    } catch {
      // Failing to tell must not fail the work.
    }
  }

  #nextVersion(): string {
    this.#version += 1;
    return String(this.#version);
  }

  #replaceNamespaces(wanted: Map<string, Record<string, string>>): string[] {
    const before = this.#namespaces;
    this.#namespaces = wanted;
    return [...new Set([...before.keys(), ...wanted.keys()])].filter((name) => !isSame(before.get(name), wanted.get(name)));
  }

  #replaceGrants(wanted: readonly GrantManifest[]): ObjectKey[] {
    const before = this.#grants;
    this.#grants = new Map(
      wanted.map((grant) => {
        const key = keyOf(grant.metadata);
        return [key, { ...grant, metadata: { ...grant.metadata, uid: uidOf(grant.kind, grant.metadata), generation: 1 } }];
      }),
    );
    const keys = new Set([...before.keys(), ...this.#grants.keys()]);
    return [...keys].filter((key) => !isSame(before.get(key), this.#grants.get(key))).map(parseKey);
  }

  #replaceSecrets(wanted: ReadonlyMap<string, ManifestSecret>): ObjectKey[] {
    const changed: ObjectKey[] = [];
    for (const key of [...this.#secrets.keys()].filter((known) => !wanted.has(known))) {
      this.#secrets.delete(key);
      changed.push(parseKey(key));
    }
    for (const [name, { key, data, labels, annotations }] of wanted) {
      const manifest = JSON.stringify({ data, labels, annotations });
      if (this.#secrets.get(name)?.manifest === manifest) continue;
      this.#secrets.set(name, { uid: uidOf('Secret', key), resourceVersion: this.#nextVersion(), data, labels, annotations, manifest });
      changed.push(key);
    }
    return changed;
  }

  #replaceKind(kind: Kind, wanted: ReadonlyMap<string, ResourceManifest>): ObjectKey[] {
    const known = this.#resources.get(kind) ?? new Map<string, AnyResource>();
    this.#resources.set(kind, known);
    const gone = [...known.keys()].filter((key) => !wanted.has(key));
    for (const key of gone) known.delete(key);
    const changed = [...wanted].flatMap(([key, manifest]) => {
      const before = known.get(key);
      const after = this.#toResource(manifest, before);
      if (before !== undefined && before.metadata.resourceVersion === after.metadata.resourceVersion) return [];
      known.set(key, after);
      return [key];
    });
    return [...gone, ...changed].map(parseKey);
  }

  /** The stored form of a manifest; `before` itself when nothing that counts has changed. */
  #toResource(manifest: ResourceManifest, before: AnyResource | undefined): AnyResource {
    const { namespace, name, labels = {}, annotations = {} } = manifest.metadata;
    const spec = this.#rewrite(manifest);
    const sameSpec = isSame(spec, before?.spec);
    const sameMetadata = isSame(labels, before?.metadata.labels) && isSame(annotations, before?.metadata.annotations);
    if (before !== undefined && sameSpec && sameMetadata) return before;
    return {
      ...manifest,
      spec,
      status: before?.status ?? manifest.status ?? { observedGeneration: -1 },
      metadata: {
        namespace,
        name,
        labels,
        annotations,
        uid: uidOf(manifest.kind, { namespace, name }),
        generation: (before?.metadata.generation ?? 0) + (sameSpec ? 0 : 1),
        resourceVersion: this.#nextVersion(),
        creationTimestamp: before?.metadata.creationTimestamp ?? toKubernetesTime(new Date(this.#options.clock.now())),
      },
    } as AnyResource;
  }

  #rewrite(manifest: ResourceManifest): ResourceManifest['spec'] {
    if (manifest.kind !== 'AILLMConfig' || manifest.spec.endpoint === undefined) return manifest.spec;
    return { ...manifest.spec, endpoint: this.#options.rewriteEndpoint(manifest.spec.endpoint) };
  }

  /** What an API server's garbage collector would do. */
  async #deleteKeysOf(repository: ObjectKey): Promise<void> {
    const owner = uidOf('Repository', repository);
    for (const { key, value } of await this.#options.keys.listOf(repository)) {
      if (value.ownerUid === owner) await this.#options.keys.delete(key, value.uid);
    }
  }
}
