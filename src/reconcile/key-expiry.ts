// Tells of keys that are about to expire, while there is time to do something: an Event a week before, a day before, and when it
// has happened, and a metric that alerts are built on.
import { toKubernetesTime } from '../api/conditions.ts';
import { keyOf, type Repository } from '../api/resources.ts';
import type { Clock } from '../clock.ts';
import type { OperatorMetrics } from '../telemetry/metrics.ts';
import { expiryOf, expiryMoments, type ApiKeyEntry } from './keys.ts';
import type { EventDraft, ResourceStore } from './store.ts';

const DAY_MS = 86_400_000;

export interface ExpiryNoticesOptions {
  store: Pick<ResourceStore, 'emit'>;
  clock: Clock;
  metrics: Pick<OperatorMetrics, 'flashback_key_expiry_timestamp_seconds'>;
}

interface Told {
  /** Milliseconds since the epoch. */
  expiresAt: number;
  /** How many of the moments of its expiry are over. */
  moments: number;
}

export class ExpiryNotices {
  readonly #options: ExpiryNoticesOptions;
  /** By repository, then by name of the key. */
  readonly #told = new Map<string, Map<string, Told>>();

  constructor(options: ExpiryNoticesOptions) {
    this.#options = options;
  }

  /** Looks at the keys that a repository has now. */
  look(repository: Repository): void {
    const { clock } = this.#options;
    const now = clock.now();
    const name = keyOf(repository.metadata);
    const before = this.#told.get(name) ?? new Map<string, Told>();
    const after = new Map<string, Told>();
    for (const entry of repository.spec.apiKeys ?? []) {
      const expiresAt = expiryOf(entry);
      if (expiresAt === undefined) continue;
      const moments = expiryMoments(expiresAt).filter((moment) => moment <= now).length;
      after.set(entry.name, { expiresAt, moments });
      const known = before.get(entry.name);
      const isNews = known === undefined ? now - expiresAt < DAY_MS : known.expiresAt !== expiresAt || known.moments < moments;
      if (moments > 0 && isNews) this.#tell(repository, entry, expiresAt, now);
    }
    this.#show(repository.metadata, before, after);
    if (after.size === 0) this.#told.delete(name);
    else this.#told.set(name, after);
  }

  /** The repository is gone. */
  forget(repository: { namespace: string; name: string }): void {
    this.#show(repository, this.#told.get(keyOf(repository)) ?? new Map(), new Map());
    this.#told.delete(keyOf(repository));
  }

  #show({ namespace, name }: { namespace: string; name: string }, before: ReadonlyMap<string, Told>, after: ReadonlyMap<string, Told>): void {
    const gauge = this.#options.metrics.flashback_key_expiry_timestamp_seconds;
    const labels = (key: string) => ({ namespace, repository: name, key });
    for (const key of before.keys()) if (!after.has(key)) gauge.remove(labels(key));
    for (const [key, { expiresAt }] of after) gauge.set(labels(key), expiresAt / 1000);
  }

  #tell({ kind, metadata: { namespace, name, uid } }: Repository, entry: ApiKeyEntry, expiresAt: number, now: number): void {
    const when = toKubernetesTime(new Date(expiresAt));
    const isOver = expiresAt <= now;
    const note = isOver
      ? `the key ${entry.name} expired at ${when} and opens nothing any more`
      : `the key ${entry.name} expires at ${when}; set a later expiresAt in spec.apiKeys, or give its applications another key`;
    const event: EventDraft = {
      regarding: { kind, namespace, name, uid },
      type: 'Warning',
      reason: isOver ? 'KeyExpired' : 'KeyExpiring',
      action: 'ExpireKey',
      note,
    };
    this.#options.store.emit(event);
  }
}
