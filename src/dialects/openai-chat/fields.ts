// Reads a caller's JSON object field by field: own properties only, errors that name the path, and an account of what nobody read.
import { RequestError } from '../../chat/dialect.ts';
import { isEmpty, isObject, printable, type Json } from '../../chat/json.ts';
import type { Losses } from '../../chat/losses.ts';

/** Null counts as absent everywhere: SDKs write it for what was not given. */
export class Fields {
  readonly path: string;
  readonly #value: Json;
  readonly #taken = new Set<string>();

  constructor(value: unknown, path: string) {
    if (!isObject(value)) throw new RequestError(path, `${path} must be an object.`);
    this.#value = value;
    this.path = path;
  }

  at(key: string): string {
    return this.path === '' ? key : `${this.path}.${key}`;
  }

  take(key: string): unknown {
    // Most of the fields that are asked for are not there.
    if (!Object.hasOwn(this.#value, key)) return undefined;
    this.#taken.add(key);
    return this.#value[key] ?? undefined;
  }

  /** Marks fields that are known and mean nothing to anybody else. */
  skip(...keys: readonly string[]): void {
    for (const key of keys) this.#taken.add(key);
  }

  text(key: string): string | undefined {
    const value = this.take(key);
    return value === undefined || typeof value === 'string' ? value : this.#refuse(key, 'a string');
  }

  /** Neither absent nor empty. */
  name(key: string): string {
    const value = this.take(key);
    return typeof value === 'string' && value !== '' ? value : this.#refuse(key, 'a non-empty string');
  }

  requiredText(key: string): string {
    const value = this.take(key);
    return typeof value === 'string' ? value : this.#refuse(key, 'a string');
  }

  number(key: string): number | undefined {
    const value = this.take(key);
    return value === undefined || (typeof value === 'number' && Number.isFinite(value)) ? value : this.#refuse(key, 'a number');
  }

  integer(key: string, least: number): number | undefined {
    const value = this.take(key);
    if (value === undefined || (typeof value === 'number' && Number.isInteger(value) && value >= least)) return value;
    return this.#refuse(key, least === Number.MIN_SAFE_INTEGER ? 'a whole number' : `a whole number of at least ${least}`);
  }

  flag(key: string): boolean | undefined {
    const value = this.take(key);
    return value === undefined || typeof value === 'boolean' ? value : this.#refuse(key, 'true or false');
  }

  list(key: string): readonly unknown[] | undefined {
    const value = this.take(key);
    return value === undefined || Array.isArray(value) ? value : this.#refuse(key, 'a list');
  }

  object(key: string): Fields | undefined {
    const value = this.take(key);
    return value === undefined ? undefined : new Fields(value, this.at(key));
  }

  requiredObject(key: string): Fields {
    return new Fields(this.take(key), this.at(key));
  }

  /** An object whose values are all of one kind. */
  mapOf<T>(key: string, what: string, isOne: (value: unknown) => value is T): Record<string, T> | undefined {
    const value = this.take(key);
    if (value === undefined) return undefined;
    if (!isObject(value)) return this.#refuse(key, `an object of ${what}`);
    const refuse = (): never => this.#refuse(key, `an object of ${what}`);
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, isOne(one) ? one : refuse()]));
  }

  /** Tells what nobody took and what says something. */
  tellRest(losses: Losses): void {
    for (const key of this.#rest()) losses.add(this.at(printable(key)));
  }

  /** What nobody took and what says something, for the writers of other dialects to tell; a name that no field has is told here. */
  rest(losses: Losses): Record<string, unknown> | undefined {
    const entries: [string, unknown][] = [];
    for (const key of this.#rest()) {
      if (printable(key) === key) entries.push([key, this.#value[key]]);
      else losses.add(this.at(printable(key)));
    }
    return entries.length === 0 ? undefined : Object.fromEntries(entries);
  }

  #rest(): string[] {
    return Object.keys(this.#value).filter((key) => !this.#taken.has(key) && !isEmpty(this.#value[key]));
  }

  #refuse(key: string, expected: string): never {
    throw new RequestError(this.at(key), `${this.at(key)} must be ${expected}.`);
  }
}
