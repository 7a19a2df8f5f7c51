// Kubernetes Events. Telling people must never fail or slow down the work, so everything here is best effort.
import { randomBytes } from 'node:crypto';
import { API_GROUP, API_VERSION } from '../api/resources.ts';
import type { Clock } from '../clock.ts';
import type { EventDraft } from '../reconcile/store.ts';
import type { Logger } from '../telemetry/log.ts';
import type { KubeClient } from './client.ts';
import { EventBudget } from './event-budget.ts';
import { KubernetesError } from './kubernetes-error.ts';
import { collectionPath, toMicroTime } from './objects.ts';

const GROUP_VERSION = 'events.k8s.io/v1';
const MAX_NOTE_BYTES = 1024;
const MAX_NAME = 253;
/** Events under way at once; while the API server hangs, the rest is dropped. */
const MAX_PENDING = 50;

function truncateBytes(text: string, max: number): string {
  if (Buffer.byteLength(text) <= max) return text;
  const cut = Buffer.from(text)
    .subarray(0, max - 3)
    .toString('utf8')
    .replace(/\uFFFD+$/u, '');
  return `${cut}…`;
}

/** Emits Events in the namespaces of their objects. */
export class EventRecorder {
  readonly #options: { client: KubeClient; identity: string; clock: Clock; logger: Logger };
  readonly #budget = new EventBudget();
  #pending = 0;

  /** `identity` names this process, as in the lease. */
  constructor(options: { client: KubeClient; identity: string; clock: Clock; logger: Logger }) {
    this.#options = options;
  }

  /** Sends in the background. Never throws. */
  emit(draft: EventDraft): void {
    const { clock } = this.#options;
    const { kind, namespace, name, uid } = draft.regarding;
    if (this.#pending >= MAX_PENDING || !this.#budget.take([kind, namespace, name, uid, draft.reason].join('/'), clock.monotonic())) return;
    this.#pending += 1;
    void this.#send(draft).finally(() => {
      this.#pending -= 1;
    });
  }

  async #send(draft: EventDraft): Promise<void> {
    const { client, identity, clock, logger } = this.#options;
    const { regarding } = draft;
    const suffix = `.${randomBytes(8).toString('hex')}`;
    try {
      await client.request({
        method: 'POST',
        path: collectionPath(GROUP_VERSION, 'events', regarding.namespace),
        body: {
          apiVersion: GROUP_VERSION,
          kind: 'Event',
          metadata: { name: `${regarding.name.slice(0, MAX_NAME - suffix.length)}${suffix}`, namespace: regarding.namespace },
          eventTime: toMicroTime(clock.now()),
          reportingController: `${API_GROUP}/operator`,
          reportingInstance: identity.slice(0, 128),
          type: draft.type,
          reason: draft.reason,
          action: draft.action,
          note: truncateBytes(draft.note, MAX_NOTE_BYTES),
          regarding: { apiVersion: `${API_GROUP}/${API_VERSION}`, ...regarding },
        },
      });
    } catch (error) {
      const details = error instanceof KubernetesError ? { code: error.code, reason: error.reason } : {};
      logger.debug({ ...details, event: draft.reason, namespace: regarding.namespace, name: regarding.name }, 'an Event was not recorded');
    }
  }
}
