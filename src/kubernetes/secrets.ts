// Secrets of the release namespace that belong to the operator alone: its certificates and the sealed boot snapshot.
import { LABELS, MANAGED_BY } from '../api/resources.ts';
import type { SecretFiles } from '../push/secret-files.ts';
import { FIELD_MANAGER, PATCH, type KubeClient } from './client.ts';
import { hasCode, KubernetesError } from './kubernetes-error.ts';
import { collectionPath, METADATA_LIST, objectPath, PAGE_SIZE, type KubeList, type KubeObject, type KubeSecret, type OwnerReference } from './objects.ts';
import { ownCreatedFields, readLiveSecret } from './secret-writer.ts';

/**
 * SecretFiles over the Secrets of one namespace. Only Secrets that carry the operator's label are ever written or deleted, and
 * only as they were just read: where somebody else was faster, the call fails with a KubernetesError of code 409.
 */
export class ReleaseSecrets implements SecretFiles {
  readonly #client: KubeClient;
  readonly #namespace: string;
  readonly #owner: () => Promise<OwnerReference | undefined>;

  /** `owner`: with whom all of them go, where there is somebody. */
  constructor(client: KubeClient, namespace: string, owner: () => Promise<OwnerReference | undefined> = () => Promise.resolve(undefined)) {
    this.#client = client;
    this.#namespace = namespace;
    this.#owner = owner;
  }

  async read(name: string): Promise<Record<string, Buffer> | undefined> {
    const secret = await readLiveSecret(this.#client, this.#path(name));
    if (secret === undefined) return undefined;
    return Object.fromEntries(Object.entries(secret.data ?? {}).map(([entry, value]) => [entry, Buffer.from(value, 'base64')]));
  }

  async write(name: string, data: Record<string, Uint8Array | string>, labels: Record<string, string> = {}): Promise<void> {
    const owner = await this.#owner();
    const live = await this.#readOwn(name);
    const ownerReferences = owner === undefined ? live?.metadata.ownerReferences : [owner];
    const metadata = {
      name,
      namespace: this.#namespace,
      labels: { ...labels, [LABELS.managedBy]: MANAGED_BY },
      ...(ownerReferences === undefined ? {} : { ownerReferences }),
    };
    const encoded = Object.entries(data).map(([entry, value]) => [entry, Buffer.from(value).toString('base64')] as const);
    const body = { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata, data: Object.fromEntries(encoded) };
    if (live === undefined) {
      // A POST: an apply would silently merge into a Secret that appeared a moment ago.
      const path = collectionPath('v1', 'secrets', this.#namespace);
      const created = await this.#client.request<KubeSecret>({ method: 'POST', path, query: { fieldManager: FIELD_MANAGER }, body });
      await ownCreatedFields(this.#client, this.#path(name), created);
      return;
    }
    const { uid, resourceVersion } = (await ownCreatedFields(this.#client, this.#path(name), live)).metadata;
    await this.#client.request({
      method: 'PATCH',
      path: this.#path(name),
      query: { fieldManager: FIELD_MANAGER, force: true },
      contentType: PATCH.apply,
      body: { ...body, metadata: { ...metadata, uid, resourceVersion } },
    });
  }

  async list(prefix: string): Promise<string[]> {
    const names: string[] = [];
    let token: string | undefined;
    do {
      const page: KubeList<KubeObject> = await this.#client.request({
        method: 'GET',
        path: collectionPath('v1', 'secrets', this.#namespace),
        query: { labelSelector: `${LABELS.managedBy}=${MANAGED_BY}`, limit: PAGE_SIZE, continue: token },
        accept: METADATA_LIST,
      });
      names.push(...(page.items ?? []).map(({ metadata }) => metadata.name));
      token = page.metadata.continue === '' ? undefined : page.metadata.continue;
    } while (token !== undefined);
    return names.filter((name) => name.startsWith(prefix)).toSorted();
  }

  async delete(name: string): Promise<void> {
    const live = await this.#readOwn(name);
    if (live === undefined) return;
    const { uid, resourceVersion } = live.metadata;
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid, resourceVersion } };
    try {
      await this.#client.request({ method: 'DELETE', path: this.#path(name), body });
    } catch (error) {
      if (!hasCode(error, 404)) throw error;
    }
  }

  async #readOwn(name: string): Promise<KubeSecret | undefined> {
    const live = await readLiveSecret(this.#client, this.#path(name));
    if (live === undefined || live.metadata.labels?.[LABELS.managedBy] === MANAGED_BY) return live;
    throw new KubernetesError(409, 'Conflict', `the Secret ${this.#namespace}/${name} exists and was not made by the operator`);
  }

  #path(name: string): string {
    return objectPath('v1', 'secrets', { namespace: this.#namespace, name });
  }
}
