// The rules that the API server has for metadata of every object: names, namespaces, labels and annotations.
import { joinPath, type SchemaError } from './cel.ts';

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const DNS_LABEL = new RegExp(`^${LABEL}$`);
const DNS_SUBDOMAIN = new RegExp(`^${LABEL}(\\.${LABEL})*$`);
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const LABEL_KEY_NAME = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

// What a manifest may hold. Fields that only a server sets are accepted, because people feed `kubectl get -o yaml` back.
const FIELDS: Record<string, 'string' | 'number' | 'map' | 'array'> = {
  name: 'string',
  namespace: 'string',
  labels: 'map',
  annotations: 'map',
  finalizers: 'array',
  ownerReferences: 'array',
  managedFields: 'array',
  uid: 'string',
  resourceVersion: 'string',
  generation: 'number',
  creationTimestamp: 'string',
  deletionTimestamp: 'string',
  deletionGracePeriodSeconds: 'number',
  selfLink: 'string',
};

/** Errors in the metadata of a manifest; empty when it is fine. */
export function validateMetadata(metadata: unknown): SchemaError[] {
  const path = 'metadata';
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) {
    return [{ path, message: 'Required value: give the object metadata with a name' }];
  }
  const fields = Object.entries(metadata);
  return [
    ...fields.flatMap(([name, value]) => validateField(`${path}.${name}`, FIELDS[name], value)),
    ...validateName(Reflect.get(metadata, 'name')),
    ...validateNamespace(Reflect.get(metadata, 'namespace')),
    ...validateLabels(Reflect.get(metadata, 'labels')),
  ];
}

function validateField(path: string, type: (typeof FIELDS)[string] | undefined, value: unknown): SchemaError[] {
  if (type === undefined) return [{ path, message: `unknown field "${path}"; remove it` }];
  if (type === 'map') {
    if (!isMap(value)) return [{ path, message: 'Invalid value: must be a map of strings' }];
    return Object.entries(value)
      .filter(([, entry]) => typeof entry !== 'string')
      .map(([key]) => ({ path: joinPath(path, key), message: 'Invalid value: must be a string; put it in quotes' }));
  }
  const fits = type === 'array' ? Array.isArray(value) : typeof value === type;
  return fits ? [] : [{ path, message: `Invalid value: must be of type ${type}` }];
}

function validateName(name: unknown): SchemaError[] {
  const path = 'metadata.name';
  if (name === undefined || name === '') return [{ path, message: 'Required value: name is required' }];
  if (typeof name !== 'string' || (name.length <= 253 && DNS_SUBDOMAIN.test(name))) return [];
  const rule = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end";
  return [{ path, message: `Invalid value: ${rule} with an alphanumeric character, in at most 253 characters` }];
}

function validateNamespace(namespace: unknown): SchemaError[] {
  const path = 'metadata.namespace';
  if (typeof namespace !== 'string' || (namespace.length <= 63 && DNS_LABEL.test(namespace))) return [];
  const rule = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an";
  return [{ path, message: `Invalid value: ${rule} alphanumeric character, in at most 63 characters` }];
}

function validateLabels(labels: unknown): SchemaError[] {
  if (!isMap(labels)) return [];
  return Object.entries(labels).flatMap(([key, value]) => {
    const path = 'metadata.labels';
    const [name = '', prefix] = key.split('/').toReversed();
    const goodKey = name.length <= 63 && LABEL_KEY_NAME.test(name) && (prefix === undefined || DNS_SUBDOMAIN.test(prefix));
    if (!goodKey) return [{ path, message: `Invalid value: "${key}" is not a label key; write it like name or example.com/name` }];
    if (typeof value !== 'string' || (value.length <= 63 && LABEL_VALUE.test(value))) return [];
    return [{ path: `${path}.${key}`, message: "Invalid value: a label has at most 63 alphanumeric characters, '-', '_' or '.'" }];
  });
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
