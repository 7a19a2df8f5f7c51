// What was just written shows at once, although the watch that fills the caches tells of it a moment later. Pure but for the clock.
import type { AnyResource, Kind, ResourceByKind } from '../api/resources.ts';
import type { Clock } from '../clock.ts';

/** Milliseconds after which a watch that has told nothing is believed all the same. */
const KEEP_MS = 30_000;

function version({ metadata }: AnyResource): bigint {
  return /^\d+$/.test(metadata.resourceVersion ?? '') ? BigInt(metadata.resourceVersion ?? '') : 0n;
}

export class RecentWrites {
  readonly #clock: Clock;
  readonly #written = new Map<string, { object: AnyResource; at: number }>();
  readonly #removed = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  wrote(object: AnyResource): void {
    this.#written.set(object.metadata.uid, { object, at: this.#clock.monotonic() });
  }

  removed(uid: string): void {
    this.#written.delete(uid);
    this.#removed.set(uid, this.#clock.monotonic());
  }

  /** The watch has told that it is gone, so whatever was written of it is older than that. */
  forget(uid: string): void {
    this.#written.delete(uid);
  }

  /** What a cache holds, with what was written since. */
  over<K extends Kind>(kind: K, cached: readonly ResourceByKind[K][]): ResourceByKind[K][] {
    this.#forgetOld();
    if (this.#written.size === 0 && this.#removed.size === 0) return [...cached];
    const found = cached
      .filter(({ metadata }) => !this.#removed.has(metadata.uid))
      .map((object) => {
        const written = this.#written.get(object.metadata.uid)?.object;
        if (written === undefined) return object;
        if (version(written) > version(object)) return written as ResourceByKind[K];
        this.#written.delete(object.metadata.uid);
        return object;
      });
    const known = new Set(found.map(({ metadata }) => metadata.uid));
    const added = [...this.#written.values()].flatMap(({ object }) => (object.kind === kind && !known.has(object.metadata.uid) ? [object as ResourceByKind[K]] : []));
    return [...found, ...added];
  }

  /** One object as a cache holds it, or as it was written since; undefined: there is none, or it was removed. */
  one<K extends Kind>(kind: K, uid: string, cached: ResourceByKind[K] | undefined): ResourceByKind[K] | undefined {
    this.#forgetOld();
    if (this.#removed.has(uid)) return undefined;
    const written = this.#written.get(uid)?.object;
    if (written?.kind !== kind) return cached;
    if (cached !== undefined && version(written) <= version(cached)) {
      this.#written.delete(uid);
      return cached;
    }
    return written as ResourceByKind[K];
  }

  #forgetOld(): void {
    const oldest = this.#clock.monotonic() - KEEP_MS;
    for (const [uid, { at }] of this.#written) if (at < oldest) this.#written.delete(uid);
    for (const [uid, at] of this.#removed) if (at < oldest) this.#removed.delete(uid);
  }
}
