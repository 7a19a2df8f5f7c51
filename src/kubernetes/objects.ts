// The few shapes of the Kubernetes API that the operator reads, as they are on the wire.

/** Objects per page of a list. */
export const PAGE_SIZE = 500;
/** `accept` of a list of which only metadata is wanted. */
export const METADATA_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

/** What every object has. */
export interface KubeObject {
  metadata: { name: string; namespace?: string; uid: string; resourceVersion?: string };
}

export interface KubeNamespace extends KubeObject {
  metadata: KubeObject['metadata'] & { labels?: Record<string, string> };
}

export interface KubeList<T> {
  metadata: { resourceVersion?: string; continue?: string };
  items?: T[];
}

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

export interface ManagedFieldsEntry {
  manager?: string;
  operation?: string;
  subresource?: string;
  [field: string]: unknown;
}

export interface KubeSecret extends KubeObject {
  metadata: KubeObject['metadata'] & {
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    ownerReferences?: OwnerReference[];
    managedFields?: ManagedFieldsEntry[];
    deletionTimestamp?: string;
  };
  type?: string;
  /** Base64. */
  data?: Record<string, string>;
}

/** Path of a collection: all namespaces, or one. */
export function collectionPath(groupVersion: string, plural: string, namespace?: string): string {
  const root = groupVersion.includes('/') ? `/apis/${groupVersion}` : `/api/${groupVersion}`;
  return namespace === undefined ? `${root}/${plural}` : `${root}/namespaces/${encodeURIComponent(namespace)}/${plural}`;
}

/** Path of one namespaced object. */
export function objectPath(groupVersion: string, plural: string, key: { namespace: string; name: string }): string {
  return `${collectionPath(groupVersion, plural, key.namespace)}/${encodeURIComponent(key.name)}`;
}

/** metav1.MicroTime: six digits, which the API server insists on. `ms` is milliseconds since the epoch. */
export function toMicroTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}
