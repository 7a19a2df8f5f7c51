// What every dialect asks of JSON that somebody else made.

export type Json = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Own properties only, so that a field called `constructor` is what the sender wrote or nothing. */
export function own(object: Json, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Says nothing: to leave it out is no loss. */
export function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || (typeof value === 'object' && Object.keys(value).length === 0);
}

/** A key of a caller as it may stand in a header. */
export function printable(key: string): string {
  return key.slice(0, 64).replaceAll(/[^\u0021-\u007e]/g, '?');
}
