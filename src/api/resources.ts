// The kinds as objects, and the names that belong to the API group. Field types come from crds/ (see generated/).
import type { AILLMConfigSpec, AILLMConfigStatus } from './generated/aillmconfigs.ts';
import type { AIPolicySpec, AIPolicyStatus } from './generated/aipolicies.ts';
import type { AIReferenceGrantSpec } from './generated/aireferencegrants.ts';
import type { RepositorySpec, RepositoryStatus } from './generated/repositories.ts';

export const API_GROUP = 'ai.flashback.tech';
export const API_VERSION = 'v1alpha1';

/** Every kind that is reconciled, and so has a status, with its plural as used in API paths. */
export const KINDS = { AILLMConfig: 'aillmconfigs', Repository: 'repositories', AIPolicy: 'aipolicies' } as const;
export type Kind = keyof typeof KINDS;
/** Every kind of the API group. A grant is only looked up: it has no status. */
export const ALL_KINDS = { ...KINDS, AIReferenceGrant: 'aireferencegrants' } as const;

/** Labels and annotations that the operator writes or reads. */
export const LABELS = {
  managedBy: 'app.kubernetes.io/managed-by',
  partOf: 'app.kubernetes.io/part-of',
  /** On key Secrets: name of the Repository. */
  repository: `${API_GROUP}/repository`,
  /** On key Secrets: name of the entry in spec.apiKeys. */
  apiKey: `${API_GROUP}/api-key`,
  /** On Secrets of keys that were made on demand: `true`. They hold the hash of the key, and nothing that opens anything. */
  madeKey: `${API_GROUP}/made-key`,
  /** On Namespaces: name of the organization that the workspace belongs to; `default` where it is absent. */
  organization: `${API_GROUP}/organization`,
  /** On Namespaces: `true` where policies of the whole organization may stand. */
  organizationHome: `${API_GROUP}/organization-home`,
  /** On the headless Service of the gateways: `true`. Its name depends on the release. */
  push: `${API_GROUP}/push`,
} as const;
export const ANNOTATIONS = {
  /** On the lease of a release: namespaces that its operator watches, comma-separated; `*` for all. */
  watched: `${API_GROUP}/watched-namespaces`,
  keyId: `${API_GROUP}/key-id`,
  keyCreatedAt: `${API_GROUP}/key-created-at`,
  /** Of a key that was made on demand: its API dialect. */
  keyType: `${API_GROUP}/key-type`,
  /** The name that people gave, where it is no legal name of an object. */
  displayName: `${API_GROUP}/display-name`,
  /** Who made the object through the Platform API. */
  createdBy: `${API_GROUP}/created-by`,
  previousKeyId: `${API_GROUP}/previous-key-id`,
  previousKeyExpiresAt: `${API_GROUP}/previous-key-expires-at`,
  reconcileRequestedAt: `${API_GROUP}/reconcile-requested-at`,
  /** On the lease, by the operator that leads: since when it cannot open or write the ledger. Absent where it can. */
  ledgerFailingSince: `${API_GROUP}/ledger-failing-since`,
} as const;
/** Names in the data of every key Secret, which are for the operator. */
export const KEY_DATA = { hash: 'FLASHBACK_KEY_SHA256', previousHash: 'FLASHBACK_PREVIOUS_KEY_SHA256' } as const;
export type KeyType = NonNullable<NonNullable<RepositorySpec['apiKeys']>[number]['type']>;
/** Names in the data of a key Secret that are for applications: what the SDKs of the vendor read by themselves. */
export const KEY_VARIABLES: Readonly<Record<KeyType, { readonly key: string; readonly baseUrl: string }>> = {
  OpenAI: { key: 'OPENAI_API_KEY', baseUrl: 'OPENAI_BASE_URL' },
  Anthropic: { key: 'ANTHROPIC_API_KEY', baseUrl: 'ANTHROPIC_BASE_URL' },
  Google: { key: 'GEMINI_API_KEY', baseUrl: 'GOOGLE_GEMINI_BASE_URL' },
};
export const MANAGED_BY = 'flashback-operator';

/** The part of metav1.ObjectMeta that the operator reads. */
export interface ObjectMeta {
  name: string;
  namespace: string;
  uid: string;
  generation: number;
  resourceVersion?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  /** As it arrives; not kept. */
  managedFields?: { manager?: string; subresource?: string; time?: string }[];
}

interface Resource<K extends Kind, Spec, Status> {
  apiVersion: string;
  kind: K;
  metadata: ObjectMeta;
  spec: Spec;
  status?: Status;
}

export type AILLMConfig = Resource<'AILLMConfig', AILLMConfigSpec, AILLMConfigStatus>;
export type Repository = Resource<'Repository', RepositorySpec, RepositoryStatus>;
export type AIPolicy = Resource<'AIPolicy', AIPolicySpec, AIPolicyStatus>;
export interface AIReferenceGrant {
  apiVersion: string;
  kind: 'AIReferenceGrant';
  metadata: ObjectMeta;
  spec: AIReferenceGrantSpec;
}
export interface ResourceByKind {
  AILLMConfig: AILLMConfig;
  Repository: Repository;
  AIPolicy: AIPolicy;
}
export type AnyResource = ResourceByKind[Kind];
export type ProviderType = AILLMConfigSpec['type'];

/** A namespaced name. */
export interface ObjectKey {
  namespace: string;
  name: string;
}

/** `namespace/name`, the key of every map of objects. */
export function keyOf({ namespace, name }: ObjectKey): string {
  return `${namespace}/${name}`;
}

/** Inverse of keyOf. */
export function parseKey(key: string): ObjectKey {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** How an object names an AILLMConfig: of its own namespace, unless it says another one. */
export interface LlmReference {
  name: string;
  namespace?: string;
}

/** `own`: the namespace of whoever refers. */
export function referredKey(own: string, { name, namespace }: LlmReference): ObjectKey {
  return { namespace: namespace ?? own, name };
}

/** Whether what is referred to is of the same namespace. */
export function isOwnReference(own: string, reference: LlmReference): boolean {
  return referredKey(own, reference).namespace === own;
}

/** As people in the namespace `own` call an object: `name`, or `namespace/name` where it is of another one. */
export function nameSeenFrom(own: string, key: ObjectKey): string {
  return key.namespace === own ? key.name : keyOf(key);
}

/** Inverse of nameSeenFrom. */
export function keySeenFrom(own: string, name: string): ObjectKey {
  return name.includes('/') ? parseKey(name) : { namespace: own, name };
}
