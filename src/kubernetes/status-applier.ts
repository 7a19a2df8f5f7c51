// Status by server-side apply: only what differs is written, only by us, and only to the object that was looked at.
import { isDeepStrictEqual } from 'node:util';
import { API_GROUP, API_VERSION, KINDS, type AnyResource } from '../api/resources.ts';
import { FIELD_MANAGER, PATCH, type KubeClient } from './client.ts';
import { hasCode } from './kubernetes-error.ts';
import { objectPath } from './objects.ts';

/** Rounds of write and read before a busy object is left to the next reconciliation. */
const MAX_ROUNDS = 4;

const GROUP_VERSION = `${API_GROUP}/${API_VERSION}`;

/** What was written last, until the watch has shown it or something newer. */
interface Written {
  sent: unknown;
  stored: unknown;
  resourceVersion: string | undefined;
}

/** Resource versions of one server can be ordered; anything else counts as newer, so that nothing stale is trusted. */
function isOlder(version: string | undefined, than: string | undefined): boolean {
  if (version === undefined || than === undefined || !/^\d+$/.test(version) || !/^\d+$/.test(than)) return false;
  return BigInt(version) < BigInt(than);
}

/** Writes status. Remembers its own writes by uid, because the cache lags behind them. */
export class StatusApplier {
  readonly #client: KubeClient;
  readonly #written = new Map<string, Written>();

  constructor(client: KubeClient) {
    this.#client = client;
  }

  /** Applies `status` to `object` unless the server has it already. `cached` is what the watch showed last. */
  async apply(object: AnyResource, cached: AnyResource | undefined, status: object): Promise<void> {
    const { uid, namespace, name } = object.metadata;
    if (cached !== undefined && cached.metadata.uid !== uid) return;
    const wanted: unknown = JSON.parse(JSON.stringify(status));
    if (this.#isCurrent(uid, cached ?? object, wanted)) return;
    const path = objectPath(GROUP_VERSION, KINDS[object.kind], { namespace, name });
    let version = this.#newestVersion(uid, cached ?? object);
    for (let round = 1; round <= MAX_ROUNDS; round += 1) {
      try {
        const answer = await this.#client.request<AnyResource>({
          method: 'PATCH',
          path: `${path}/status`,
          query: { fieldManager: FIELD_MANAGER, force: true },
          contentType: PATCH.apply,
          // The status subresource ignores a uid; only the version keeps this away from a successor of the same name.
          body: { apiVersion: GROUP_VERSION, kind: object.kind, metadata: { name, namespace, resourceVersion: version }, status: wanted },
        });
        this.#written.set(uid, { sent: wanted, stored: answer.status, resourceVersion: answer.metadata.resourceVersion });
        return;
      } catch (error) {
        if (hasCode(error, 404)) return;
        if (!hasCode(error, 409) || round === MAX_ROUNDS) throw error;
      }
      const live = await this.#read(path);
      // Gone or replaced: its successor gets a status of its own.
      if (live?.metadata.uid !== uid) return;
      version = live.metadata.resourceVersion;
    }
  }

  /** The object is gone. */
  forget(uid: string): void {
    this.#written.delete(uid);
  }

  #newestVersion(uid: string, known: AnyResource): string | undefined {
    const written = this.#written.get(uid)?.resourceVersion;
    return isOlder(known.metadata.resourceVersion, written) ? written : known.metadata.resourceVersion;
  }

  async #read(path: string): Promise<AnyResource | undefined> {
    try {
      return await this.#client.request<AnyResource>({ method: 'GET', path });
    } catch (error) {
      if (hasCode(error, 404)) return undefined;
      throw error;
    }
  }

  #isCurrent(uid: string, cached: AnyResource, wanted: unknown): boolean {
    const written = this.#written.get(uid);
    if (written === undefined) return isDeepStrictEqual(cached.status, wanted);
    const lagging = isOlder(cached.metadata.resourceVersion, written.resourceVersion);
    if (lagging || isDeepStrictEqual(cached.status, written.stored)) return isDeepStrictEqual(written.sent, wanted);
    return isDeepStrictEqual(cached.status, wanted);
  }
}
