// The port that reconcilers see the world through. Two things fill it: an API server (kubernetes/) and a directory of
// manifests (standalone/). Reconcilers cannot tell which.
import type { AIReferenceGrant, AnyResource, Kind, ObjectKey, ResourceByKind } from '../api/resources.ts';

/** Data of a Secret, decoded. Never logged, never put in status. */
export interface SecretValue {
  uid: string;
  resourceVersion: string;
  data: Record<string, string>;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  /** uid of the controlling owner, if any. */
  ownerUid?: string;
}

/** A Secret that the operator wants to exist, owned by a Repository. */
export interface OwnedSecret {
  key: ObjectKey;
  owner: { kind: Kind; name: string; uid: string };
  data: Record<string, string>;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

/** Thrown by applySecret when a Secret of that name exists and belongs to somebody else. */
export class SecretConflictError extends Error {
  override readonly name = 'SecretConflictError';
}

/** Thrown by getSecret when access is denied; the caller reports it and tries again later. */
export class SecretForbiddenError extends Error {
  override readonly name = 'SecretForbiddenError';
}

export interface EventDraft {
  regarding: { kind: Kind; namespace: string; name: string; uid: string };
  type: 'Normal' | 'Warning';
  /** One of REASONS, in CamelCase. */
  reason: string;
  action: string;
  /** At most 1 kB, no secrets. */
  note: string;
}

export interface ResourceStore {
  /** Cached object with schema defaults applied, or undefined. */
  get<K extends Kind>(kind: K, key: ObjectKey): ResourceByKind[K] | undefined;
  /** All cached objects of a kind, sorted by key. */
  list<K extends Kind>(kind: K): ResourceByKind[K][];
  /** All cached grants, in no order. None where they may not be looked at: what nobody knows of allows nothing. */
  grants(): readonly AIReferenceGrant[];
  /** Whether objects of this namespace are looked at: of others the store knows nothing, not even that they are gone. */
  covers(namespace: string): boolean;
  /** Labels of a namespace, none where it has none; undefined where they are not known: nobody may look, or has looked yet. */
  namespaceLabels(namespace: string): Readonly<Record<string, string>> | undefined;
  /** Live read, never from a cache: a rotation must not be answered with the old value. Undefined: not found. */
  getSecret(key: ObjectKey): Promise<SecretValue | undefined>;
  /** Key Secrets known for a repository (by label), live. */
  listKeySecrets(repository: ObjectKey): Promise<{ key: ObjectKey; value: SecretValue }[]>;
  /**
   * Creates or replaces a Secret that the operator owns. Throws SecretConflictError rather than take one over. `guard` throws
   * when nothing may be written any more; it is asked again where an attempt has to be repeated.
   */
  applySecret(secret: OwnedSecret, guard?: () => void): Promise<void>;
  /** Deletes a Secret if its uid still is the given one. */
  deleteSecret(key: ObjectKey, uid: string): Promise<void>;
  /** Writes status by the operator's own field manager. Skips the write when the object was replaced (uid differs). */
  applyStatus(object: AnyResource, status: object): Promise<void>;
  /** Emits an Event. Never throws: failing to tell must not fail the work. */
  emit(event: EventDraft): void;
}

/** Changes a store announces. Handlers only enqueue; they never throw and never block. */
export interface StoreEvents {
  /** An object appeared, changed or went. `statusOnly` changes are not announced. */
  onResource(kind: Kind, key: ObjectKey): void;
  /** A Secret appeared, changed or went. */
  onSecret(key: ObjectKey): void;
  /** A grant appeared, changed or went. */
  onGrant(key: ObjectKey): void;
  /** Labels of a namespace changed, or became known. */
  onNamespace(name: string): void;
}
