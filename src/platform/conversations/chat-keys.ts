// Keys that conversations are answered with: one per repository, its hash in a Secret as that of any key, itself in memory alone.
import type { Repository } from '../../api/resources.ts';
import type { Clock } from '../../clock.ts';

/**
 * Milliseconds after which a key is replaced. Its Secret holds the hash of the new one then, so the old one opens nothing. Not shorter: each
 * replaced hash is remembered as revoked for a month, and there is room for some thousands of these.
 */
const LIFETIME_MS = 7 * 86_400_000;

export interface ChatKeysOptions {
  /** Issues a key of the repository, in place of the one before it. */
  issue(repository: Repository): Promise<string>;
  clock: Clock;
}

interface Issued {
  key: Promise<string>;
  until: number;
}

export class ChatKeys {
  readonly #options: ChatKeysOptions;
  /** By UID. */
  readonly #issued = new Map<string, Issued>();

  constructor(options: ChatKeysOptions) {
    this.#options = options;
  }

  /** Callers at the same time get the same one. */
  keyOf(repository: Repository): Promise<string> {
    const { uid } = repository.metadata;
    const now = this.#options.clock.now();
    for (const [id, { until }] of this.#issued) if (until <= now) this.#issued.delete(id);
    const known = this.#issued.get(uid);
    if (known !== undefined) return known.key;
    const key = this.#options.issue(repository);
    this.#issued.set(uid, { key, until: now + LIFETIME_MS });
    key.catch(() => this.#issued.delete(uid));
    return key;
  }

  /** The key is refused: somebody has deleted its Secret. */
  forget(repository: Repository): void {
    this.#issued.delete(repository.metadata.uid);
  }
}
