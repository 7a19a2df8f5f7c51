// What a key Secret tells applications, by type of the key. Pure.
import { hashKey } from '../api/api-key.ts';
import { KEY_DATA, KEY_VARIABLES, type KeyType } from '../api/resources.ts';

/**
 * The key in the data of a Secret. It lies under the name of another type when the type of its entry has just been changed; such
 * a value counts only if nobody has edited it.
 */
export function keyIn(data: Readonly<Record<string, string>>, type: KeyType): string | undefined {
  const own = data[KEY_VARIABLES[type].key];
  if (own !== undefined) return own;
  const others = Object.values(KEY_VARIABLES).flatMap(({ key }) => data[key] ?? []);
  return others.find((value) => hashKey(value) === data[KEY_DATA.hash]);
}

/** SDKs of OpenAI want the version in the base URL; those of the others put one into the path by themselves. */
export function baseUrlFor(type: KeyType, publicBaseUrl: string): string {
  return type === 'OpenAI' ? publicBaseUrl : publicBaseUrl.replace(/(?<=[^/])(\/v1)?\/*$/, '');
}

/** The variables that deliver a key to applications. */
export function keyVariables(type: KeyType, key: string, publicBaseUrl: string): Record<string, string> {
  const names = KEY_VARIABLES[type];
  return { [names.key]: key, [names.baseUrl]: baseUrlFor(type, publicBaseUrl) };
}
