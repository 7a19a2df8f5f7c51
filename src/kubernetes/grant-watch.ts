// Grants of the namespaces that are looked at. Where they may not be listed, or the API server does not know the kind yet, there are none:
// what nobody knows of allows nothing, and nothing else waits for it.
import { ALL_KINDS, API_GROUP, API_VERSION, type AIReferenceGrant, type ObjectKey } from '../api/resources.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../telemetry/log.ts';
import type { KubeClient } from './client.ts';
import { collectionPath } from './objects.ts';
import { Reflector } from './reflector.ts';

/**
 * Refusals in a row, and milliseconds from the first of them to the last, until grants that were known count no more: an API server that
 * starts refuses everybody for a second or two.
 */
const REFUSALS = 3;
const REFUSED_MS = 10_000;

export interface GrantWatchOptions {
  client: KubeClient;
  /** Undefined stands for all. */
  namespaces: readonly (string | undefined)[];
  clock: Clock;
  /** From 0 to 1. */
  random(): number;
  logger: Logger;
  /** This grant is there, different, or gone. */
  onChange(key: ObjectKey): void;
}

interface Watched {
  reflector: Reflector<AIReferenceGrant>;
  refused: PromiseWithResolvers<void>;
  /** In a row, and when the first of them was. */
  refusals: number;
  refusedAt: number;
  /** What was known allows nothing any more. */
  isClosed: boolean;
}

function keepGrant(grant: AIReferenceGrant): AIReferenceGrant {
  Reflect.deleteProperty(grant.metadata, 'managedFields');
  return grant;
}

export class GrantWatch {
  readonly #options: GrantWatchOptions;
  readonly #watched: Watched[];

  constructor(options: GrantWatchOptions) {
    this.#options = options;
    this.#watched = options.namespaces.map((namespace) => this.#watch(namespace));
  }

  get reflectors(): Reflector<AIReferenceGrant>[] {
    return this.#watched.map(({ reflector }) => reflector);
  }

  /** It is known which there are, or that nobody may know. */
  get settled(): boolean {
    return this.#watched.every(({ reflector, refusals }) => reflector.synced || refusals > 0);
  }

  async whenSettled(): Promise<void> {
    await Promise.all(this.#watched.map(({ reflector, refused }) => Promise.race([reflector.whenSynced(), refused.promise])));
  }

  values(): AIReferenceGrant[] {
    return this.#watched.flatMap(({ reflector, isClosed }) => (isClosed ? [] : reflector.values()));
  }

  #watch(namespace: string | undefined): Watched {
    const { onChange } = this.#options;
    const watched: Watched = {
      refused: Promise.withResolvers<void>(),
      refusals: 0,
      refusedAt: 0,
      isClosed: false,
      reflector: new Reflector<AIReferenceGrant>({
        ...this.#options,
        kind: 'AIReferenceGrant',
        path: collectionPath(`${API_GROUP}/${API_VERSION}`, ALL_KINDS.AIReferenceGrant, namespace),
        keep: keepGrant,
        onChange: ({ object: { metadata } }) => onChange({ namespace: metadata.namespace, name: metadata.name }),
        onFailure: (_operation, { code }) => {
          if (code === 403 || code === 404) this.#refuse(watched, code);
        },
        onHealthy: () => {
          watched.refusals = 0;
          this.#close(watched, false);
        },
      }),
    };
    return watched;
  }

  #refuse(watched: Watched, code: 403 | 404): void {
    const { clock, logger } = this.#options;
    const now = clock.monotonic();
    watched.refusals += 1;
    if (watched.refusals === 1) watched.refusedAt = now;
    watched.refused.resolve();
    const isKnown = watched.reflector.synced;
    const isOver = watched.refusals >= REFUSALS && now - watched.refusedAt >= REFUSED_MS;
    if (isKnown ? !isOver || watched.isClosed : watched.refusals > 1) return;
    const fix = code === 403 ? 'grant the operator list and watch on them' : 'install the CRD of the kind';
    logger.warn(`AIReferenceGrants cannot be listed, so no reference may cross namespaces: ${fix}`);
    if (isKnown) this.#close(watched, true);
  }

  /** Whoever depends on what was known hears of it. */
  #close(watched: Watched, isClosed: boolean): void {
    if (watched.isClosed === isClosed) return;
    watched.isClosed = isClosed;
    for (const { metadata } of watched.reflector.values()) this.#options.onChange({ namespace: metadata.namespace, name: metadata.name });
  }
}
