// A key that was made on demand, over the Platform API, as a Secret: its hash and what it is called. The key itself is nowhere. Pure.
import { ANNOTATIONS, KEY_DATA, KEY_VARIABLES, LABELS, MANAGED_BY, type KeyType, type ObjectKey, type Repository } from '../api/resources.ts';
import type { OwnedSecret, SecretValue } from './store.ts';

export interface MadeKey {
  secret: ObjectKey;
  /** Of the Secret. */
  uid: string;
  id: string;
  /** What people call it. */
  name: string;
  type: KeyType;
  hash: string;
  /** Milliseconds since the epoch. */
  createdAt: number;
}

const HASH = /^[0-9a-f]{64}$/;
const KEY_ID = /^key_([0-9a-f]{12})$/;
const MADE_SECRET = /^(.+)-key-[0-9a-f]{12}$/;
/** The names of Secrets have 253 characters. */
const MAX_STEM = 236;

export function isMade({ labels }: Pick<SecretValue, 'labels'>): boolean {
  return labels[LABELS.madeKey] === 'true' && labels[LABELS.managedBy] === MANAGED_BY;
}

function isKeyType(text: string | undefined): text is KeyType {
  return text !== undefined && Object.hasOwn(KEY_VARIABLES, text);
}

/** Undefined: it is none, or somebody has edited it beyond use; then it opens nothing. */
export function readMadeKey({ key, value }: { key: ObjectKey; value: SecretValue }): MadeKey | undefined {
  const { data, annotations, uid } = value;
  const [hash = '', id = '', type] = [data[KEY_DATA.hash], annotations[ANNOTATIONS.keyId], annotations[ANNOTATIONS.keyType]];
  if (!isMade(value) || !HASH.test(hash) || !KEY_ID.test(id) || !isKeyType(type)) return undefined;
  const created = Date.parse(annotations[ANNOTATIONS.keyCreatedAt] ?? '');
  return { secret: key, uid, id, name: annotations[ANNOTATIONS.displayName] ?? id, type, hash, createdAt: Number.isNaN(created) ? 0 : created };
}

/** Name of the Secret that a key of a repository is kept in. */
export function madeSecretName(repository: string, id: string): string {
  return `${repository.slice(0, MAX_STEM)}-key-${KEY_ID.exec(id)?.[1] ?? ''}`;
}

/** The repository that a Secret of this name may belong to, which is all that is known of one that is gone. */
export function repositoryOfMadeSecret(name: string): string | undefined {
  return MADE_SECRET.exec(name)?.[1];
}

export function madeKeySecret({ kind, metadata }: Repository, key: Pick<MadeKey, 'id' | 'name' | 'type' | 'hash' | 'createdAt'>): OwnedSecret {
  return {
    key: { namespace: metadata.namespace, name: madeSecretName(metadata.name, key.id) },
    owner: { kind, name: metadata.name, uid: metadata.uid },
    data: { [KEY_DATA.hash]: key.hash },
    labels: {
      [LABELS.managedBy]: MANAGED_BY,
      [LABELS.partOf]: 'flashback-ai-gateway',
      [LABELS.repository]: metadata.name,
      [LABELS.apiKey]: key.id.replace('_', '-'),
      [LABELS.madeKey]: 'true',
    },
    annotations: {
      [ANNOTATIONS.keyId]: key.id,
      [ANNOTATIONS.keyType]: key.type,
      [ANNOTATIONS.displayName]: key.name,
      [ANNOTATIONS.keyCreatedAt]: new Date(key.createdAt).toISOString(),
    },
  };
}
