// Secrets in manifests: the only place where ${NAME} stands for a variable, so that no file needs to hold a credential.
import type { ObjectKey } from '../api/resources.ts';
import { validateMetadata } from './metadata.ts';
import type { SchemaError } from './schema.ts';
import { substitute, type Variables } from './substitute.ts';

export interface ManifestSecret {
  key: ObjectKey;
  /** Decoded. */
  data: Record<string, string>;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

const FIELDS = ['apiVersion', 'kind', 'metadata', 'type', 'immutable', 'data', 'stringData'];
const DATA_KEY = /^[-._a-zA-Z0-9]{1,253}$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function entriesOf(value: unknown, field: string, errors: SchemaError[]): [name: string, value: unknown][] {
  if (value === undefined || value === null) return [];
  if (typeof value !== 'object' || Array.isArray(value)) {
    errors.push({ path: field, message: 'Invalid value: must be a map of strings' });
    return [];
  }
  return Object.entries(value).filter(([name]) => {
    const good = DATA_KEY.test(name);
    if (!good) errors.push({ path: field, message: "Invalid value: a key consists of alphanumeric characters, '-', '_' or '.'" });
    return good;
  });
}

function decode(name: string, value: unknown, errors: SchemaError[]): string {
  const text = typeof value === 'string' ? value.replace(/\s/g, '') : undefined;
  if (text !== undefined && BASE64.test(text)) return Buffer.from(text, 'base64').toString('utf8');
  errors.push({ path: `data.${name}`, message: 'Invalid value: must be base64; plain text belongs into stringData' });
  return '';
}

function fill(name: string, value: unknown, variables: Variables, errors: SchemaError[]): string {
  const path = `stringData.${name}`;
  if (typeof value !== 'string') {
    errors.push({ path, message: 'Invalid value: must be a string; put it in quotes' });
    return '';
  }
  const { text, missing } = substitute(value, variables);
  for (const variable of missing) {
    const fix = `export ${variable} in the shell that starts flashback, then start it again`;
    errors.push({ path, message: `the environment variable ${variable} is not set; ${fix}` });
  }
  return text;
}

type Metadata = ObjectKey & Partial<Pick<ManifestSecret, 'labels' | 'annotations'>>;

/** A Secret of a manifest with its variables filled in, or what is wrong with it. Errors never hold its values. */
export function readSecret(value: Record<string, unknown>, variables: Variables): { secret: ManifestSecret } | { errors: SchemaError[] } {
  const given = value['metadata'];
  const isMap = typeof given === 'object' && given !== null && !Array.isArray(given);
  const metadata: unknown = isMap ? { namespace: 'default', ...given } : given;
  const errors: SchemaError[] = validateMetadata(metadata);
  if (value['apiVersion'] !== 'v1') errors.push({ path: 'apiVersion', message: 'Invalid value: a Secret has the apiVersion v1' });
  for (const field of Object.keys(value).filter((name) => !FIELDS.includes(name))) {
    errors.push({ path: field, message: `unknown field "${field}"; known fields here are ${FIELDS.join(', ')}` });
  }
  const encoded = entriesOf(value['data'], 'data', errors);
  const plain = entriesOf(value['stringData'], 'stringData', errors);
  // As on an API server, stringData wins.
  const data = Object.fromEntries([
    ...encoded.map(([key, text]) => [key, decode(key, text, errors)] as const),
    ...plain.map(([key, text]) => [key, fill(key, text, variables, errors)] as const),
  ]);
  if (errors.length > 0) return { errors };
  // validateMetadata has found nothing wrong with it.
  const { namespace, name, labels = {}, annotations = {} } = metadata as Metadata;
  return { secret: { key: { namespace, name }, data, labels, annotations } };
}
