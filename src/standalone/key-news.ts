// What became of a key, in one line for the person at the terminal, from its file before and after. Pure.
import { isDeepStrictEqual } from 'node:util';
import { hashKey } from '../api/api-key.ts';
import { ANNOTATIONS, KEY_DATA, KEY_VARIABLES, keyOf, LABELS } from '../api/resources.ts';
import type { StoredSecret } from './key-file.ts';
import type { DeliveredKey } from './report.ts';

/** The file of a key changed; undefined where there is none. */
export interface KeyChange {
  before: StoredSecret | undefined;
  after: StoredSecret | undefined;
  path: string;
}

export interface KeyNews {
  /** Never holds the key. */
  line: string;
  /** No key that worked has ended. */
  harmless: boolean;
}

interface Held {
  hash: string;
  /** Variable that the key is in. */
  variable: string;
}

/** The key in a file; undefined: somebody has edited it, and it opens nothing. */
function heldIn({ data }: StoredSecret): Held | undefined {
  const hash = data[KEY_DATA.hash];
  const variable = Object.values(KEY_VARIABLES).find(({ key }) => hashKey(data[key] ?? '') === hash)?.key;
  return hash === undefined || variable === undefined ? undefined : { hash, variable };
}

function subjectOf({ key, labels }: StoredSecret): string {
  return `key ${key.namespace}/${labels[LABELS.repository] ?? ''} ${labels[LABELS.apiKey] ?? ''}`;
}

/** `key quickstart/assistant app: new key in PATH`; undefined when the key is what it was. */
export function describeKeyChange({ before, after, path }: KeyChange): KeyNews | undefined {
  const was = before && heldIn(before);
  const is = after && heldIn(after);
  const secret = after ?? before;
  if (isDeepStrictEqual(was, is) || secret === undefined) return undefined;
  const harmful = (text: string): KeyNews => ({ line: `${subjectOf(secret)}: ${text}`, harmless: false });
  if (after === undefined) return harmful(`revoked; it is no longer in ${path}`);
  if (is === undefined) return harmful(`revoked, because it was edited in ${path}`);
  if (was === undefined) return { line: `${subjectOf(secret)}: new key in ${path}`, harmless: true };
  if (was.hash === is.hash) return harmful(`works as ${is.variable} in ${path} now, and no longer as ${was.variable}`);
  const overlaps = after.data[KEY_DATA.previousHash] === was.hash;
  const end = overlaps ? `works until ${after.annotations[ANNOTATIONS.previousKeyExpiresAt] ?? 'its overlap ends'}` : 'is revoked';
  return harmful(`new key in ${path}; the one before ${end}`);
}

/** A key whose Repository is in none of the manifests. Its file stays: they may be those of another directory. */
export function describeLeftover({ repository, name, path }: DeliveredKey): string {
  const owner = keyOf(repository);
  return `key ${owner} ${name}: opens nothing, because there is no Repository ${owner}; delete ${path} unless it comes back`;
}
