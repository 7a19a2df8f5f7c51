// Reads a caller's JSON object field by field. Google takes every name in camelCase and in snake_case; errors and losses name the
// field as the caller wrote it.
import { RequestError } from '../../chat/dialect.ts';
import type { Losses } from '../../chat/losses.ts';
import { isEmpty, isObject, own, printable } from '../../chat/json.ts';
import type { JsonObject } from './json.ts';

/** `topK` -> `top_k`. */
function toSnake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** `top_k` -> `topK`. */
export function toCamel(name: string): string {
  return name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

export class Fields {
  readonly path: string;
  readonly #value: JsonObject;
  readonly #taken = new Set<string>();

  constructor(value: unknown, path: string) {
    if (!isObject(value)) throw new RequestError(path, `${path} must be an object.`);
    this.#value = value;
    this.path = path;
  }

  /** The path of a field, by the name that the caller used. */
  at(name: string): string {
    const key = this.#keyOf(name);
    return this.path === '' ? key : `${this.path}.${key}`;
  }

  /** Undefined also for null: SDKs write it for what was not given. */
  take(name: string): unknown {
    const key = this.#keyOf(name);
    this.#taken.add(key);
    return own(this.#value, key) ?? undefined;
  }

  text(name: string): string | undefined {
    const value = this.take(name);
    return value === undefined || typeof value === 'string' ? value : this.#refuse(name, 'a string');
  }

  /** Neither absent nor empty. */
  name(name: string): string {
    return this.text(name) || this.#refuse(name, 'a non-empty string');
  }

  /** Numbers of proto3 may come as strings. */
  number(name: string): number | undefined {
    const value = this.take(name);
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    return number === undefined || (typeof number === 'number' && Number.isFinite(number)) ? number : this.#refuse(name, 'a number');
  }

  integer(name: string, least: number): number | undefined {
    const value = this.number(name);
    if (value === undefined || (Number.isInteger(value) && value >= least)) return value;
    return this.#refuse(name, least === Number.MIN_SAFE_INTEGER ? 'a whole number' : `a whole number of at least ${least}`);
  }

  flag(name: string): boolean | undefined {
    const value = this.take(name);
    return value === undefined || typeof value === 'boolean' ? value : this.#refuse(name, 'true or false');
  }

  texts(name: string): string[] | undefined {
    const value = this.take(name);
    if (value === undefined) return undefined;
    if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
    return this.#refuse(name, 'a list of strings');
  }

  object(name: string): JsonObject | undefined {
    const value = this.take(name);
    return value === undefined || isObject(value) ? value : this.#refuse(name, 'an object');
  }

  fields(name: string): Fields | undefined {
    const value = this.object(name);
    return value === undefined ? undefined : new Fields(value, this.at(name));
  }

  /** A list of objects, or one object where a list of one is meant. */
  list(name: string): Fields[] {
    const value = this.take(name);
    if (value === undefined) return [];
    if (isObject(value)) return [new Fields(value, this.at(name))];
    if (!Array.isArray(value)) return this.#refuse(name, 'a list');
    return value.map((one, index) => new Fields(one, `${this.at(name)}[${index}]`));
  }

  /** What nobody took and what says something, by camelCase names. */
  rest(): [name: string, value: unknown][] {
    return this.untaken().filter(([, value]) => !isEmpty(value));
  }

  /** The same with what is empty: `{googleSearch: {}}` says something. */
  untaken(): [name: string, value: unknown][] {
    const entries = Object.entries(this.#value).filter(([key, value]) => !this.#taken.has(key) && value !== null);
    return entries.map(([key, value]) => [toCamel(key), value]);
  }

  tellRest(losses: Losses): void {
    for (const [key, value] of Object.entries(this.#value)) {
      // Flags of proto3 are false where nobody says anything.
      if (this.#taken.has(key) || isEmpty(value) || value === false) continue;
      losses.add(this.path === '' ? printable(key) : `${this.path}.${printable(key)}`);
    }
  }

  #keyOf(name: string): string {
    const snake = toSnake(name);
    return !Object.hasOwn(this.#value, name) && Object.hasOwn(this.#value, snake) ? snake : name;
  }

  #refuse(name: string, what: string): never {
    throw new RequestError(this.at(name), `${this.at(name)} must be ${what}.`);
  }
}
