// The ResourceStore of a cluster: objects from watches, Secrets read live, writes by server-side apply.
import { isDeepStrictEqual } from 'node:util';
import {
  API_GROUP,
  API_VERSION,
  KINDS,
  LABELS,
  keyOf,
  type AIReferenceGrant,
  type AnyResource,
  type Kind,
  type ObjectKey,
  type ResourceByKind,
} from '../api/resources.ts';
import type { Clock } from '../clock.ts';
import {
  SecretForbiddenError,
  type EventDraft,
  type OwnedSecret,
  type ResourceStore,
  type SecretValue,
  type StoreEvents,
} from '../reconcile/store.ts';
import type { Logger } from '../telemetry/log.ts';
import type { KubeClient } from './client.ts';
import { EventRecorder } from './events.ts';
import { GrantWatch } from './grant-watch.ts';
import { hasCode } from './kubernetes-error.ts';
import { rememberWrite } from './last-writer.ts';
import { collectionPath, objectPath, PAGE_SIZE, type KubeList, type KubeObject, type KubeSecret } from './objects.ts';
import { NamespaceWatch } from './namespace-watch.ts';
import type { Change } from './object-cache.ts';
import { NamedSecretWatch } from './named-secret-watch.ts';
import { Reflector, type ReflectorHealth } from './reflector.ts';
import { CollectionSecretWatch, type SecretWatch } from './secret-watch.ts';
import { applyOwnedSecret, controllerUid, readLiveSecret } from './secret-writer.ts';
import { StatusApplier } from './status-applier.ts';
import { pause } from './backoff.ts';
import { reportWatches } from './watch-metrics.ts';

const GROUP_VERSION = `${API_GROUP}/${API_VERSION}`;
const METRICS_PERIOD_MS = 5_000;

export interface KubernetesStoreOptions {
  client: KubeClient;
  /** Namespaces to watch; all when empty. */
  watchNamespaces?: readonly string[];
  /**
   * `namespace/name` of each Secret that the objects in a store refer to. Given: these are watched, each by itself, and none is listed by
   * label, as where access rules name Secrets one by one. Absent: all Secrets of the watched namespaces are watched together.
   */
  secretsByName?: ((store: Pick<ResourceStore, 'list'>) => Iterable<string>) | undefined;
  /** Names this process in Events. */
  identity: string;
  clock: Clock;
  /** From 0 to 1. */
  random(): number;
  logger: Logger;
}

export interface StoreHealth {
  /** What is reconciled was listed completely, and what may be used and belongs together is known. */
  synced: boolean;
  watches: ReflectorHealth[];
  /** Some Secrets may not be watched: changes of theirs are found only when reconcilers look again. */
  secretWatchForbidden: boolean;
}

/** True when nothing that a reconciler acts on has changed. */
export function isStatusOnly(previous: AnyResource, next: AnyResource): boolean {
  const relevant = ({ metadata }: AnyResource): unknown[] => [
    metadata.generation,
    metadata.annotations,
    metadata.labels,
    metadata.deletionTimestamp,
  ];
  return isDeepStrictEqual(relevant(previous), relevant(next));
}

/** Items of a list may come without kind and apiVersion; of managedFields nobody needs more than who wrote last. */
function keepResource(kind: Kind, object: AnyResource): AnyResource {
  rememberWrite(object);
  Reflect.deleteProperty(object.metadata, 'managedFields');
  return Object.assign(object, { apiVersion: GROUP_VERSION, kind });
}

function toSecretValue(secret: KubeSecret): SecretValue {
  const ownerUid = controllerUid(secret);
  return {
    uid: secret.metadata.uid,
    resourceVersion: secret.metadata.resourceVersion ?? '',
    data: Object.fromEntries(
      Object.entries(secret.data ?? {}).map(([name, value]) => [name, Buffer.from(value, 'base64').toString('utf8')]),
    ),
    labels: secret.metadata.labels ?? {},
    annotations: secret.metadata.annotations ?? {},
    ...(ownerUid === undefined ? {} : { ownerUid }),
  };
}

/** Deleted, and held by nothing but finalizers: whoever deleted it wants it to have no effect any more. */
function isGoing({ metadata }: KubeSecret): boolean {
  return metadata.deletionTimestamp !== undefined;
}

function forbiddenAsSuch(what: string): (error: unknown) => never {
  return (error) => {
    if (hasCode(error, 403)) throw new SecretForbiddenError(`the operator may not read ${what}`);
    throw error;
  };
}

/** See ResourceStore. Start it once. */
export class KubernetesStore implements ResourceStore {
  readonly #options: KubernetesStoreOptions;
  readonly #recorder: EventRecorder;
  readonly #status: StatusApplier;
  readonly #resources = new Map<Kind, Reflector<AnyResource>[]>();
  readonly #secrets: SecretWatch;
  readonly #namespaces: NamespaceWatch;
  readonly #grants: GrantWatch;
  readonly #removed = [(uid: string): void => this.#status.forget(uid)];
  #events: StoreEvents | undefined;

  constructor(options: KubernetesStoreOptions) {
    this.#options = options;
    this.#recorder = new EventRecorder(options);
    this.#status = new StatusApplier(options.client);
    const namespaces = options.watchNamespaces?.length ? options.watchNamespaces : [undefined];
    for (const kind of Object.keys(KINDS) as Kind[]) {
      this.#resources.set(
        kind,
        namespaces.map((namespace) => this.#resourceReflector(kind, namespace)),
      );
    }
    const { secretsByName } = options;
    const watching = { ...options, onSecret: (key: ObjectKey) => this.#events?.onSecret(key) };
    this.#secrets =
      secretsByName === undefined
        ? new CollectionSecretWatch(watching, namespaces)
        : new NamedSecretWatch({ ...watching, wanted: () => secretsByName(this) });
    this.#grants = new GrantWatch({ ...options, namespaces, onChange: (key) => this.#events?.onGrant(key) });
    this.#namespaces = new NamespaceWatch({ ...options, onChange: (name) => this.#events?.onNamespace(name) });
  }

  /** Begins to watch; announces changes until the signal is aborted. Resolves when everything has stopped. */
  async start(events: StoreEvents, signal: AbortSignal): Promise<void> {
    this.#events = events;
    const always = [...this.#resources.values(), this.#grants.reflectors, this.#namespaces.reflector].flat() as Reflector<AnyResource | KubeObject>[];
    await Promise.all([...always.map((reflector) => reflector.run(signal)), this.#secrets.run(signal), this.#reportWatches(signal)]);
  }

  /**
   * Resolves when all that is reconciled has been listed completely, and grants and labels of namespaces, as far as that is allowed.
   * Secrets are read live, so nothing waits for their watch.
   */
  async synced(): Promise<void> {
    const resources = [...this.#resources.values()].flat().map((reflector) => reflector.whenSynced());
    await Promise.all([...resources, this.#grants.whenSettled(), this.#namespaces.whenSettled()]);
  }

  health(): StoreHealth {
    return {
      synced: this.#grants.settled && this.#namespaces.settled && [...this.#resources.values()].flat().every(({ synced }) => synced),
      watches: this.#all().map((reflector) => reflector.health()),
      secretWatchForbidden: this.#secrets.forbidden,
    };
  }

  get<K extends Kind>(kind: K, key: ObjectKey): ResourceByKind[K] | undefined {
    for (const reflector of this.#resources.get(kind) ?? []) {
      const found = reflector.get(key.namespace, key.name);
      if (found !== undefined) return found as ResourceByKind[K];
    }
    return undefined;
  }

  byUid<K extends Kind>(kind: K, uid: string): ResourceByKind[K] | undefined {
    for (const reflector of this.#resources.get(kind) ?? []) {
      const found = reflector.byUid(uid);
      if (found !== undefined) return found as ResourceByKind[K];
    }
    return undefined;
  }

  list<K extends Kind>(kind: K): ResourceByKind[K][] {
    const all = (this.#resources.get(kind) ?? []).flatMap((reflector) => reflector.values()) as ResourceByKind[K][];
    return all
      .map((object) => ({ key: keyOf(object.metadata), object }))
      .toSorted((a, b) => (a.key < b.key ? -1 : 1))
      .map(({ object }) => object);
  }

  /** Tells of each object that a watch had, and has no longer, from now on. */
  onRemoved(listener: (uid: string) => void): void {
    this.#removed.push(listener);
  }

  grants(): AIReferenceGrant[] {
    return this.#grants.values();
  }

  covers(namespace: string): boolean {
    const { watchNamespaces = [] } = this.#options;
    return watchNamespaces.length === 0 || watchNamespaces.includes(namespace);
  }

  namespaceLabels(namespace: string): Readonly<Record<string, string>> | undefined {
    return this.#namespaces.labelsOf(namespace);
  }

  /** All namespaces; undefined: they may not be listed, or have not been yet. */
  namespaces(): { name: string; uid: string }[] | undefined {
    const { reflector } = this.#namespaces;
    return reflector.synced ? reflector.values().map(({ metadata: { name, uid } }) => ({ name, uid })) : undefined;
  }

  async getSecret(key: ObjectKey): Promise<SecretValue | undefined> {
    const path = objectPath('v1', 'secrets', key);
    const secret = await readLiveSecret(this.#options.client, path).catch(forbiddenAsSuch(`the Secret ${keyOf(key)}`));
    return secret === undefined || isGoing(secret) ? undefined : toSecretValue(secret);
  }

  async listKeySecrets(repository: ObjectKey): Promise<{ key: ObjectKey; value: SecretValue }[]> {
    const { namespace, name } = repository;
    if (this.#options.secretsByName !== undefined) throw new SecretForbiddenError(`the operator may not list the Secrets of ${namespace}`);
    const found: KubeSecret[] = [];
    let token: string | undefined;
    do {
      const query = { labelSelector: `${LABELS.repository}=${name}`, limit: PAGE_SIZE, continue: token };
      const page: KubeList<KubeSecret> = await this.#options.client
        .request<KubeList<KubeSecret>>({ method: 'GET', path: collectionPath('v1', 'secrets', namespace), query })
        .catch(forbiddenAsSuch(`the Secrets of ${namespace}`));
      found.push(...(page.items ?? []));
      token = page.metadata.continue === '' ? undefined : page.metadata.continue;
    } while (token !== undefined);
    return found
      .filter((secret) => !isGoing(secret))
      .map((secret) => ({ key: { namespace, name: secret.metadata.name }, value: toSecretValue(secret) }));
  }

  applySecret(secret: OwnedSecret, guard?: () => void): Promise<void> {
    return applyOwnedSecret(this.#options.client, secret, guard);
  }

  async deleteSecret(key: ObjectKey, uid: string): Promise<void> {
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid } };
    try {
      await this.#options.client.request({ method: 'DELETE', path: objectPath('v1', 'secrets', key), body });
    } catch (error) {
      // Gone already, or another Secret by now.
      if (!hasCode(error, 404, 409)) throw error;
    }
  }

  applyStatus(object: AnyResource, status: object): Promise<void> {
    return this.#status.apply(object, this.get(object.kind, object.metadata), status);
  }

  emit(event: EventDraft): void {
    const { kind, namespace, name } = event.regarding;
    this.#options.logger.info({ kind, namespace, name, type: event.type, reason: event.reason, note: event.note }, 'event');
    this.#recorder.emit(event);
  }

  #all(): Reflector<AnyResource | AIReferenceGrant | KubeObject>[] {
    const all = [...this.#resources.values(), this.#grants.reflectors, this.#secrets.reflectors(), this.#namespaces.reflector].flat();
    return all as Reflector<AnyResource | AIReferenceGrant | KubeObject>[];
  }

  #resourceReflector(kind: Kind, namespace: string | undefined): Reflector<AnyResource> {
    return new Reflector<AnyResource>({
      ...this.#options,
      kind,
      path: collectionPath(GROUP_VERSION, KINDS[kind], namespace),
      keep: (object) => keepResource(kind, object),
      onChange: (change: Change<AnyResource>) => {
        if (change.type === 'removed') for (const listener of this.#removed) listener(change.object.metadata.uid);
        if (change.type === 'changed' && isStatusOnly(change.previous, change.object)) return;
        if (kind !== 'AIPolicy') this.#secrets.onReferences();
        const { namespace: space, name } = change.object.metadata;
        this.#events?.onResource(kind, { namespace: space, name });
      },
    });
  }

  async #reportWatches(signal: AbortSignal): Promise<void> {
    const { client, clock } = this.#options;
    while (!signal.aborted) {
      const optional = new Set<object>([this.#namespaces.reflector, ...(this.#options.secretsByName === undefined ? [] : this.#secrets.reflectors())]);
      reportWatches(client.metrics, this.#all().map((reflector) => ({ health: reflector.health(), optional: optional.has(reflector) })));
      await pause(clock, METRICS_PERIOD_MS, signal);
    }
  }
}
