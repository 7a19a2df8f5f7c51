// Stands in for the API server's validation in standalone mode: the CRDs' schemas, defaults and rules, without a cluster.
import { readdir, readFile } from 'node:fs/promises';
import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import { load } from 'js-yaml';
import {
  ALL_KINDS,
  API_GROUP,
  API_VERSION,
  type AIReferenceGrant,
  type Kind,
  type ObjectMeta,
  type ResourceByKind,
} from '../api/resources.ts';
import { compileRules, findDuplicates, type RuleCheck, type SchemaError, type StructuralSchema } from './cel.ts';
import { validateMetadata } from './metadata.ts';
import { blocksRules, describeErrors } from './schema-errors.ts';

export type { SchemaError } from './cel.ts';

/** Metadata of a manifest: what only a server assigns (uid, generation) may be missing. */
export type ManifestMetadata = Partial<ObjectMeta> & Pick<ObjectMeta, 'name' | 'namespace'>;
/** A grant, which is looked up as it stands in the file. */
export type GrantManifest = Omit<AIReferenceGrant, 'metadata'> & { metadata: ManifestMetadata };
/** One of an object that is reconciled. */
export type ResourceManifest = { [K in Kind]: Omit<ResourceByKind[K], 'metadata'> & { metadata: ManifestMetadata } }[Kind];
/** A valid manifest with the schema's defaults applied. Spread `metadata` with a uid and a generation to make it a resource. */
export type Manifest = ResourceManifest | GrantManifest;

export type ValidationResult = { ok: true; object: Manifest } | { ok: false; errors: SchemaError[] };

interface KindSchema {
  structural: StructuralSchema;
  shape: ValidateFunction<Manifest>;
  rules: RuleCheck;
}

/** The compiled schemas of all kinds. */
export type Schemas = ReadonlyMap<string, KindSchema>;

interface CustomResourceDefinition {
  spec: { names: { kind: string }; versions: { name: string; schema: { openAPIV3Schema: StructuralSchema } }[] };
}

/**
 * Compiles the schemas of a directory of CRDs.
 * @param crdDirectory URL with a trailing slash.
 * @throws Error when a file cannot be read, a kind is missing, or a schema or CEL rule does not compile.
 */
export async function loadSchemas(crdDirectory: URL): Promise<Schemas> {
  const schemas = new Map<string, KindSchema>();
  for (const file of (await readdir(crdDirectory)).filter((name) => name.endsWith('.yaml'))) {
    const crd = load(await readFile(new URL(file, crdDirectory), 'utf8')) as CustomResourceDefinition;
    const schema = crd.spec.versions.find(({ name }) => name === API_VERSION)?.schema.openAPIV3Schema;
    if (schema === undefined) throw new Error(`${file} has no version ${API_VERSION}`);
    schemas.set(crd.spec.names.kind, compileKind(schema));
  }
  const missing = Object.keys(ALL_KINDS).filter((kind) => !schemas.has(kind));
  if (missing.length > 0) throw new Error(`no CRD for ${missing.join(', ')} in ${crdDirectory.pathname}`);
  return schemas;
}

/** Compiles one openAPIV3Schema. Throws when it, or one of its CEL rules, does not compile. */
export function compileKind(structural: StructuralSchema): KindSchema {
  // verbose: errors carry the schema, whose description is the best help there is.
  const ajv = new Ajv({ allErrors: true, useDefaults: true, verbose: true, formats: { int32: true, int64: true } });
  formats.default(ajv, ['date-time']);
  return { structural, shape: ajv.compile<Manifest>(toJsonSchema(structural)), rules: compileRules(structural) };
}

/**
 * Validates a manifest as `kubectl apply` with strict validation would, and applies the schema's defaults. Pure.
 * A missing namespace becomes `default`; a status in the manifest is ignored, as it belongs to the operator.
 * @param previous the object that this one replaces, as an earlier call returned it: rules about changes compare with it.
 */
export function validateResource(schemas: Schemas, object: unknown, previous?: object): ValidationResult {
  const manifest = toPlainJson(object);
  if (!isObject(manifest)) return fail('', 'Invalid value: must be an object with apiVersion, kind, metadata and spec');
  const expected = `${API_GROUP}/${API_VERSION}`;
  if (manifest['apiVersion'] !== expected) return fail('apiVersion', `Invalid value: no such version; use ${expected}`);
  const kind = String(manifest['kind']).slice(0, 63);
  const schema = schemas.get(kind);
  const known = [...schemas.keys()].join(', ');
  if (schema === undefined) return fail('kind', `Invalid value: no matches for kind "${kind}"; use one of ${known}`);
  if (schema.structural.properties?.['status'] !== undefined) delete manifest['status'];
  if (isObject(manifest['metadata'])) manifest['metadata'] = { namespace: 'default', ...manifest['metadata'] };

  const valid = schema.shape(manifest);
  const shapeErrors = schema.shape.errors ?? [];
  const errors = [
    ...validateMetadata(manifest['metadata']),
    ...describeErrors(shapeErrors),
    ...findDuplicates(schema.structural, manifest, ''),
    ...(blocksRules(shapeErrors) ? [] : schema.rules(manifest, previous, '')),
  ];
  return valid && errors.length === 0 ? { ok: true, object: manifest } : { ok: false, errors };
}

function fail(path: string, message: string): ValidationResult {
  return { ok: false, errors: [{ path, message }] };
}

/** Objects with known properties are closed: an unknown field is an error. Only metadata stays open; metadata.ts looks after it. */
function toJsonSchema(node: StructuralSchema, isMetadata = false): object {
  const { properties, items, ...rest } = node;
  const keywords = Object.entries(rest).filter(([name]) => !name.startsWith('x-kubernetes-'));
  const children = Object.entries(properties ?? {}).map(([name, child]) => [name, toJsonSchema(child, name === 'metadata')] as const);
  return {
    ...Object.fromEntries(keywords),
    ...(properties === undefined ? {} : { properties: Object.fromEntries(children), additionalProperties: isMetadata }),
    ...(items === undefined ? {} : { items: toJsonSchema(items) }),
  };
}

/** A copy as JSON would have it: timestamps are strings again, and fields that are null are absent, as after `kubectl apply`. */
function toPlainJson(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(toPlainJson);
  if (!isObject(value)) return value;
  const fields = Object.entries(value).filter(([, field]) => field !== null && field !== undefined);
  return Object.fromEntries(fields.map(([name, field]) => [name, toPlainJson(field)]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
