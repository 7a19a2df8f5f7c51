// API keys of a repository as plain data: how one is made, how a Secret is read as one, and what is due for it. Pure.
import { formatKey, hashKey, isWellFormedKey } from '../api/api-key.ts';
import { parseDuration } from '../api/duration.ts';
import { ANNOTATIONS, KEY_DATA, type KeyType, type Repository } from '../api/resources.ts';
import { keyIn } from './key-variables.ts';
import type { SecretValue } from './store.ts';

export type ApiKeyEntry = NonNullable<Repository['spec']['apiKeys']>[number];

/** A key that is replaced and works on for a while. */
export interface PreviousKey {
  hash: string;
  id: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

/** What a key Secret holds. */
export interface IssuedKey {
  key: string;
  hash: string;
  id: string;
  /** Milliseconds since the epoch. */
  createdAt: number;
  previous: PreviousKey | undefined;
}

/** What to do for an entry, and when to look again (milliseconds since the epoch). */
export type KeyPlan =
  | { action: 'issue' }
  | { action: 'keep' | 'dropPrevious'; current: IssuedKey; due: number | undefined }
  | { action: 'rotate'; current: IssuedKey };

/** How long before its end people are told that a key expires, the earliest first. */
const NOTICE_MS = [7 * 86_400_000, 86_400_000];

const HASH = /^[0-9a-f]{64}$/;
const KEY_ID = /^key_[0-9a-f]{12}$/;

/** A new key: `sk-` and 48 base64url characters. `random` gives that many random bytes. */
export function generateKey(random: (bytes: number) => Buffer): string {
  return formatKey(random(32));
}

/** A public identifier for a key; not derived from it. */
export function generateKeyId(random: (bytes: number) => Buffer): string {
  return `key_${random(6).toString('hex')}`;
}

function parseTime(text: string | undefined): number | undefined {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? undefined : time;
}

/** The type of the key of an entry. */
export function typeOf({ type = 'OpenAI' }: ApiKeyEntry): KeyType {
  return type;
}

export interface ReadContext {
  /** What the operator remembers of a key, by hash. */
  known(hash: string): { id: string } | undefined;
  /** Milliseconds since the epoch. */
  now: number;
  makeId(): string;
}

/**
 * The key in a Secret, or undefined where its parts contradict each other: then somebody has edited it and it is no key of
 * ours. Lost annotations are made up for, so that a tool that strips them breaks nothing.
 */
export function readIssuedKey(
  { data, annotations }: Pick<SecretValue, 'data' | 'annotations'>,
  type: KeyType,
  { known, now, makeId }: ReadContext,
): IssuedKey | undefined {
  const key = keyIn(data, type) ?? '';
  const hash = hashKey(key);
  if (!isWellFormedKey(key) || data[KEY_DATA.hash] !== hash) return undefined;
  const annotatedId = annotations[ANNOTATIONS.keyId] ?? '';
  const id = known(hash)?.id ?? (KEY_ID.test(annotatedId) ? annotatedId : makeId());
  const createdAt = Math.min(now, parseTime(annotations[ANNOTATIONS.keyCreatedAt]) ?? now);
  return { key, hash, id, createdAt, previous: readPrevious(data, annotations, hash) };
}

function readPrevious(data: Record<string, string>, annotations: Record<string, string>, current: string): PreviousKey | undefined {
  const hash = data[KEY_DATA.previousHash] ?? '';
  const id = annotations[ANNOTATIONS.previousKeyId] ?? '';
  const expiresAt = parseTime(annotations[ANNOTATIONS.previousKeyExpiresAt]);
  return HASH.test(hash) && hash !== current && KEY_ID.test(id) && expiresAt !== undefined ? { hash, id, expiresAt } : undefined;
}

/** How long a replaced key works on, in milliseconds. */
export function overlapOf({ rotation }: ApiKeyEntry): number {
  return rotation?.overlap === undefined ? 0 : parseDuration(rotation.overlap);
}

/** When a key is replaced, in milliseconds since the epoch; undefined: not by itself. */
function rotationOf({ rotation }: ApiKeyEntry, { createdAt }: IssuedKey): number | undefined {
  return rotation === undefined ? undefined : createdAt + parseDuration(rotation.every);
}

/** Milliseconds before a key is replaced that gateways are told of the next one. */
const LEAD_MS = 10_000;

/** When the key after this one is made, in milliseconds since the epoch; undefined: none follows by itself. */
export function leadOf(entry: ApiKeyEntry, issued: IssuedKey): number | undefined {
  const rotateAt = rotationOf(entry, issued);
  return rotateAt === undefined ? undefined : rotateAt - Math.min(LEAD_MS, (rotateAt - issued.createdAt) / 4);
}

/** End of the overlap: never later than the present spec allows, whatever an annotation says. */
function previousEnd(entry: ApiKeyEntry, { createdAt, previous }: IssuedKey): number {
  return Math.min(previous?.expiresAt ?? -Infinity, createdAt + overlapOf(entry));
}

/** What is due for an entry whose Secret holds `issued` (undefined: none, or none that can be trusted) at `now`. */
export function planKey(entry: ApiKeyEntry, issued: IssuedKey | undefined, now: number): KeyPlan {
  if (issued === undefined) return { action: 'issue' };
  const rotateAt = rotationOf(entry, issued);
  if (rotateAt !== undefined && now >= rotateAt) return { action: 'rotate', current: issued };
  const end = previousEnd(entry, issued);
  if (issued.previous !== undefined && now >= end) {
    return { action: 'dropPrevious', current: { ...issued, previous: undefined }, due: rotateAt };
  }
  const current = issued.previous === undefined ? issued : { ...issued, previous: { ...issued.previous, expiresAt: end } };
  const expiresAt = expiryOf(entry);
  const moments = expiresAt === undefined ? [] : expiryMoments(expiresAt);
  const dates = [rotateAt, current.previous?.expiresAt, ...moments].filter((date) => date !== undefined && date > now);
  return { action: 'keep', current, due: dates.length === 0 ? undefined : Math.min(...dates.map(Number)) };
}

/** The key that takes over from `current`, which works on until the overlap ends. */
export function rotatedKey(entry: ApiKeyEntry, current: IssuedKey, fresh: Pick<IssuedKey, 'key' | 'id'>, now: number): IssuedKey {
  const overlap = overlapOf(entry);
  const previous = overlap === 0 ? undefined : { hash: current.hash, id: current.id, expiresAt: now + overlap };
  return { ...fresh, hash: hashKey(fresh.key), createdAt: now, previous };
}

/** When the key of an entry stops working, in milliseconds since the epoch. */
export function expiryOf({ expiresAt }: ApiKeyEntry): number | undefined {
  // A date that nobody can read must not make a key eternal.
  return expiresAt === undefined ? undefined : (parseTime(expiresAt) ?? 0);
}

/** When something is to be said about a key that ends then: a week before, a day before, and at its end. All in milliseconds. */
export function expiryMoments(expiresAt: number): number[] {
  return [...NOTICE_MS.map((notice) => expiresAt - notice), expiresAt];
}
