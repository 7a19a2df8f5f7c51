// Writes of key Secrets. A Secret that somebody else made is never taken over, whatever happens between two calls.
import { API_GROUP, API_VERSION } from '../api/resources.ts';
import { SecretConflictError, type OwnedSecret } from '../reconcile/store.ts';
import { FIELD_MANAGER, PATCH, type KubeClient } from './client.ts';
import { hasCode } from './kubernetes-error.ts';
import { collectionPath, objectPath, type KubeSecret, type ManagedFieldsEntry } from './objects.ts';

/** Rounds of read and write before a busy object is left to the next reconciliation. */
const MAX_ROUNDS = 4;

function manifest(secret: OwnedSecret): { metadata: object } & Record<string, unknown> {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: {
      ...secret.key,
      labels: secret.labels,
      annotations: secret.annotations,
      ownerReferences: [{ apiVersion: `${API_GROUP}/${API_VERSION}`, ...secret.owner, controller: true, blockOwnerDeletion: true }],
    },
    data: Object.fromEntries(Object.entries(secret.data).map(([name, value]) => [name, Buffer.from(value).toString('base64')])),
  };
}

/** uid of the controlling owner. */
export function controllerUid(secret: KubeSecret): string | undefined {
  return secret.metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid;
}

function isOurCreate(entry: ManagedFieldsEntry): boolean {
  return entry.manager === FIELD_MANAGER && entry.operation === 'Update' && entry.subresource === undefined;
}

/**
 * Fields of a POST belong to an Update, and a later apply never removes those. Declaring the entry an Apply makes apply own
 * them, as the server would have recorded it had there been an apply that only creates.
 */
export async function ownCreatedFields(client: KubeClient, path: string, live: KubeSecret): Promise<KubeSecret> {
  const entries = live.metadata.managedFields ?? [];
  if (!entries.some(isOurCreate)) return live;
  const managedFields = entries
    .filter((entry) => !(entry.manager === FIELD_MANAGER && entry.operation === 'Apply'))
    .map((entry) => (isOurCreate(entry) ? { ...entry, operation: 'Apply' } : entry));
  return client.request<KubeSecret>({
    method: 'PATCH',
    path,
    query: { fieldManager: FIELD_MANAGER },
    contentType: PATCH.merge,
    body: { metadata: { uid: live.metadata.uid, resourceVersion: live.metadata.resourceVersion, managedFields } },
  });
}

/** The live Secret, or undefined. */
export async function readLiveSecret(client: KubeClient, path: string): Promise<KubeSecret | undefined> {
  try {
    return await client.request<KubeSecret>({ method: 'GET', path });
  } catch (error) {
    if (hasCode(error, 404)) return undefined;
    throw error;
  }
}

/** One read and one write. False: somebody else wrote in between; look again. */
async function attempt(client: KubeClient, secret: OwnedSecret, guard: () => void): Promise<boolean> {
  const path = objectPath('v1', 'secrets', secret.key);
  const body = manifest(secret);
  const live = await readLiveSecret(client, path);
  guard();
  try {
    if (live === undefined) {
      // Creation has to be a POST: an apply would silently merge into a Secret that appeared a moment ago.
      const collection = collectionPath('v1', 'secrets', secret.key.namespace);
      const created = await client.request<KubeSecret>({ method: 'POST', path: collection, query: { fieldManager: FIELD_MANAGER }, body });
      await ownCreatedFields(client, path, created);
      return true;
    }
    if (controllerUid(live) !== secret.owner.uid) {
      throw new SecretConflictError(
        `the Secret ${secret.key.namespace}/${secret.key.name} exists and does not belong to ${secret.owner.kind} ${secret.owner.name}`,
      );
    }
    // It counts as absent: a key in it would be revoked when it is read next.
    if (live.metadata.deletionTimestamp !== undefined) {
      throw new Error(`the Secret ${secret.key.namespace}/${secret.key.name} is being deleted, and a finalizer holds it`);
    }
    const { uid, resourceVersion } = (await ownCreatedFields(client, path, live)).metadata;
    await client.request({
      method: 'PATCH',
      path,
      query: { fieldManager: FIELD_MANAGER, force: true },
      contentType: PATCH.apply,
      // The version keeps this away from a successor of the same name, the uid from creating one.
      body: { ...body, metadata: { ...body.metadata, uid, resourceVersion } },
    });
    return true;
  } catch (error) {
    if (hasCode(error, 404, 409)) return false;
    throw error;
  }
}

/**
 * Creates or updates a Secret for its owner. Throws SecretConflictError, KubernetesError or Error when it cannot be settled now, or what
 * `guard` throws, which is called between each read and write.
 */
export async function applyOwnedSecret(client: KubeClient, secret: OwnedSecret, guard: () => void = () => {}): Promise<void> {
  for (let round = 1; round < MAX_ROUNDS; round += 1) {
    if (await attempt(client, secret, guard)) return;
  }
  if (!(await attempt(client, secret, guard))) throw new Error(`the Secret ${secret.key.namespace}/${secret.key.name} keeps changing`);
}
