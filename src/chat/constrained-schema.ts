// Reduces a JSON Schema to what the structured outputs of Anthropic and of Bedrock take, which is the same. What must go is still told to
// the model in the description, as Anthropic's own SDKs do, and named, since nothing enforces it any more.
import { isObject, own, type Json } from './json.ts';

const FORMATS: ReadonlySet<unknown> = new Set([
  'date-time',
  'time',
  'date',
  'duration',
  'email',
  'hostname',
  'uri',
  'ipv4',
  'ipv6',
  'uuid',
]);
/** Deeper than any schema that is meant; the bodies of callers are limited too, but not by us. */
const MAX_DEPTH = 64;
/** Say nothing about which values are valid. */
const ANNOTATIONS: ReadonlySet<string> = new Set(['$schema', '$id', '$comment', 'examples', 'deprecated', 'readOnly', 'writeOnly']);
const LITERALS: ReadonlySet<string> = new Set(['type', 'title', 'description', 'default', 'required']);

export interface Reduction {
  schema: Record<string, unknown>;
  /** The keywords that had to go, each once. */
  dropped: string[];
}

/** Zod says so of every integer. No number of JSON that is one goes further for sure, so nobody means it as a limit. */
function isNoLimit(keyword: string, value: unknown): boolean {
  return (keyword === 'minimum' && value === Number.MIN_SAFE_INTEGER) || (keyword === 'maximum' && value === Number.MAX_SAFE_INTEGER);
}

type Mapper = (schema: unknown) => unknown;

const isPrimitive = (value: unknown): boolean => value === null || typeof value !== 'object';

function mapValues(value: unknown, map: Mapper): unknown {
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, map(schema)])) : value;
}

function isObjectSchema(schema: Json): boolean {
  const type = own(schema, 'type');
  return type === 'object' || (Array.isArray(type) && type.includes('object')) || isObject(own(schema, 'properties'));
}

/** The keyword as it may stay, or undefined. */
function keep(keyword: string, value: unknown, map: Mapper): [string, unknown] | undefined {
  if (LITERALS.has(keyword)) return [keyword, value];
  switch (keyword) {
    case 'properties':
    case '$defs':
    case 'definitions':
      return [keyword, mapValues(value, map)];
    case 'items':
      return isObject(value) ? [keyword, map(value)] : undefined;
    case 'anyOf':
    case 'allOf':
      return Array.isArray(value) ? [keyword, value.map(map)] : undefined;
    case 'oneOf':
      return Array.isArray(value) ? ['anyOf', value.map(map)] : undefined;
    case 'enum':
      return Array.isArray(value) && value.every(isPrimitive) ? [keyword, value] : undefined;
    case 'const':
      return isPrimitive(value) ? [keyword, value] : undefined;
    case 'format':
      return FORMATS.has(value) ? [keyword, value] : undefined;
    case 'minItems':
      return value === 0 || value === 1 ? [keyword, value] : undefined;
    default:
      return undefined;
  }
}

function reduce(schema: unknown, dropped: Set<string>, depth: number): unknown {
  if (!isObject(schema) || depth > MAX_DEPTH) return schema;
  const map: Mapper = (inner) => reduce(inner, dropped, depth + 1);
  const reference = own(schema, '$ref');
  if (typeof reference === 'string' && reference.startsWith('#')) {
    const definitions = Object.entries(schema).filter(([name]) => name === '$defs' || name === 'definitions');
    return { ...Object.fromEntries(definitions.map(([name, value]) => [name, mapValues(value, map)])), $ref: reference };
  }
  const result: Record<string, unknown> = {};
  const told: string[] = [];
  for (const [keyword, value] of Object.entries(schema)) {
    if (ANNOTATIONS.has(keyword) || isNoLimit(keyword, value) || (keyword === 'additionalProperties' && value === false)) continue;
    const kept = keep(keyword, value, map);
    if (kept !== undefined) result[kept[0]] = kept[1];
    else {
      dropped.add(keyword);
      told.push(`${keyword}: ${JSON.stringify(value)}`);
    }
  }
  if (isObjectSchema(schema)) result['additionalProperties'] = false;
  if (told.length > 0) {
    const description = own(result, 'description');
    result['description'] = `${typeof description === 'string' ? `${description}\n\n` : ''}{${told.join(', ')}}`;
  }
  return result;
}

export function reduceSchema(schema: Json): Reduction {
  const dropped = new Set<string>();
  const reduced = reduce(schema, dropped, 0);
  return { schema: isObject(reduced) ? { ...reduced } : {}, dropped: [...dropped] };
}

function referencesIn(value: unknown, found: Set<string>): Set<string> {
  if (Array.isArray(value)) for (const item of value) referencesIn(item, found);
  else if (isObject(value)) {
    for (const [name, inner] of Object.entries(value)) {
      if (name === '$ref' && typeof inner === 'string') found.add(inner);
      else if (name !== '$defs' && name !== 'definitions') referencesIn(inner, found);
    }
  }
  return found;
}

/** Structured outputs refuse schemas that hold themselves. */
export function isRecursive(schema: Json): boolean {
  const graph = new Map<string, Set<string>>([['#', referencesIn(schema, new Set())]]);
  for (const where of ['$defs', 'definitions']) {
    for (const [name, definition] of Object.entries(own(schema, where) ?? {})) {
      graph.set(`#/${where}/${name}`, referencesIn(definition, new Set()));
    }
  }
  const done = new Set<string>();
  const onPath = new Set<string>();
  const meetsItself = (node: string): boolean => {
    if (onPath.has(node)) return true;
    if (done.has(node)) return false;
    onPath.add(node);
    const found = [...(graph.get(node) ?? [])].some(meetsItself);
    onPath.delete(node);
    done.add(node);
    return found;
  };
  return [...graph.keys()].some(meetsItself);
}

/** Where the schema is in the caller's body. `output`: the caller's name of the option. */
export function schemaPath(output: string): string {
  if (output === 'response_format') return 'response_format.json_schema.schema';
  return output === 'text.format' || output === 'output_config.format' ? `${output}.schema` : output;
}

/** What to say to the model where nothing enforces a schema; undefined: any object will do. */
export function outputInstruction(schema: Json | undefined): string {
  if (schema === undefined) return 'Answer with one JSON object and nothing else.';
  return `Answer with one JSON value of this JSON Schema and nothing else: ${JSON.stringify(schema)}`;
}
