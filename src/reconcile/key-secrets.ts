// Secrets that deliver keys: which ones a repository has, which it should have, and what they should say.
import { ANNOTATIONS, KEY_DATA, LABELS, MANAGED_BY, keyOf, type ObjectKey, type Repository } from '../api/resources.ts';
import { keyVariables } from './key-variables.ts';
import { isMade, readMadeKey, type MadeKey } from './made-key.ts';
import { typeOf, type ApiKeyEntry, type IssuedKey } from './keys.ts';
import { SecretForbiddenError, type OwnedSecret, type ResourceStore, type SecretValue } from './store.ts';

/** An entry of spec.apiKeys and the Secret under its name. */
export interface KeySlot {
  entry: ApiKeyEntry;
  secret: ObjectKey;
  /** The Secret, if it is this repository's. */
  existing: SecretValue | undefined;
  /** The name is taken: by somebody else's Secret, or by an entry further up. */
  conflict: boolean;
}

export interface KeySecrets {
  slots: KeySlot[];
  /** Secrets of this repository that no entry asks for. */
  orphans: { key: ObjectKey; value: SecretValue }[];
  /** Keys that were made on demand. */
  made: MadeKey[];
}

/** Name of the Secret that delivers the key of an entry. */
export function secretNameOf(repository: Repository, entry: ApiKeyEntry): string {
  return entry.secretName ?? `${repository.metadata.name}-${entry.name}`;
}

function unlessForbidden(error: unknown): undefined {
  if (!(error instanceof SecretForbiddenError)) throw error;
  return undefined;
}

/** Those with the label of the repository; where the operator may read Secrets by name only, those that status names. */
async function listSecrets(store: ResourceStore, { metadata: { namespace, name }, status }: Repository): Promise<KeySecrets['orphans']> {
  const listed = await store.listKeySecrets({ namespace, name }).catch(unlessForbidden);
  if (listed !== undefined) return listed;
  const names = new Set((status?.keys ?? []).flatMap(({ secretName }) => secretName ?? []));
  const found = [...names].map(async (secret) => {
    const key = { namespace, name: secret };
    const value = await store.getSecret(key).catch(unlessForbidden);
    return value === undefined ? [] : [{ key, value }];
  });
  return (await Promise.all(found)).flat();
}

/** Reads, live, the key Secrets of a repository. */
export async function readKeySecrets(store: ResourceStore, repository: Repository): Promise<KeySecrets> {
  const { namespace, uid } = repository.metadata;
  const listed = await listSecrets(store, repository);
  // Anybody may write labels; the owner reference tells what is ours.
  const own = new Map(listed.filter(({ value }) => value.ownerUid === uid).map((secret) => [secret.key.name, secret]));
  const slots: KeySlot[] = [];
  const taken = new Set<string>();
  for (const entry of repository.spec.apiKeys ?? []) {
    const secret = { namespace, name: secretNameOf(repository, entry) };
    // A Secret whose label was taken away is not in the list, and still ours.
    const found = own.get(secret.name)?.value ?? (await store.getSecret(secret));
    const foreign = found !== undefined && (found.ownerUid !== uid || isMade(found));
    const conflict = foreign || taken.has(secret.name);
    slots.push({ entry, secret, existing: conflict ? undefined : found, conflict });
    taken.add(secret.name);
  }
  const rest = [...own.values()].filter(({ key, value }) => !taken.has(key.name) && value.labels[LABELS.managedBy] === MANAGED_BY && !isMade(value));
  return { slots, orphans: rest, made: [...own.values()].flatMap((secret) => readMadeKey(secret) ?? []) };
}

/** The Secret that delivers a key. */
export function keySecret(repository: Repository, { entry, secret }: KeySlot, issued: IssuedKey, publicBaseUrl: string): OwnedSecret {
  const { kind, metadata } = repository;
  const { key, hash, id, createdAt, previous } = issued;
  return {
    key: secret,
    owner: { kind, name: metadata.name, uid: metadata.uid },
    data: {
      ...keyVariables(typeOf(entry), key, publicBaseUrl),
      [KEY_DATA.hash]: hash,
      ...(previous === undefined ? {} : { [KEY_DATA.previousHash]: previous.hash }),
    },
    labels: {
      [LABELS.managedBy]: MANAGED_BY,
      [LABELS.partOf]: 'flashback-ai-gateway',
      [LABELS.repository]: metadata.name,
      [LABELS.apiKey]: entry.name,
    },
    annotations: {
      [ANNOTATIONS.keyId]: id,
      [ANNOTATIONS.keyCreatedAt]: new Date(createdAt).toISOString(),
      ...(previous === undefined
        ? {}
        : { [ANNOTATIONS.previousKeyId]: previous.id, [ANNOTATIONS.previousKeyExpiresAt]: new Date(previous.expiresAt).toISOString() }),
    },
  };
}

function lacks(actual: Record<string, string>, wanted: Record<string, string>): boolean {
  return Object.entries(wanted).some(([name, value]) => actual[name] !== value);
}

/** Whether the Secret says something else than it should. What others have added to it is theirs. */
export function needsWrite(existing: SecretValue | undefined, wanted: OwnedSecret): boolean {
  if (existing === undefined) return true;
  const leftover = KEY_DATA.previousHash in existing.data && !(KEY_DATA.previousHash in wanted.data);
  const { data, labels, annotations } = existing;
  return leftover || lacks(data, wanted.data) || lacks(labels, wanted.labels) || lacks(annotations, wanted.annotations);
}

/** For a person: which Secret, and what to do about it. */
export function describeConflict({ entry, secret }: KeySlot): string {
  const remedy = 'delete it, or give the key another secretName';
  return `the Secret ${keyOf(secret)} for the key ${entry.name} exists and was not made for it; ${remedy}`;
}
