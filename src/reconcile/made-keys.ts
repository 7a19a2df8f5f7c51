// Makes keys on demand, renames and revokes them. The key itself is given to whoever asked and kept nowhere.
import { hashKey } from '../api/api-key.ts';
import type { KeyType, ObjectKey, Repository } from '../api/resources.ts';
import type { Clock } from '../clock.ts';
import { generateKey, generateKeyId } from './keys.ts';
import { madeKeySecret, readMadeKey, type MadeKey } from './made-key.ts';
import type { ResourceStore } from './store.ts';

export interface MadeKeysOptions {
  store: Pick<ResourceStore, 'listKeySecrets' | 'applySecret' | 'deleteSecret'>;
  clock: Clock;
  /** That many random bytes. */
  random(bytes: number): Buffer;
  /** The keys of this repository have to be looked at. */
  onChange(repository: ObjectKey): void;
}

export class MadeKeys {
  readonly #options: MadeKeysOptions;

  constructor(options: MadeKeysOptions) {
    this.#options = options;
  }

  /** Live, the newest first. */
  async list(repository: Repository): Promise<MadeKey[]> {
    const { namespace, name, uid } = repository.metadata;
    const listed = await this.#options.store.listKeySecrets({ namespace, name });
    const own = listed.filter(({ value }) => value.ownerUid === uid).flatMap((secret) => readMadeKey(secret) ?? []);
    return own.toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1));
  }

  /** `id`: of a key that may be there already; this one takes its place. */
  async create(repository: Repository, { name, type, id }: { name: string; type: KeyType; id?: string }): Promise<{ made: Omit<MadeKey, 'uid' | 'secret'>; key: string }> {
    const { store, clock, random, onChange } = this.#options;
    const key = generateKey(random);
    const made = { id: id ?? generateKeyId(random), name, type, hash: hashKey(key), createdAt: clock.now() };
    await store.applySecret(madeKeySecret(repository, made));
    onChange(repository.metadata);
    return { made, key };
  }

  /** False: the repository has no such key. */
  async rename(repository: Repository, id: string, name: string): Promise<boolean> {
    const made = await this.#find(repository, id);
    if (made === undefined) return false;
    await this.#options.store.applySecret(madeKeySecret(repository, { ...made, name }));
    this.#options.onChange(repository.metadata);
    return true;
  }

  /** False: the repository has no such key. It is refused within seconds, and never works again. */
  async revoke(repository: Repository, id: string): Promise<boolean> {
    const made = await this.#find(repository, id);
    if (made === undefined) return false;
    await this.#options.store.deleteSecret(made.secret, made.uid);
    this.#options.onChange(repository.metadata);
    return true;
  }

  async #find(repository: Repository, id: string): Promise<MadeKey | undefined> {
    return (await this.list(repository)).find((made) => made.id === id);
  }
}
