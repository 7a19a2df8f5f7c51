// Tells that a Secret changed where the operator may see Secrets by name alone: one watch for each Secret that objects refer to. They come
// and go with the references, and there are never more than a fixed number.
import { parseKey } from '../api/resources.ts';
import { collectionPath, type KubeObject } from './objects.ts';
import { Reflector } from './reflector.ts';
import { DENIALS_TO_TELL, keepIdentity, type SecretWatch, type SecretWatchOptions } from './secret-watch.ts';

/** Each is a connection to the API server, and takes about 300 kB. */
const MAX_WATCHES = 200;
/** Each begins with a list: all at once would be as many connections more. */
const STARTS_AT_A_TIME = 20;
/** References come by the page, and are looked at once for all of a page. */
const SETTLE_MS = 100;
/** How soon those that have to wait for a place get one from a Secret that may not be watched. */
const ROTATION_MS = 10_000;

export interface NamedSecretWatchOptions extends SecretWatchOptions {
  /** `namespace/name` of every Secret that objects refer to now. */
  wanted(): Iterable<string>;
  /** Watches at a time. 200 by default. */
  limit?: number;
}

/** What is known of the right to watch a Secret that was denied. */
interface Denial {
  /** In a row. */
  count: number;
  /** Of the last one, monotonic milliseconds. */
  at: number;
}

interface Running {
  reflector: Reflector<KubeObject>;
  stop: AbortController;
  ended: Promise<void>;
}

/**
 * Which Secrets get a watch: those that were not denied first, of them those that have one already; of the others those whose last try is
 * the longest ago. So a flood of references to Secrets that may not be watched takes no place from one that may, and each is tried in turn.
 */
export function chooseWatches(
  wanted: Iterable<string>,
  limit: number,
  isRunning: (name: string) => boolean,
  deniedAt: (name: string) => number | undefined,
): Set<string> {
  const ranked = [...wanted].map((name) => {
    const at = deniedAt(name);
    return { name, rank: at === undefined ? (isRunning(name) ? 0 : 1) : 2, at: at ?? 0 };
  });
  ranked.sort((a, b) => a.rank - b.rank || a.at - b.at || (a.name < b.name ? -1 : 1));
  return new Set(ranked.slice(0, limit).map(({ name }) => name));
}

export class NamedSecretWatch implements SecretWatch {
  readonly #options: NamedSecretWatchOptions;
  readonly #limit: number;
  readonly #running = new Map<string, Running>();
  readonly #denied = new Map<string, Denial>();
  /** Stopped, and not at their end yet. */
  readonly #ending = new Set<Promise<void>>();
  #planned: { ms: number; clear(): void } | undefined;
  #active = false;
  #crowded = false;

  constructor(options: NamedSecretWatchOptions) {
    this.#options = options;
    this.#limit = options.limit ?? MAX_WATCHES;
  }

  reflectors(): readonly Reflector<KubeObject>[] {
    return [...this.#running.values()].map(({ reflector }) => reflector);
  }

  get forbidden(): boolean {
    return this.#denied.size > 0;
  }

  async run(signal: AbortSignal): Promise<void> {
    const over = Promise.withResolvers<void>();
    if (signal.aborted) return;
    signal.addEventListener('abort', () => over.resolve(), { once: true });
    this.#active = true;
    this.#plan(SETTLE_MS);
    await over.promise;
    this.#active = false;
    this.#planned?.clear();
    for (const name of this.#running.keys()) this.#stop(name);
    await Promise.all(this.#ending);
  }

  onReferences(): void {
    if (this.#active) this.#plan(SETTLE_MS);
  }

  #plan(ms: number): void {
    if (this.#planned !== undefined && this.#planned.ms <= ms) return;
    this.#planned?.clear();
    const timer = this.#options.clock.setTimeout(() => {
      this.#planned = undefined;
      this.#choose();
    }, ms);
    this.#planned = { ms, clear: () => timer.clear() };
  }

  #choose(): void {
    const wanted = new Set(this.#options.wanted());
    for (const name of this.#denied.keys()) if (!wanted.has(name)) this.#denied.delete(name);
    const isRunning = (name: string): boolean => this.#running.has(name);
    const chosen = chooseWatches(wanted, this.#limit, isRunning, (name) => this.#denied.get(name)?.at);
    for (const name of this.#running.keys()) if (!chosen.has(name)) this.#stop(name);
    const absent = [...chosen].filter((name) => !isRunning(name));
    for (const name of absent.slice(0, STARTS_AT_A_TIME)) this.#start(name);
    this.#tellCrowded(wanted.size);
    if (absent.length > STARTS_AT_A_TIME) this.#plan(SETTLE_MS);
    else if (wanted.size > this.#limit) this.#plan(ROTATION_MS);
  }

  #tellCrowded(secrets: number): void {
    const crowded = secrets > this.#limit;
    if (crowded && !this.#crowded) {
      const message = 'objects refer to more Secrets than are watched at a time: changes of the others are noticed at the next validation interval';
      this.#options.logger.warn({ secrets, watches: this.#limit }, message);
    }
    this.#crowded = crowded;
  }

  #start(name: string): void {
    const key = parseKey(name);
    const { client, clock, random, logger, onSecret } = this.#options;
    const stop = new AbortController();
    const reflector = new Reflector<KubeObject>({
      client,
      clock,
      random,
      // An outage is told of by the watches of the kinds, once and not for each Secret.
      logger: logger.child({}, { level: 'error' }),
      kind: 'Secret',
      path: collectionPath('v1', 'secrets', key.namespace),
      // By this the API server knows the name, and looks for it among those that a Role lists.
      fieldSelector: `metadata.name=${key.name}`,
      metadataOnly: true,
      follows: true,
      keep: keepIdentity,
      onChange: () => onSecret(key),
      onFailure: (_operation, error) => {
        if (error.code === 403) this.#noteDenied(name);
      },
      onHealthy: () => this.#denied.delete(name),
    });
    // One that went while nobody watched leaves no trace in a list.
    void reflector.whenSynced().then(() => {
      if (reflector.values().length === 0 && !stop.signal.aborted) onSecret(key);
    });
    this.#running.set(name, { reflector, stop, ended: reflector.run(stop.signal) });
  }

  #stop(name: string): void {
    const running = this.#running.get(name);
    if (running === undefined) return;
    this.#running.delete(name);
    running.stop.abort();
    const ended = running.ended.finally(() => this.#ending.delete(ended));
    this.#ending.add(ended);
  }

  #noteDenied(name: string): void {
    const count = (this.#denied.get(name)?.count ?? 0) + 1;
    this.#denied.set(name, { count, at: this.#options.clock.monotonic() });
    if (count !== DENIALS_TO_TELL) return;
    const message = 'watching this Secret is forbidden: changes of it are noticed at the next validation interval; grant list and watch on it, by its name';
    this.#options.logger.warn({ kind: 'Secret', ...parseKey(name) }, message);
  }
}
