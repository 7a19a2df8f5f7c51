// Reads JSON of unknown shape: what callers must have right, and what providers may leave out.
import { RequestError } from '../../chat/dialect.ts';
import { isObject, own, type Json } from '../../chat/json.ts';

/** Only what the object itself says: `{}.constructor` is no field. */
export function field(object: Json, name: string): unknown {
  return own(object, name) ?? undefined;
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function objectOf(value: unknown): Json {
  return isObject(value) ? value : {};
}

/** `{[name]: value}`, or nothing to spread where there is no value. */
export function optional<K extends string, V>(name: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { [P in K]?: V });
}

function wrong(at: string, what: string): never {
  throw new RequestError(at, `${at} must be ${what}.`);
}

/** Undefined where it is absent or null. */
export function stringAt(object: Json, name: string, at: string): string | undefined {
  const value = field(object, name);
  return value === undefined || typeof value === 'string' ? value : wrong(`${at}${name}`, 'a string');
}

export function neededString(object: Json, name: string, at: string): string {
  const value = stringAt(object, name, at);
  return value === undefined || value === '' ? wrong(`${at}${name}`, 'a string that is not empty') : value;
}

export function numberAt(object: Json, name: string, at: string): number | undefined {
  const value = field(object, name);
  return value === undefined || typeof value === 'number' ? value : wrong(`${at}${name}`, 'a number');
}

export function booleanAt(object: Json, name: string, at: string): boolean | undefined {
  const value = field(object, name);
  return value === undefined || typeof value === 'boolean' ? value : wrong(`${at}${name}`, 'true or false');
}

export function objectAt(object: Json, name: string, at: string): Json | undefined {
  const value = field(object, name);
  return value === undefined || isObject(value) ? value : wrong(`${at}${name}`, 'an object');
}

export function listAt(object: Json, name: string, at: string): readonly unknown[] {
  const value = field(object, name);
  if (value === undefined) return [];
  return Array.isArray(value) ? value : wrong(`${at}${name}`, 'a list');
}

export function oneOf<T extends string>(value: string, allowed: readonly T[], at: string): T {
  return allowed.find((name) => name === value) ?? wrong(at, `one of ${allowed.join(', ')}`);
}

/** Tells the fields that are set and not among those that are known. */
export function unknownFields(object: Json, known: readonly string[], at: string, tell: (name: string) => void): void {
  for (const [name, value] of Object.entries(object)) {
    const isEmpty = value === null || value === undefined || (Array.isArray(value) && value.length === 0);
    if (!isEmpty && !known.includes(name)) tell(`${at}${name}`);
  }
}
