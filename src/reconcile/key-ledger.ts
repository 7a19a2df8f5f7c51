// Every key that works and every key that did, by hash. A key that disappears from what its repository holds is revoked, for
// whatever reason it disappeared, and stays so even if somebody restores the Secret that it was in.
import { pruneRevoked } from '../snapshot/build.ts';
import type { RevokedKey, SnapshotContent, SnapshotKey } from '../snapshot/snapshot.ts';

interface Replaced {
  revoked: [hash: string, key: SnapshotKey][];
  changed: boolean;
}

export class KeyLedger {
  readonly #byRepository = new Map<string, ReadonlyMap<string, SnapshotKey>>();
  readonly #owners = new Map<string, string>();
  #revoked = new Map<string, RevokedKey>();

  /** Continues from what was published last. */
  seed({ keys, revokedKeys }: Pick<SnapshotContent, 'keys' | 'revokedKeys'>): void {
    this.#revoked = new Map([...Object.entries(revokedKeys), ...this.#revoked]);
    const grouped = Map.groupBy(Object.entries(keys), ([, { repository }]) => repository);
    for (const [repository, entries] of grouped) {
      if (this.#byRepository.has(repository)) continue;
      this.#byRepository.set(repository, new Map(entries));
      for (const [hash] of entries) this.#owners.set(hash, repository);
    }
  }

  repositories(): string[] {
    return [...this.#byRepository.keys()];
  }

  /** Keys that work, by hash. */
  active(): Map<string, SnapshotKey> {
    return new Map([...this.#byRepository.values()].flatMap((keys) => [...keys]));
  }

  revoked(): ReadonlyMap<string, RevokedKey> {
    return this.#revoked;
  }

  /** What is known of a key of this repository. */
  find(repository: string, hash: string): SnapshotKey | undefined {
    return this.#byRepository.get(repository)?.get(hash);
  }

  /** Whether a hash that is found in a Secret of this repository may become a key: not if revoked, not if another's. */
  mayServe(repository: string, hash: string): boolean {
    const owner = this.#owners.get(hash);
    return !this.#revoked.has(hash) && (owner === undefined || owner === repository);
  }

  /**
   * These, by hash, are the keys of the repository now; what it had besides is revoked at `now` (milliseconds since the
   * epoch). Answers with the revoked ones and with whether anything is different.
   */
  replace(repository: string, keys: ReadonlyMap<string, SnapshotKey>, now: number): Replaced {
    const before = this.#byRepository.get(repository) ?? new Map<string, SnapshotKey>();
    const revoked = [...before].filter(([hash]) => !keys.has(hash));
    for (const [hash, { id }] of revoked) {
      this.#revoked.set(hash, { id, repository, revokedAt: now });
      this.#owners.delete(hash);
    }
    if (revoked.length > 0) this.#revoked = pruneRevoked(this.#revoked, now);
    for (const hash of keys.keys()) this.#owners.set(hash, repository);
    if (keys.size === 0) this.#byRepository.delete(repository);
    else this.#byRepository.set(repository, keys);
    const changed = revoked.length > 0 || JSON.stringify([...before]) !== JSON.stringify([...keys]);
    return { revoked, changed };
  }
}
