// Writes a normal schema in one of Google's two forms, and names what the form has no place for.
import { isObject, own } from '../../chat/json.ts';
import { asArray, asObject, asString, type JsonObject } from './json.ts';
import { FROM_CONST, saysSomething } from './schema-normal.ts';

export type SchemaForm = 'openapi' | 'json';

const SHARED = [
  'type',
  'title',
  'default',
  'minItems',
  'maxItems',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'pattern',
  'minProperties',
  'maxProperties',
  'propertyOrdering',
];
/** The documents name fewer keywords for JSON Schema, but its field takes all that the schema object has. */
const KEPT: Record<SchemaForm, ReadonlySet<string>> = { openapi: new Set([...SHARED, 'example']), json: new Set(SHARED) };
const FORMATS: Record<SchemaForm, ReadonlySet<string>> = {
  openapi: new Set(['date-time', 'enum', 'float', 'double', 'int32', 'int64']),
  json: new Set(['date-time', 'date', 'time', 'enum', 'float', 'double', 'int32', 'int64']),
};
const LEADS_ON = ['items', 'prefixItems', 'anyOf', 'additionalProperties'];
/** Handled by name below. */
const HANDLED = new Set(['description', 'format', 'example', 'examples', 'enum', 'properties', 'required', 'items', 'anyOf']);

interface Emit {
  form: SchemaForm;
  lost: Set<string>;
  /** Something is missing that OpenAPI's form demands: a type, the items of an array, the properties of an object. */
  awkward: boolean;
}

const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

/** `path`: where the caller has the schema. */
export function emitSchema(node: unknown, form: SchemaForm, lost: Set<string>, path = ''): { schema: JsonObject; awkward: boolean } {
  const emit: Emit = { form, lost, awkward: false };
  return { schema: write(isObject(node) ? node : {}, path, emit), awkward: emit.awkward };
}

function write(node: JsonObject, path: string, emit: Emit): JsonObject {
  if (typeof node['$ref'] === 'string') return { $ref: node['$ref'] };
  const written: JsonObject = {};
  const hints: string[] = [];
  for (const [key, value] of Object.entries(node)) {
    if (KEPT[emit.form].has(key)) written[key] = value;
    else if (key === 'additionalProperties') writeAdditional(value, path, written, emit);
    else if (key === 'prefixItems') writePrefixItems(value, path, written, emit);
    else if (!HANDLED.has(key) && saysSomething(key)) emit.lost.add(join(path, key));
  }
  writeChildren(node, path, written, emit);
  writeFormat(node, written, hints, emit);
  const examples = [...asArray(node['examples']), ...(emit.form === 'json' && node['example'] !== undefined ? [node['example']] : [])];
  if (examples.length > 0) hints.push(`examples: ${examples.map((value) => JSON.stringify(value)).join(', ')}`);
  const description = `${asString(node['description'])} ${hints.length === 0 ? '' : `(${hints.join('; ')})`}`.trim();
  if (description !== '') written['description'] = description;
  const done = withNull(writeEnum(node, path, written, emit), emit);
  noteAwkward(done, emit);
  return done;
}

function writeAdditional(value: unknown, path: string, written: JsonObject, emit: Emit): void {
  // Without the keyword more properties are allowed.
  if (value === true && emit.form === 'openapi') return;
  const at = join(path, 'additionalProperties');
  if (emit.form === 'json') written['additionalProperties'] = isObject(value) ? write(value, at, emit) : value;
  else emit.lost.add(at);
}

function writePrefixItems(value: unknown, path: string, written: JsonObject, emit: Emit): void {
  const at = join(path, 'prefixItems');
  if (emit.form === 'json') written['prefixItems'] = writeList(value, at, emit);
  else emit.lost.add(at);
}

function writeList(schemas: unknown, path: string, emit: Emit): JsonObject[] {
  return asArray(schemas).map((schema, index) => write(asObject(schema), `${path}[${index}]`, emit));
}

function writeChildren(node: JsonObject, path: string, written: JsonObject, emit: Emit): void {
  const { properties, required, items, anyOf } = node;
  if (isObject(properties)) {
    const members = Object.entries(properties).map(([name, value]) => {
      return [name, write(asObject(value), join(path, `properties.${name}`), emit)];
    });
    if (members.length > 0) written['properties'] = Object.fromEntries(members);
  }
  if (Array.isArray(required) && required.length > 0) {
    // Google refuses names that are not among the properties, and circular references in a property that is required.
    const known = required.filter((name) => typeof name === 'string' && endsSomewhere(own(asObject(written['properties']), name)));
    if (known.length > 0) written['required'] = known;
    if (known.length < required.length) emit.lost.add(join(path, 'required'));
  }
  if (isObject(items)) written['items'] = write(items, join(path, 'items'), emit);
  if (!Array.isArray(anyOf)) return;
  const isNull = (variant: unknown): boolean => emit.form === 'openapi' && asObject(variant)['type'] === 'null';
  if (anyOf.some(isNull)) written['nullable'] = true;
  written['anyOf'] = writeList(
    anyOf.filter((variant) => !isNull(variant)),
    join(path, 'anyOf'),
    emit,
  );
}

/**
 * There, and without a reference that leads on in any case: all that are left are circular, and those within its own properties
 * stand where nothing is required.
 */
function endsSomewhere(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(endsSomewhere);
  if (!isObject(schema)) return schema !== undefined;
  return typeof schema['$ref'] !== 'string' && LEADS_ON.every((key) => schema[key] === undefined || endsSomewhere(schema[key]));
}

/** A format that Google does not know says to the model what it says to people. */
function writeFormat(node: JsonObject, written: JsonObject, hints: string[], emit: Emit): void {
  const format = asString(node['format']);
  if (format === '') return;
  if (FORMATS[emit.form].has(format)) written['format'] = format;
  else hints.push(`format: ${format}`);
}

function writeEnum(node: JsonObject, path: string, written: JsonObject, emit: Emit): JsonObject {
  const { enum: values } = node;
  if (!Array.isArray(values)) return written;
  const named = values.filter((value) => value !== null);
  const legal = named.every((value) => typeof value === 'string' || (emit.form === 'json' && typeof value === 'number'));
  if (!legal) emit.lost.add(join(path, node[FROM_CONST] === true ? 'const' : 'enum'));
  const isNullable = named.length < values.length && named.length > 0;
  return {
    ...written,
    ...(legal && named.length > 0 ? { enum: named } : {}),
    ...(isNullable && typeof written['type'] === 'string' && written['type'] !== 'null' ? { type: [written['type'], 'null'] } : {}),
  };
}

function noteAwkward(written: JsonObject, emit: Emit): void {
  const { type, items, properties, anyOf } = written;
  const { type: _, description: __, title: ___, anyOf: ____, nullable: _____, ...others } = written;
  if (anyOf === undefined ? type === undefined : type !== undefined || Object.keys(others).length > 0) emit.awkward = true;
  if (type === 'array' && items === undefined) emit.awkward = true;
  if (type === 'object' && properties === undefined) emit.awkward = true;
}

/** `null` among the types, in the words of the form. */
function withNull(written: JsonObject, { form }: Emit): JsonObject {
  const { type, anyOf, ...rest } = written;
  if (Array.isArray(type)) {
    const plain = { ...written, type: type[0] };
    if (form === 'openapi') return { ...plain, nullable: true };
    return rest['enum'] === undefined ? written : { anyOf: [plain, { type: 'null' }] };
  }
  const [only] = Array.isArray(anyOf) ? anyOf : [];
  // Of `anyOf: [x, null]` only x is left.
  if (rest['nullable'] === true && Array.isArray(anyOf) && anyOf.length === 1 && isObject(only)) return { ...only, ...rest };
  return written;
}
