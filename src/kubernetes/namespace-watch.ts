// Labels of namespaces, as metadata only. Those that the operator may not see, or has not seen yet, are unknown, not absent.
import { LABELS } from '../api/resources.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../telemetry/log.ts';
import type { KubeClient } from './client.ts';
import type { Change } from './object-cache.ts';
import { collectionPath, type KubeNamespace } from './objects.ts';
import { Reflector } from './reflector.ts';

export interface NamespaceWatchOptions {
  client: KubeClient;
  clock: Clock;
  /** From 0 to 1. */
  random(): number;
  logger: Logger;
  /** Labels of this namespace that matter here are different now. */
  onChange(name: string): void;
}

const WATCHED = [LABELS.organization, LABELS.organizationHome];

function keepLabels({ metadata: { name, uid, resourceVersion, labels } }: KubeNamespace): KubeNamespace {
  const own = WATCHED.flatMap((label) => (labels?.[label] === undefined ? [] : [[label, labels[label]] as const]));
  return { metadata: { name, uid, ...(resourceVersion === undefined ? {} : { resourceVersion }), labels: Object.fromEntries(own) } };
}

const labelsIn = (object: KubeNamespace): string => JSON.stringify(object.metadata.labels);

export class NamespaceWatch {
  readonly reflector: Reflector<KubeNamespace>;
  readonly #refused = Promise.withResolvers<void>();
  #isRefused = false;

  constructor(options: NamespaceWatchOptions) {
    const { logger, onChange } = options;
    this.reflector = new Reflector<KubeNamespace>({
      ...options,
      kind: 'Namespace',
      path: collectionPath('v1', 'namespaces'),
      metadataOnly: true,
      keep: keepLabels,
      onChange: (change: Change<KubeNamespace>) => {
        if (change.type === 'changed' && labelsIn(change.previous) === labelsIn(change.object)) return;
        onChange(change.object.metadata.name);
      },
      onFailure: (_operation, error) => {
        if (error.code !== 403 || this.#isRefused) return;
        this.#isRefused = true;
        this.#refused.resolve();
        if (!this.reflector.synced) logger.warn('listing Namespaces is forbidden: policies of organizations go on as before, and new namespaces may have to wait');
      },
      onHealthy: () => {
        this.#isRefused = false;
      },
    });
  }

  /** It is known what the labels are, or that nobody may know. */
  get settled(): boolean {
    return this.reflector.synced || this.#isRefused;
  }

  async whenSettled(): Promise<void> {
    await Promise.race([this.reflector.whenSynced(), this.#refused.promise]);
  }

  /** Undefined: they may not be looked at, or nobody has told of this namespace yet. What was known once stays known. */
  labelsOf(namespace: string): Readonly<Record<string, string>> | undefined {
    return this.reflector.get('', namespace)?.metadata.labels;
  }
}
