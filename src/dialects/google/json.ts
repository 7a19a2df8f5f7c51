// Careful looks into JSON of others: anything may be missing, null or of another kind.
import { isObject } from '../../chat/json.ts';

export type JsonObject = Record<string, unknown>;

export function asObject(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

export function asArray(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

export function asString(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Counts of proto3 are numbers or, where they are int64, strings. */
export function asCount(value: unknown): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number : undefined;
}

/** The object without its undefined members. */
export function defined(value: JsonObject): JsonObject {
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return entries.length === 0 ? {} : Object.fromEntries(entries);
}
