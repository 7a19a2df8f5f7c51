// One file of manifests -> the objects in it. Pure: text, variables and a validation function in, objects or problems out.
import { ALL_KINDS, API_GROUP, keyOf, type ObjectKey } from '../api/resources.ts';
import { validateMetadata } from './metadata.ts';
import { nearest } from './nearest.ts';
import type { Manifest, SchemaError, ValidationResult } from './schema.ts';
import { readSecret, type ManifestSecret } from './secret-manifest.ts';
import { shield, unshield, type Variables } from './substitute.ts';
import { parseYaml, YamlError } from './yaml.ts';

export interface ManifestFile {
  /** As it is shown to people. */
  path: string;
  text: string;
}

/** Something in a file that a person has to know. Never holds a value of the file: it could be a secret. */
export interface ManifestProblem {
  file: string;
  /** From 1. */
  line: number;
  message: string;
}

export interface Located<T> {
  object: T;
  line: number;
}

/** A Namespace, of which only the labels count. */
export interface ManifestNamespace {
  name: string;
  labels: Record<string, string>;
}

export interface ParsedFile {
  resources: Located<Manifest>[];
  secrets: Located<ManifestSecret>[];
  namespaces: Located<ManifestNamespace>[];
  /** Objects that standalone mode has no use for. */
  warnings: ManifestProblem[];
}

export interface ParseOptions {
  /** What `${NAME}` in stringData of Secrets stands for. */
  variables: Variables;
  validate: (object: unknown, previous?: object) => ValidationResult;
  /** The object in force, which rules about changes compare with. */
  previous: (kind: Manifest['kind'], key: ObjectKey) => Manifest | undefined;
}

export type ParseResult = { ok: true; parsed: ParsedFile } | { ok: false; problems: ManifestProblem[] };

/** An object of a file before anything is known about it. */
interface RawObject {
  value: Record<string, unknown>;
  lineOf: (path: string) => number;
}

type Reading = { errors: SchemaError[] } | { resource: Manifest } | { secret: ManifestSecret } | { namespace: ManifestNamespace } | { ignored: string };

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isKind(kind: unknown): kind is Manifest['kind'] {
  return typeof kind === 'string' && Object.hasOwn(ALL_KINDS, kind);
}

/** `Repository quickstart/assistant`, as people refer to an object. */
export function describeObject(kind: string, key: ObjectKey): string {
  return `${kind} ${keyOf(key)}`;
}

/** The key of an object of either sort. */
export function keyOfManifest({ metadata }: Manifest): ObjectKey {
  return { namespace: metadata.namespace, name: metadata.name };
}

/** Why a kind that is not ours must be a mistake rather than somebody else's object; undefined when it may well be the latter. */
function misspelled(kind: string, apiVersion: unknown): SchemaError | undefined {
  const suggestion = nearest(kind, [...Object.keys(ALL_KINDS), 'Secret']);
  const hint = suggestion === undefined ? `it has ${Object.keys(ALL_KINDS).join(', ')}` : `did you mean ${suggestion}?`;
  const [group, version] = typeof apiVersion === 'string' ? apiVersion.split('/') : [];
  // To pass over it would take the object out of force, and its keys with it.
  if (group === API_GROUP) return { path: 'kind', message: `there is no kind ${kind.slice(0, 63)} in ${API_GROUP}; ${hint}` };
  if (version === undefined && suggestion !== undefined) return { path: 'kind', message: `there is no kind ${kind.slice(0, 63)}; ${hint}` };
  return undefined;
}

function readObject(value: Record<string, unknown>, options: ParseOptions): Reading {
  const { kind, metadata } = value;
  if (typeof kind !== 'string' || kind === '') {
    return { errors: [{ path: '', message: 'not a manifest: give it apiVersion, kind and metadata' }] };
  }
  if (kind === 'Namespace') return readNamespace(metadata);
  if (kind === 'Secret') return readSecret(value, options.variables);
  if (!isKind(kind)) {
    const mistake = misspelled(kind, value['apiVersion']);
    if (mistake !== undefined) return { errors: [mistake] };
    return { ignored: `kind ${kind.slice(0, 63)} is ignored: standalone mode knows ${Object.keys(ALL_KINDS).join(', ')} and Secret` };
  }
  const key = { namespace: 'default', name: '', ...(isObject(metadata) ? metadata : {}) };
  const result = options.validate(value, options.previous(kind, { namespace: String(key.namespace), name: String(key.name) }));
  return result.ok ? { resource: result.object } : { errors: result.errors };
}

function readNamespace(metadata: unknown): Reading {
  const errors = validateMetadata(metadata);
  if (errors.length > 0) return { errors };
  // validateMetadata has found nothing wrong with it.
  const { name, labels = {} } = metadata as { name: string; labels?: Record<string, string> };
  return { namespace: { name, labels } };
}

/** Opens lists, so that every object stands on its own. */
function flatten(value: unknown, lineOf: (path: string) => number, path: string): RawObject[] | SchemaError {
  if (!isObject(value)) return { path, message: 'not a manifest: it must be a mapping with apiVersion, kind and metadata' };
  const { kind, items } = value;
  const isList = kind === 'List' || (typeof kind === 'string' && kind.endsWith('List') && isKind(kind.slice(0, -4)));
  if (!isList) return [{ value, lineOf: (field) => lineOf([path, field].filter((part) => part !== '').join('.')) }];
  const itemsPath = path === '' ? 'items' : `${path}.items`;
  if (!Array.isArray(items)) return { path: itemsPath, message: `Required value: a ${kind} has items` };
  const objects: RawObject[] = [];
  for (const [index, item] of items.entries()) {
    const inner = flatten(item, lineOf, `${itemsPath}[${index}]`);
    if (!Array.isArray(inner)) return inner;
    objects.push(...inner);
  }
  return objects;
}

class FileReader {
  readonly #file: string;
  readonly #options: ParseOptions;
  readonly #seen = new Map<string, number>();
  readonly parsed: ParsedFile = { resources: [], secrets: [], namespaces: [], warnings: [] };
  readonly problems: ManifestProblem[] = [];

  constructor(file: string, options: ParseOptions) {
    this.#file = file;
    this.#options = options;
  }

  add({ value, lineOf }: RawObject): void {
    const reading = readObject(value, this.#options);
    const line = lineOf('');
    if ('namespace' in reading) {
      // It may well stand in several files, next to what is in it.
      this.parsed.namespaces.push({ object: reading.namespace, line });
    } else if ('ignored' in reading) {
      this.parsed.warnings.push({ file: this.#file, line: lineOf('kind'), message: reading.ignored });
    } else if ('errors' in reading) {
      const subject = this.#subjectOf(value);
      for (const { path, message } of reading.errors) this.report(lineOf(path), `${subject}${path === '' ? '' : `${path}: `}${message}`);
    } else if ('secret' in reading) {
      if (this.#isNew('Secret', reading.secret.key, line)) this.parsed.secrets.push({ object: reading.secret, line });
    } else if (this.#isNew(reading.resource.kind, keyOfManifest(reading.resource), line)) {
      this.parsed.resources.push({ object: reading.resource, line });
    }
  }

  report(line: number, message: string): void {
    this.problems.push({ file: this.#file, line, message });
  }

  #isNew(kind: string, key: ObjectKey, line: number): boolean {
    const name = describeObject(kind, key);
    const first = this.#seen.get(name);
    if (first !== undefined) this.report(line, `${name} is in this file twice, the first time in line ${first}; keep one of the two`);
    this.#seen.set(name, first ?? line);
    return first === undefined;
  }

  #subjectOf({ kind, metadata }: Record<string, unknown>): string {
    const name = isObject(metadata) ? metadata['name'] : undefined;
    return typeof kind === 'string' && typeof name === 'string' ? `${kind} ${name.slice(0, 63)}: ` : '';
  }
}

/** Reads a file. All problems are found, not only the first; one is enough for the file to yield nothing. */
export function parseManifests({ path, text }: ManifestFile, options: ParseOptions): ParseResult {
  const reader = new FileReader(path, options);
  try {
    for (const { value, lineOf } of parseYaml(shield(text))) {
      if (value === null) continue;
      const objects = flatten(unshield(value), lineOf, '');
      if (Array.isArray(objects)) for (const object of objects) reader.add(object);
      else reader.report(lineOf(objects.path), objects.message);
    }
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    reader.report(error.line, error.message);
  }
  return reader.problems.length > 0 ? { ok: false, problems: reader.problems } : { ok: true, parsed: reader.parsed };
}
