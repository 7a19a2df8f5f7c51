// Fields of a caller's body that must be of a kind where they are given. null counts as not given.
import { RequestError } from '../../chat/dialect.ts';
import type { Losses } from '../../chat/losses.ts';
import { isObject, own, type Json } from '../../chat/json.ts';

type Kind = 'string' | 'number' | 'boolean';
interface Kinds {
  string: string;
  number: number;
  boolean: boolean;
}

const isKind = <K extends Kind>(value: unknown, kind: K): value is Kinds[K] => typeof value === kind;
const pathOf = (at: string, name: string): string => (at === '' ? name : `${at}.${name}`);

export function given<K extends Kind>(object: Json, name: string, kind: K, at: string): Kinds[K] | undefined {
  const value = own(object, name) ?? undefined;
  if (value === undefined) return undefined;
  const path = pathOf(at, name);
  if (!isKind(value, kind)) throw new RequestError(path, `${path} must be a ${kind}`);
  return value;
}

export function needed<K extends Kind>(object: Json, name: string, kind: K, at: string): Kinds[K] {
  const value = given(object, name, kind, at);
  const path = pathOf(at, name);
  if (value === undefined || value === '') throw new RequestError(path, `${path} is missing; give a ${kind}`);
  return value;
}

export function numberIn(object: Json, name: string, least: number, most: number): number | undefined {
  const value = given(object, name, 'number', '');
  if (value === undefined) return undefined;
  if (!(value >= least && value <= most)) throw new RequestError(name, `${name} must be a number from ${least} to ${most}`);
  return value;
}

export function wholeNumber(object: Json, name: string, least: number, at: string): number | undefined {
  const value = given(object, name, 'number', at);
  const path = pathOf(at, name);
  if (value === undefined) return undefined;
  if (!Number.isSafeInteger(value) || value < least) throw new RequestError(path, `${path} must be a whole number of at least ${least}`);
  return value;
}

/** SDKs of others say -1 for a number that is not set, and Anthropic takes it for that. */
export function withoutUnset(object: Json, names: readonly string[]): Json {
  return Object.fromEntries(Object.entries(object).filter(([name, value]) => !(value === -1 && names.includes(name))));
}

export function givenObject(object: Json, name: string, at: string): Json | undefined {
  const value = own(object, name) ?? undefined;
  if (value === undefined) return undefined;
  const path = pathOf(at, name);
  if (!isObject(value)) throw new RequestError(path, `${path} must be an object`);
  return value;
}

export function givenList(object: Json, name: string, at: string): readonly unknown[] | undefined {
  const value = own(object, name) ?? undefined;
  if (value === undefined) return undefined;
  const path = pathOf(at, name);
  if (!Array.isArray(value)) throw new RequestError(path, `${path} must be a list`);
  return value;
}

export function objectIn(value: unknown, path: string): Json {
  if (!isObject(value)) throw new RequestError(path, `${path} must be an object`);
  return value;
}

export function oneOf<T extends string>(value: string, allowed: readonly T[], path: string): T {
  const found = allowed.find((name) => name === value);
  if (found === undefined) throw new RequestError(path, `${path} must be one of ${allowed.join(', ')}`);
  return found;
}

/** null, false and empty lists ask for nothing. */
export function asks(value: unknown): boolean {
  return value !== null && value !== false && !(Array.isArray(value) && value.length === 0);
}

/** Names what is there besides these fields and asks for something. */
export function loseOthers(object: Json, known: readonly string[], at: string, losses: Losses): void {
  for (const [name, value] of Object.entries(object)) {
    if (asks(value) && !known.includes(name)) losses.add(pathOf(at, name));
  }
}
