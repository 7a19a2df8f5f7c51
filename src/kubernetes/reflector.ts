// Keeps a local copy of one collection in step with the API server: list, watch, and begin again after whatever goes wrong.
import type { Clock } from '../clock.ts';
import type { Logger } from '../telemetry/log.ts';
import { Retries } from './backoff.ts';
import type { KubeClient, Query } from './client.ts';
import { KubernetesError, errorFromStatus, errorFromTransport } from './kubernetes-error.ts';
import { ObjectCache, type Change } from './object-cache.ts';
import { METADATA_LIST, PAGE_SIZE, type KubeList, type KubeObject } from './objects.ts';
import { runWatch, type WatchEnd } from './watch.ts';

const METADATA_WATCH = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
/** A watch that ends sooner without a word was refused politely; dialling again at once would be a tight loop. */
const SHORT_WATCH_MS = 1_000;
/** After so many refused watches in a row the position may be the problem, as after a restore of etcd. */
const REFUSALS_BEFORE_RELIST = 3;
/** Finds what a watch may have lost. */
const SAFETY_RELIST_MS = 30 * 60_000;

export interface ReflectorOptions<T extends KubeObject> {
  client: KubeClient;
  /** Name for metrics and logs, for example AILLMConfig. */
  kind: string;
  /** Collection, for example /apis/ai.flashback.tech/v1alpha1/aillmconfigs. */
  path: string;
  labelSelector?: string;
  fieldSelector?: string;
  /** Asks the server for metadata only. */
  metadataOnly?: boolean;
  /** There are many like this one: while the server is away, it leaves it to others to find out when it is back. */
  follows?: boolean;
  /** The part of an object that is kept in memory. */
  keep(object: T): T;
  /** Must return at once. Exceptions are logged and change nothing. */
  onChange(change: Change<T>): void;
  /** A list or watch failed and will be tried again. */
  onFailure?(operation: 'list' | 'watch', error: KubernetesError): void;
  /** The server accepted a list and a watch again. */
  onHealthy?(): void;
  clock: Clock;
  /** From 0 to 1. */
  random(): number;
  logger: Logger;
  inactivityMs?: number;
}

/** Ages in milliseconds. */
export interface ReflectorHealth {
  kind: string;
  synced: boolean;
  /** Since the server last said anything. */
  lastContactAgeMs: number;
  /** Since we last tried or heard something: says whether the loop lives, whatever the server does. */
  lastAttemptAgeMs: number;
  /** Reason of the last failure, while it lasts. */
  failing?: string;
  /** The last failure was that access rules do not allow it, and lasts. */
  forbidden: boolean;
}

function isKubeObject(value: unknown): value is KubeObject {
  if (typeof value !== 'object' || value === null) return false;
  const metadata: unknown = Reflect.get(value, 'metadata');
  return typeof metadata === 'object' && metadata !== null && typeof Reflect.get(metadata, 'resourceVersion') === 'string';
}

/** One collection. Run it once; stop it with the signal. */
export class Reflector<T extends KubeObject> {
  readonly #options: ReflectorOptions<T>;
  readonly #cache = new ObjectCache<T>();
  readonly #synced = Promise.withResolvers<void>();
  #isSynced = false;
  #running = false;
  /** Where to watch from; empty means that a list is due. */
  #resourceVersion = '';
  #listedAt = 0;
  #contactAt: number;
  #attemptAt: number;
  readonly #retries: Retries;
  #refusals = 0;
  #expirations = 0;
  #failing: KubernetesError | undefined;

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.#contactAt = this.#attemptAt = options.clock.monotonic();
    const { client, clock, random, follows } = options;
    this.#retries = new Retries({ contact: client.contact, clock, random, follows });
  }

  get(namespace: string, name: string): T | undefined {
    return this.#cache.get(namespace, name);
  }

  byUid(uid: string): T | undefined {
    return this.#cache.byUid(uid);
  }

  values(): T[] {
    return this.#cache.values();
  }

  get synced(): boolean {
    return this.#isSynced;
  }

  /** Resolves after the first complete list. */
  whenSynced(): Promise<void> {
    return this.#synced.promise;
  }

  health(): ReflectorHealth {
    const now = this.#options.clock.monotonic();
    return {
      kind: this.#options.kind,
      synced: this.#isSynced,
      lastContactAgeMs: now - this.#contactAt,
      lastAttemptAgeMs: now - Math.max(this.#attemptAt, this.#contactAt),
      ...(this.#failing === undefined ? {} : { failing: this.#failing.reason }),
      forbidden: this.#failing?.code === 403,
    };
  }

  /** Lists and watches until the signal is aborted. Never rejects on account of the server. */
  async run(signal: AbortSignal): Promise<void> {
    if (this.#running) throw new Error(`the reflector for ${this.#options.kind} runs already`);
    this.#running = true;
    while (!signal.aborted) {
      await this.#turn(signal);
      await this.#retries.wait(signal);
    }
    this.#running = false;
  }

  /** One list if due and one watch. */
  async #turn(signal: AbortSignal): Promise<void> {
    if (this.#resourceVersion === '') {
      try {
        await this.#relist(signal);
      } catch (error) {
        if (!signal.aborted) this.#failed('list', errorFromTransport(`LIST ${this.#options.path}`, error));
        return;
      }
    }
    if (!signal.aborted) await this.#watch(signal);
  }

  async #relist(signal: AbortSignal): Promise<void> {
    const { client, path, keep } = this.#options;
    const objects: T[] = [];
    let token: string | undefined;
    let resourceVersion = '';
    do {
      this.#attemptAt = this.#options.clock.monotonic();
      const page: KubeList<T> = await client.request({
        method: 'GET',
        path,
        query: { ...this.#selectors(), limit: PAGE_SIZE, continue: token },
        ...(this.#options.metadataOnly === true ? { accept: METADATA_LIST } : {}),
        signal,
      });
      this.#contactAt = this.#options.clock.monotonic();
      objects.push(...(page.items ?? []).map((item) => keep(item)));
      resourceVersion = page.metadata.resourceVersion ?? '';
      token = page.metadata.continue === '' ? undefined : page.metadata.continue;
    } while (token !== undefined);
    if (signal.aborted) return;
    this.#resourceVersion = resourceVersion;
    this.#listedAt = this.#options.clock.monotonic();
    this.#announce(this.#cache.replace(objects));
    this.#isSynced = true;
    this.#synced.resolve();
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { client, path, clock } = this.#options;
    const started = clock.monotonic();
    this.#attemptAt = started;
    let heard = false;
    let streamError: KubernetesError | undefined;
    const stop = new AbortController();
    const onAbort = (): void => stop.abort();
    signal.addEventListener('abort', onAbort, { once: true });
    const relistIn = this.#listedAt + SAFETY_RELIST_MS * (0.9 + 0.2 * this.#options.random()) - started;
    let relistDue = false;
    const relist = clock.setTimeout(
      () => {
        relistDue = true;
        stop.abort();
      },
      Math.max(0, relistIn),
    );
    const end = await runWatch(client, {
      path,
      query: { ...this.#selectors(), resourceVersion: this.#resourceVersion, allowWatchBookmarks: true },
      accept: this.#options.metadataOnly === true ? METADATA_WATCH : undefined,
      inactivityMs: this.#options.inactivityMs,
      signal: stop.signal,
      onOpen: () => {
        this.#contactAt = clock.monotonic();
        this.#failing = undefined;
        this.#options.onHealthy?.();
      },
      onEvent: (type, object) => {
        this.#contactAt = clock.monotonic();
        if (type === 'ERROR') {
          const code: unknown = typeof object === 'object' && object !== null ? Reflect.get(object, 'code') : undefined;
          streamError = errorFromStatus(`WATCH ${path}`, typeof code === 'number' ? code : 500, object);
          stop.abort();
        } else if (isKubeObject(object)) {
          heard = true;
          this.#recovered();
          this.#receive(type, object as T);
        }
      },
    });
    relist.clear();
    signal.removeEventListener('abort', onAbort);
    if (signal.aborted) return;
    if (relistDue) {
      this.#resourceVersion = '';
      return;
    }
    const lived = clock.monotonic() - started;
    this.#afterWatch(end, streamError, heard || lived >= SHORT_WATCH_MS);
  }

  #receive(type: string, object: T): void {
    // Before the handler: an event that makes it throw must not be delivered for ever.
    this.#resourceVersion = object.metadata.resourceVersion ?? this.#resourceVersion;
    if (type === 'ADDED' || type === 'MODIFIED') this.#announce(this.#cache.upsert(this.#options.keep(object)));
    else if (type === 'DELETED') this.#announce(this.#cache.remove(object));
  }

  #afterWatch(end: WatchEnd, streamError: KubernetesError | undefined, healthy: boolean): void {
    const error = streamError ?? (end.kind === 'failed' ? end.error : undefined);
    if (error?.code === 410) {
      this.#resourceVersion = '';
      this.#expirations += 1;
      if (this.#expirations === 1) return;
    }
    if (error === undefined) {
      if (healthy) this.#recovered();
      else this.#failed('watch', new KubernetesError(0, 'ShortWatch', `WATCH ${this.#options.path}: ended at once`));
      return;
    }
    if (error.code >= 400) this.#refusals += 1;
    if (this.#refusals >= REFUSALS_BEFORE_RELIST) {
      this.#refusals = 0;
      this.#resourceVersion = '';
    }
    this.#failed('watch', error);
  }

  #failed(operation: 'list' | 'watch', error: KubernetesError): void {
    const { client, kind, logger } = this.#options;
    this.#retries.failed(error);
    client.metrics.flashback_watch_failures_total.inc({ kind, operation });
    if (this.#failing?.reason !== error.reason) logger.warn({ kind, operation, code: error.code, reason: error.reason }, error.message);
    this.#failing = error;
    this.#options.onFailure?.(operation, error);
  }

  #recovered(): void {
    this.#retries.succeeded();
    this.#refusals = this.#expirations = 0;
    this.#failing = undefined;
  }

  #announce(changes: Change<T>[]): void {
    for (const change of changes) {
      try {
        this.#options.onChange(change);
      } catch (error) {
        this.#options.logger.error({ err: error, kind: this.#options.kind }, 'a handler of changes failed');
      }
    }
  }

  #selectors(): Query {
    return { labelSelector: this.#options.labelSelector, fieldSelector: this.#options.fieldSelector };
  }
}
