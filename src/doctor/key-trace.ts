// From a key to the Repository that it belongs to, by the hashes in key Secrets. Pure. As strict as the operator: a copy of a key Secret,
// or one that somebody has edited, is no key.
import { hashKey } from '../api/api-key.ts';
import { ANNOTATIONS, KEY_DATA, keyOf, LABELS, type ObjectKey, type Repository } from '../api/resources.ts';
import { secretNameOf } from '../reconcile/key-secrets.ts';
import { expiryOf, planKey, readIssuedKey, typeOf, type ApiKeyEntry } from '../reconcile/keys.ts';
import type { SecretValue } from '../reconcile/store.ts';

export interface KeySecret {
  key: ObjectKey;
  value: Pick<SecretValue, 'data' | 'labels' | 'annotations' | 'ownerUid'>;
}

/** A key in force, or one that was. */
export interface FoundKey {
  repository: Repository;
  entry: ApiKeyEntry;
  secret: ObjectKey;
  /** Public identifier, as in status, metrics and logs. */
  id: string;
  /** `previous`: it was replaced, and works for the overlap only. */
  which: 'current' | 'previous';
  /** Milliseconds since the epoch. */
  expiresAt: number | undefined;
  /** Its end has passed, and the operator may have removed it. */
  isOver: boolean;
}

export type Trace =
  | { state: 'found'; found: FoundKey }
  /** `doubts`: Secrets that hold its hash, and why they do not count. */
  | { state: 'unknown'; doubts: { secret: ObjectKey; why: string }[] };

function holds({ value: { data } }: KeySecret, hash: string): boolean {
  return data[KEY_DATA.hash] === hash || data[KEY_DATA.previousHash] === hash;
}

/** Names of the Repositories whose Secrets hold the hash of the key. */
export function claimedRepositories(key: string, secrets: readonly KeySecret[]): ObjectKey[] {
  const hash = hashKey(key);
  const claimed = secrets.filter((secret) => holds(secret, hash));
  const names = claimed.map(({ key: { namespace }, value }) => ({ namespace, name: value.labels[LABELS.repository] ?? '' }));
  return [...new Map(names.map((name) => [keyOf(name), name])).values()];
}

function entryOf(repository: Repository, { key, value }: KeySecret): ApiKeyEntry | string {
  if (value.ownerUid !== repository.metadata.uid) return 'the Repository that it names does not own it, so it is a copy';
  const entry = (repository.spec.apiKeys ?? []).find((candidate) => secretNameOf(repository, candidate) === key.name);
  if (entry === undefined) return 'spec.apiKeys of its Repository has no such entry any more, so the operator revokes it';
  const label = value.labels[LABELS.apiKey];
  return label === undefined || label === entry.name ? entry : 'its label names another key than spec.apiKeys, so it is a copy';
}

function examine(hash: string, secret: KeySecret, repository: Repository | undefined, now: number): FoundKey | string {
  if (repository === undefined) return 'its Repository does not exist';
  if (repository.metadata.deletionTimestamp !== undefined) return 'its Repository is being deleted, so its keys are revoked';
  const entry = entryOf(repository, secret);
  if (typeof entry === 'string') return entry;
  const id = secret.value.annotations[ANNOTATIONS.keyId] ?? 'without an id';
  const issued = readIssuedKey(secret.value, typeOf(entry), { known: () => undefined, now, makeId: () => id });
  if (issued === undefined) return 'key and hash in it contradict each other, so the operator revokes it';
  const common = { repository, entry, secret: secret.key };
  if (issued.hash === hash) {
    const expiresAt = expiryOf(entry);
    return { ...common, id: issued.id, which: 'current', expiresAt, isOver: expiresAt !== undefined && now >= expiresAt };
  }
  const plan = planKey(entry, issued, now);
  const previous = 'current' in plan ? plan.current.previous : undefined;
  const end = previous?.expiresAt ?? issued.previous?.expiresAt;
  return {
    ...common,
    id: issued.previous?.id ?? id,
    which: 'previous',
    expiresAt: end,
    isOver: previous === undefined || now >= previous.expiresAt,
  };
}

/** `repositories` by `namespace/name`; `now` in milliseconds since the epoch. */
export function traceKey(key: string, secrets: readonly KeySecret[], repositories: ReadonlyMap<string, Repository>, now: number): Trace {
  const hash = hashKey(key);
  const doubts: { secret: ObjectKey; why: string }[] = [];
  for (const secret of secrets.filter((candidate) => holds(candidate, hash))) {
    const name = keyOf({ namespace: secret.key.namespace, name: secret.value.labels[LABELS.repository] ?? '' });
    const answer = examine(hash, secret, repositories.get(name), now);
    if (typeof answer !== 'string') return { state: 'found', found: answer };
    doubts.push({ secret: secret.key, why: answer });
  }
  return { state: 'unknown', doubts };
}
