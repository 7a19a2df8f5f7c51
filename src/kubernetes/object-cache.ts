// The objects that a reflector knows, and what changes between two moments. Pure: no clock, no network.
import type { KubeObject } from './objects.ts';

export type Change<T> = { type: 'added'; object: T } | { type: 'changed'; object: T; previous: T } | { type: 'removed'; object: T };

function cacheKey({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

/** Objects by namespace and name, and by UID. Every method answers with the changes that it made. */
export class ObjectCache<T extends KubeObject> {
  readonly #objects = new Map<string, T>();
  readonly #byUid = new Map<string, T>();

  get(namespace: string, name: string): T | undefined {
    return this.#objects.get(`${namespace}/${name}`);
  }

  byUid(uid: string): T | undefined {
    return this.#byUid.get(uid);
  }

  values(): T[] {
    return [...this.#objects.values()];
  }

  get size(): number {
    return this.#objects.size;
  }

  upsert(object: T): Change<T>[] {
    const key = cacheKey(object);
    const previous = this.#objects.get(key);
    this.#objects.set(key, object);
    if (previous !== undefined) this.#byUid.delete(previous.metadata.uid);
    this.#byUid.set(object.metadata.uid, object);
    if (previous === undefined) return [{ type: 'added', object }];
    // Deleted and made again while nobody looked: whoever keeps state by uid must hear of both.
    if (previous.metadata.uid !== object.metadata.uid) {
      return [
        { type: 'removed', object: previous },
        { type: 'added', object },
      ];
    }
    if (previous.metadata.resourceVersion === object.metadata.resourceVersion) return [];
    return [{ type: 'changed', object, previous }];
  }

  remove(object: T): Change<T>[] {
    const key = cacheKey(object);
    const previous = this.#objects.get(key);
    if (previous === undefined || previous.metadata.uid !== object.metadata.uid) return [];
    this.#objects.delete(key);
    this.#byUid.delete(previous.metadata.uid);
    return [{ type: 'removed', object: previous }];
  }

  /** Takes a complete list in place of what was known; what is missing from it was deleted. */
  replace(objects: readonly T[]): Change<T>[] {
    const listed = new Set(objects.map(cacheKey));
    const gone = this.values().filter((object) => !listed.has(cacheKey(object)));
    return [...gone.flatMap((object) => this.remove(object)), ...objects.flatMap((object) => this.upsert(object))];
  }
}
