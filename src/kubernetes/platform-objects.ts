// The custom resources as the Platform API reads and writes them: reads from the caches of the watches, writes to the API server.
import { API_GROUP, API_VERSION, KINDS, LABELS, type AnyResource, type Kind, type ObjectKey, type ResourceByKind } from '../api/resources.ts';
import type { Clock } from '../clock.ts';
import { ApiError, type Objects } from '../platform/operation.ts';
import type { Homes } from '../platform/policies/services.ts';
import { isPermitted } from '../reconcile/grants.ts';
import type { KubeClient } from './client.ts';
import { hasCode } from './kubernetes-error.ts';
import { collectionPath, objectPath } from './objects.ts';
import { PlatformSecrets } from './platform-secrets.ts';
import { RecentWrites } from './recent-writes.ts';
import { refused } from './refused.ts';
import type { KubernetesStore } from './store.ts';

/** Owner of the fields that are written here; `kubectl` shows it in a conflict. */
export const PLATFORM_FIELD_MANAGER = 'flashback-platform';
const GROUP_VERSION = `${API_GROUP}/${API_VERSION}`;
const MAX_ATTEMPTS = 5;
const NAMESPACE = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

export interface KubernetesObjectsOptions {
  client: KubeClient;
  store: Pick<KubernetesStore, 'list' | 'byUid' | 'onRemoved' | 'covers' | 'namespaceLabels' | 'namespaces' | 'grants'>;
  /** Namespaces to which the operator is held; all when empty. */
  watched?: readonly string[];
  clock: Clock;
  /** This process may write; asked before each write. */
  mayWrite(): boolean;
}

export class KubernetesObjects implements Objects, Homes {
  readonly #options: KubernetesObjectsOptions;
  readonly #recent: RecentWrites;
  readonly #secrets: PlatformSecrets;

  constructor(options: KubernetesObjectsOptions) {
    this.#options = options;
    this.#recent = new RecentWrites(options.clock);
    options.store.onRemoved((uid) => this.#recent.forget(uid));
    this.#secrets = new PlatformSecrets(options.client);
  }

  list<K extends Kind>(kind: K): ResourceByKind[K][] {
    const all = this.#recent.over(kind, this.#options.store.list(kind));
    return all.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  }

  byUid<K extends Kind>(kind: K, uid: string): ResourceByKind[K] | undefined {
    const found = this.#recent.one(kind, uid, this.#options.store.byUid(kind, uid));
    return found?.metadata.deletionTimestamp === undefined ? found : undefined;
  }

  async create<K extends Kind>(kind: K, { namespace, name, annotations, spec }: Parameters<Objects['create']>[1]): Promise<ResourceByKind[K]> {
    this.#guard();
    const metadata = { namespace, name, ...(annotations === undefined ? {} : { annotations }) };
    const created = await this.#options.client
      .request<ResourceByKind[K]>({
        method: 'POST',
        path: collectionPath(GROUP_VERSION, KINDS[kind], namespace),
        query: { fieldManager: PLATFORM_FIELD_MANAGER },
        body: { apiVersion: GROUP_VERSION, kind, metadata, spec },
      })
      .catch(refused);
    this.#recent.wrote(created);
    return created;
  }

  async update<K extends Kind>(
    kind: K,
    uid: string,
    change: (spec: ResourceByKind[K]['spec']) => ResourceByKind[K]['spec'],
    annotations: Record<string, string | null> = {},
  ): Promise<ResourceByKind[K]> {
    let current: AnyResource | undefined = this.byUid(kind, uid);
    for (let attempt = 1; ; attempt += 1) {
      if (current === undefined || current.metadata.uid !== uid) throw new ApiError(404, 'it is gone');
      this.#guard();
      const path = objectPath(GROUP_VERSION, KINDS[kind], current.metadata);
      // Of a kind that the caller has named.
      const spec = change(current.spec as ResourceByKind[K]['spec']);
      const merged = Object.entries({ ...current.metadata.annotations, ...annotations }).filter(([, value]) => value !== null);
      try {
        const updated = await this.#options.client.request<ResourceByKind[K]>({
          method: 'PUT',
          path,
          query: { fieldManager: PLATFORM_FIELD_MANAGER },
          body: { ...current, apiVersion: GROUP_VERSION, kind, spec, metadata: { ...current.metadata, managedFields: undefined, annotations: Object.fromEntries(merged) } },
        });
        this.#recent.wrote(updated);
        return updated;
      } catch (error) {
        if (!hasCode(error, 409) || attempt === MAX_ATTEMPTS) return refused(error);
        // Somebody else was faster: once more, on top of what they wrote.
        current = await this.#options.client.request<AnyResource>({ method: 'GET', path }).catch(refused);
      }
    }
  }

  async remove(kind: Kind, uid: string): Promise<void> {
    const object = this.byUid(kind, uid);
    if (object === undefined) return;
    this.#guard();
    const path = objectPath(GROUP_VERSION, KINDS[kind], object.metadata);
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid }, propagationPolicy: 'Background' };
    await this.#options.client.request({ method: 'DELETE', path, body }).catch((error: unknown) => {
      // Gone already, or another one by now.
      if (!hasCode(error, 404, 409)) refused(error);
    });
    this.#recent.removed(uid);
  }

  async writeSecret(namespace: string, name: string, values: Record<string, string>, owner: { kind: Kind; name: string; uid: string }): Promise<void> {
    this.#guard();
    await this.#secrets.write({ namespace, name }, values, owner).catch(refused);
  }

  async removeSecret(namespace: string, name: string, ownerUid: string): Promise<void> {
    this.#guard();
    await this.#secrets.remove({ namespace, name }, ownerUid).catch(refused);
  }

  namespace(nameOrUid: string): string | undefined {
    const { store } = this.#options;
    const known = store.namespaces();
    // Where namespaces may not be listed, the API server says of a wrong one at the write.
    const name = known === undefined ? nameOrUid : known.find((namespace) => namespace.name === nameOrUid || namespace.uid === nameOrUid)?.name;
    return name !== undefined && NAMESPACE.test(name) && store.covers(name) ? name : undefined;
  }

  lends(to: ObjectKey, from: string): boolean {
    return isPermitted(this.#options.store.grants(), { kind: 'Repository', namespace: from }, to);
  }

  organization(namespace: string): string {
    return this.#options.store.namespaceLabels(namespace)?.[LABELS.organization] ?? 'default';
  }

  homesOf(organization: string): string[] {
    const { store } = this.#options;
    const isHome = (namespace: string): boolean => store.namespaceLabels(namespace)?.[LABELS.organizationHome] === 'true';
    const names = (store.namespaces() ?? []).map(({ name }) => name);
    return names.filter((name) => isHome(name) && store.covers(name) && this.organization(name) === organization).toSorted();
  }

  /**
   * Namespaces that callers may have rows of: not only those with objects of ours, as what was deleted is still asked about. Where
   * namespaces may not be listed, those that the operator is told to watch.
   */
  namespaces(): string[] {
    const { store, watched = [] } = this.#options;
    const occupied = (Object.keys(KINDS) as Kind[]).flatMap((kind) => this.list(kind)).map(({ metadata }) => metadata.namespace);
    const listed = store.namespaces()?.map(({ name }) => name).filter((name) => store.covers(name));
    return [...new Set([...occupied, ...(listed ?? watched)])].toSorted();
  }

  #guard(): void {
    if (!this.#options.mayWrite()) throw new ApiError(503, 'this operator does not lead any more; try again');
  }
}
