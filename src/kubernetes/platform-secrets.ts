// Secrets that the Platform API writes. Their values are never read, and those of others are never touched.
import { API_GROUP, API_VERSION, LABELS, MANAGED_BY, type Kind, type ObjectKey } from '../api/resources.ts';
import { ApiError } from '../platform/operation.ts';
import { PATCH, type KubeClient } from './client.ts';
import { hasCode } from './kubernetes-error.ts';
import { collectionPath, objectPath, type KubeSecret } from './objects.ts';
import { controllerUid } from './secret-writer.ts';

type Owner = { kind: Kind; name: string; uid: string };
type SecretMetadata = Pick<KubeSecret, 'metadata'>;

const METADATA_ONLY = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
const FIELD_MANAGER = 'flashback-platform';
const MAX_ATTEMPTS = 4;

function encode(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Buffer.from(value).toString('base64')]));
}

function isOf({ metadata }: SecretMetadata, ownerUid: string): boolean {
  return metadata.labels?.[LABELS.managedBy] === MANAGED_BY && controllerUid({ metadata }) === ownerUid;
}

export class PlatformSecrets {
  readonly #client: KubeClient;

  constructor(client: KubeClient) {
    this.#client = client;
  }

  /**
   * Sets these values; others in it stay.
   * @throws ApiError 409 where a Secret of this name is somebody else's; KubernetesError.
   */
  async write(key: ObjectKey, values: Record<string, string>, owner: Owner): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const live = await this.#metadata(key);
      try {
        await (live === undefined ? this.#create(key, values, owner) : this.#change(key, live, values, owner));
        return;
      } catch (error) {
        // It came, changed or went in between.
        if (!hasCode(error, 404, 409) || attempt === MAX_ATTEMPTS) throw error;
      }
    }
  }

  /** Leaves those of others where they are: keys of a repository have the same label, and may have the same name. */
  async remove(key: ObjectKey, ownerUid: string): Promise<void> {
    const live = await this.#metadata(key);
    if (live === undefined || !isOf(live, ownerUid)) return;
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid: live.metadata.uid } };
    await this.#client.request({ method: 'DELETE', path: objectPath('v1', 'secrets', key), body }).catch((error: unknown) => {
      if (!hasCode(error, 404, 409)) throw error;
    });
  }

  async #metadata(key: ObjectKey): Promise<SecretMetadata | undefined> {
    try {
      return await this.#client.request<SecretMetadata>({ method: 'GET', path: objectPath('v1', 'secrets', key), accept: METADATA_ONLY });
    } catch (error) {
      if (hasCode(error, 404)) return undefined;
      throw error;
    }
  }

  async #create({ namespace, name }: ObjectKey, values: Record<string, string>, owner: Owner): Promise<void> {
    // An owner whose deletion it does not hold up takes no right on its finalizers.
    const reference = { apiVersion: `${API_GROUP}/${API_VERSION}`, ...owner, controller: true, blockOwnerDeletion: false };
    const labels = { [LABELS.managedBy]: MANAGED_BY, [LABELS.partOf]: 'flashback-ai-gateway' };
    const metadata = { namespace, name, labels, ownerReferences: [reference] };
    await this.#client.request({
      method: 'POST',
      path: collectionPath('v1', 'secrets', namespace),
      query: { fieldManager: FIELD_MANAGER },
      body: { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata, data: encode(values) },
    });
  }

  async #change(key: ObjectKey, { metadata }: SecretMetadata, values: Record<string, string>, owner: Owner): Promise<void> {
    if (!isOf({ metadata }, owner.uid)) throw new ApiError(409, `the Secret ${key.name} in ${key.namespace} was not made by this API; rename or delete it`);
    await this.#client.request({
      method: 'PATCH',
      path: objectPath('v1', 'secrets', key),
      query: { fieldManager: FIELD_MANAGER },
      contentType: PATCH.merge,
      body: { metadata: { uid: metadata.uid, resourceVersion: metadata.resourceVersion }, data: encode(values) },
    });
  }
}
