// Grants of the namespaces that are looked at. Where they may not be listed, or the API server does not know the kind yet, there are none:
// what nobody knows of allows nothing, and nothing else waits for it.
import { ALL_KINDS, API_GROUP, API_VERSION, type AIReferenceGrant, type ObjectKey } from '../api/resources.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../telemetry/log.ts';
import type { KubeClient } from './client.ts';
import { collectionPath } from './objects.ts';
import { Reflector } from './reflector.ts';

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
  isRefused: boolean;
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
    return this.#watched.every(({ reflector, isRefused }) => reflector.synced || isRefused);
  }

  async whenSettled(): Promise<void> {
    await Promise.all(this.#watched.map(({ reflector, refused }) => Promise.race([reflector.whenSynced(), refused.promise])));
  }

  values(): AIReferenceGrant[] {
    return this.reflectors.flatMap((reflector) => reflector.values());
  }

  #watch(namespace: string | undefined): Watched {
    const { logger, onChange } = this.#options;
    const watched: Watched = {
      refused: Promise.withResolvers<void>(),
      isRefused: false,
      reflector: new Reflector<AIReferenceGrant>({
        ...this.#options,
        kind: 'AIReferenceGrant',
        path: collectionPath(`${API_GROUP}/${API_VERSION}`, ALL_KINDS.AIReferenceGrant, namespace),
        keep: keepGrant,
        onChange: ({ object: { metadata } }) => onChange({ namespace: metadata.namespace, name: metadata.name }),
        onFailure: (_operation, { code }) => {
          if ((code !== 403 && code !== 404) || watched.isRefused) return;
          watched.isRefused = true;
          watched.refused.resolve();
          if (watched.reflector.synced) return;
          const fix = code === 403 ? 'grant the operator list and watch on them' : 'install the CRD of the kind';
          logger.warn(`AIReferenceGrants cannot be listed, so no reference may cross namespaces: ${fix}`);
        },
        onHealthy: () => {
          watched.isRefused = false;
        },
      }),
    };
    return watched;
  }
}
