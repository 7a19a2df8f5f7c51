// Tells that a Secret changed, as metadata only: by watching all Secrets of the watched namespaces together, where the operator may.
import type { ObjectKey } from '../api/resources.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../telemetry/log.ts';
import type { KubeClient } from './client.ts';
import { collectionPath, type KubeObject } from './objects.ts';
import { Reflector } from './reflector.ts';

/** In a row. A server that starts denies everybody for a moment, which nobody has to hear of. */
export const DENIALS_TO_TELL = 3;

export interface SecretWatchOptions {
  client: KubeClient;
  clock: Clock;
  /** From 0 to 1. */
  random(): number;
  logger: Logger;
  /** A Secret appeared, changed or went. */
  onSecret(key: ObjectKey): void;
}

export interface SecretWatch {
  /** Those that run now. */
  reflectors(): readonly Reflector<KubeObject>[];
  /** Runs until the signal is aborted. */
  run(signal: AbortSignal): Promise<void>;
  /** Which Secrets objects refer to may be different. */
  onReferences(): void;
  /** Some Secrets may not be watched: changes of theirs are found only when reconcilers look again. */
  readonly forbidden: boolean;
}

/** kubectl keeps a copy of applied Secrets, values included, in an annotation: nothing but identity may stay in memory. */
export function keepIdentity({ metadata: { name, namespace, uid, resourceVersion } }: KubeObject): KubeObject {
  return {
    metadata: {
      name,
      uid,
      ...(namespace === undefined ? {} : { namespace }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
  };
}

export class CollectionSecretWatch implements SecretWatch {
  readonly #reflectors: Reflector<KubeObject>[];
  /** In a row. */
  #denials = 0;

  /** `namespaces`: undefined in it stands for all. */
  constructor(options: SecretWatchOptions, namespaces: readonly (string | undefined)[]) {
    this.#reflectors = namespaces.map((namespace) => this.#reflector(options, namespace));
  }

  reflectors(): readonly Reflector<KubeObject>[] {
    return this.#reflectors;
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#reflectors.map((reflector) => reflector.run(signal)));
  }

  onReferences(): void {}

  get forbidden(): boolean {
    return this.#denials > 0;
  }

  #reflector({ onSecret, ...options }: SecretWatchOptions, namespace: string | undefined): Reflector<KubeObject> {
    return new Reflector<KubeObject>({
      ...options,
      kind: 'Secret',
      path: collectionPath('v1', 'secrets', namespace),
      metadataOnly: true,
      keep: keepIdentity,
      onChange: ({ object: { metadata } }) => onSecret({ namespace: metadata.namespace ?? '', name: metadata.name }),
      onFailure: (_operation, error) => {
        if (error.code !== 403) return;
        this.#denials += 1;
        if (this.#denials === DENIALS_TO_TELL) options.logger.warn('watching Secrets is forbidden: a changed Secret is noticed at the next validation interval');
      },
      onHealthy: () => {
        this.#denials = 0;
      },
    });
  }
}
