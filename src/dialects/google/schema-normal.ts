// A JSON Schema with fewer ways to say things: no references but circular ones, no allOf, const, oneOf or lists of types.
import { isObject, own } from '../../chat/json.ts';
import { asArray, type JsonObject } from './json.ts';
import { DefNames, pathOfRef, resolveRef } from './schema-refs.ts';

/** References can make a small schema huge, so what they lead to is counted. */
const MAX_NODES = 5_000;
const MAX_DEPTH = 100;

const OF_TYPE: Record<string, readonly string[]> = {
  string: ['minLength', 'maxLength', 'pattern', 'format'],
  number: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf', 'format'],
  integer: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf', 'format'],
  array: ['items', 'prefixItems', 'minItems', 'maxItems', 'uniqueItems', 'contains'],
  object: ['properties', 'required', 'additionalProperties', 'minProperties', 'maxProperties', 'propertyOrdering'],
};
const TYPES: ReadonlySet<unknown> = new Set([...Object.keys(OF_TYPE), 'boolean', 'null']);
const TYPED = new Set(Object.values(OF_TYPE).flat());
export const FROM_CONST = 'x-from-const';

/** Notes that say nothing about values. */
const SILENT = new Set(
  '$schema $id $comment $anchor $defs definitions deprecated readOnly writeOnly discriminator'.split(' '),
);

export function saysSomething(keyword: string): boolean {
  return !SILENT.has(keyword) && !keyword.startsWith('x-');
}

interface Walk {
  root: JsonObject;
  /** The target knows `$ref`: circular references stay. */
  keepCircles: boolean;
  /** By reference. */
  defs: Map<string, JsonObject>;
  names: DefNames;
  lost: Set<string>;
  nodes: number;
}

const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

export interface NormalSchema {
  schema: JsonObject;
  /** What circular references in it point to. `path`: where the caller has it. */
  defs: { name: string; path: string; schema: JsonObject }[];
}

export function normalizeSchema(schema: JsonObject, keepCircles: boolean, lost: Set<string>): NormalSchema {
  const walk: Walk = { root: schema, keepCircles, defs: new Map(), names: new DefNames(), lost, nodes: 0 };
  const normal = normalize(schema, '', ['#'], walk);
  return { schema: normal, defs: [...walk.defs].map(([ref, def]) => ({ name: walk.names.of(ref), path: pathOfRef(ref), schema: def })) };
}

function normalize(node: unknown, path: string, trail: readonly string[], walk: Walk): JsonObject {
  if (!isObject(node)) {
    // `true` is any value, `false` none: that can be said in no other way.
    if (node !== true) walk.lost.add(path === '' ? 'false' : path);
    return {};
  }
  if (++walk.nodes > MAX_NODES || trail.length > MAX_DEPTH || path.length > 4_096) {
    walk.lost.add(path);
    return {};
  }
  if (typeof node['$ref'] === 'string') return followRef(node, node['$ref'], path, trail, walk);
  const followed = [...trail];
  const merged = mergeAllOf(node, path, followed, walk);
  return splitTypes(descend(unify(merged, path, walk), path, followed, walk));
}

function followRef(node: JsonObject, ref: string, path: string, trail: readonly string[], walk: Walk): JsonObject {
  const { $ref: _, ...siblings } = node;
  const target = resolveRef(walk.root, ref);
  if (!isObject(target)) {
    walk.lost.add(join(path, '$ref'));
    return normalize(siblings, path, trail, walk);
  }
  if (!trail.includes(ref)) return normalize({ ...target, ...siblings }, path, [...trail, ref], walk);
  if (!walk.keepCircles) {
    walk.lost.add(join(path, '$ref'));
    return normalize({ ...pick(target, ['type', 'description']), ...siblings }, path, trail, walk);
  }
  // Beside a reference Google takes nothing.
  for (const key of Object.keys(siblings)) if (saysSomething(key) && key !== 'title') walk.lost.add(join(path, key));
  if (!walk.defs.has(ref)) {
    // For what refers to it from within.
    walk.defs.set(ref, {});
    walk.defs.set(ref, normalize(target, pathOfRef(ref), [...new Set(['#', ref])], walk));
  }
  return { $ref: `#/$defs/${walk.names.of(ref)}` };
}

function pick(node: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(keys.filter((key) => Object.hasOwn(node, key)).map((key) => [key, node[key]]));
}

/** `followed` gets the references that were followed, since their keywords must be seen to be merged. */
function mergeAllOf(node: JsonObject, path: string, followed: string[], walk: Walk): JsonObject {
  const { allOf, ...merged } = node;
  if (!Array.isArray(allOf)) return node;
  for (const part of allOf) {
    const target = partOfAll(part, followed, walk);
    if (target === undefined) walk.lost.add(join(path, 'allOf'));
    for (const [key, value] of Object.entries(target === undefined ? {} : mergeAllOf(target, path, followed, walk))) {
      const mine = own(merged, key);
      if (mine === undefined) merged[key] = value;
      else if (key === 'properties' && isObject(mine) && isObject(value)) merged[key] = { ...value, ...mine };
      else if (key === 'required' && Array.isArray(mine)) merged[key] = [...new Set([...mine, ...asArray(value)])];
      else if (key !== 'title' && key !== 'description' && JSON.stringify(mine) !== JSON.stringify(value)) {
        walk.lost.add(join(path, 'allOf'));
      }
    }
  }
  return merged;
}

function partOfAll(part: unknown, followed: string[], walk: Walk): JsonObject | undefined {
  if (!isObject(part) || ++walk.nodes > MAX_NODES) return undefined;
  const { $ref: ref, ...siblings } = part;
  if (typeof ref !== 'string') return part;
  const isCircle = followed.includes(ref);
  followed.push(ref);
  // What it leads to may be a reference again.
  const target = isCircle ? undefined : partOfAll(resolveRef(walk.root, ref), followed, walk);
  return target === undefined ? undefined : { ...target, ...siblings };
}

/** One keyword for each thing. */
function unify(node: JsonObject, path: string, walk: Walk): JsonObject {
  const { const: constant, oneOf, exclusiveMinimum: above, exclusiveMaximum: below, nullable, ...rest } = node;
  const unified: JsonObject = rest;
  // The mark lets a constant be called by that name where it has to go.
  if (Object.hasOwn(node, 'const')) Object.assign(unified, { enum: [constant], [FROM_CONST]: true });
  if (oneOf !== undefined && rest['anyOf'] === undefined) unified['anyOf'] = oneOf;
  else if (oneOf !== undefined) walk.lost.add(join(path, 'oneOf'));
  const isInteger = [node['type']].flat().every((type) => type === 'integer' || type === 'null');
  if (typeof above === 'number' && isInteger) unified['minimum'] = Math.floor(above) + 1;
  else if (above !== undefined) walk.lost.add(join(path, 'exclusiveMinimum'));
  if (typeof below === 'number' && isInteger) unified['maximum'] = Math.ceil(below) - 1;
  else if (below !== undefined) walk.lost.add(join(path, 'exclusiveMaximum'));
  if (Array.isArray(unified['items'])) {
    unified['prefixItems'] = unified['items'];
    delete unified['items'];
  }
  unified['type'] ??= impliedType(unified);
  if (![unified['type']].flat().every((type) => TYPES.has(type))) {
    if (unified['type'] !== undefined) walk.lost.add(join(path, 'type'));
    delete unified['type'];
  }
  // OpenAPI's way to say it.
  if (nullable === true && typeof unified['type'] === 'string') unified['type'] = [unified['type'], 'null'];
  else if (nullable === true && Array.isArray(unified['anyOf'])) unified['anyOf'] = [...unified['anyOf'], { type: 'null' }];
  return unified;
}

function impliedType(node: JsonObject): string | undefined {
  if (isObject(node['properties'])) return 'object';
  if (node['items'] !== undefined || node['prefixItems'] !== undefined) return 'array';
  const values = asArray(node['enum']);
  if (values.length === 0) return undefined;
  if (values.every((value) => value === null)) return 'null';
  const kinds = new Set(values.filter((value) => value !== null).map((value) => typeof value));
  const [kind] = kinds;
  return kinds.size === 1 && (kind === 'string' || kind === 'number' || kind === 'boolean') ? kind : undefined;
}

function descend(node: JsonObject, path: string, trail: readonly string[], walk: Walk): JsonObject {
  const visit = (value: unknown, key: string): JsonObject => normalize(value, join(path, key), trail, walk);
  const done: JsonObject = { ...node };
  if (isObject(node['properties'])) {
    done['properties'] = Object.fromEntries(
      Object.entries(node['properties']).map(([name, value]) => [name, visit(value, `properties.${name}`)]),
    );
  }
  if (node['items'] !== undefined) done['items'] = visit(node['items'], 'items');
  for (const key of ['prefixItems', 'anyOf']) {
    if (Array.isArray(node[key])) done[key] = node[key].map((value, index) => visit(value, `${key}[${index}]`));
  }
  if (isObject(node['additionalProperties'])) done['additionalProperties'] = visit(node['additionalProperties'], 'additionalProperties');
  return done;
}

/** `type: [a, b]` as `anyOf` of both; `null` is left as the second of two. */
function splitTypes(node: JsonObject): JsonObject {
  const { type } = node;
  if (!Array.isArray(type)) return node;
  const hasNull = type.includes('null');
  const types = [...new Set(type.filter((one): one is string => typeof one === 'string' && one !== 'null'))];
  if (types.length === 0) return { ...node, type: 'null' };
  if (types.length === 1) return { ...node, type: hasNull ? [types[0], 'null'] : types[0] };
  const common = Object.fromEntries(Object.entries(node).filter(([key]) => key !== 'type' && key !== 'enum' && !TYPED.has(key)));
  const variants = types.map((one): JsonObject => ({ type: one, ...pick(node, OF_TYPE[one] ?? []), ...enumOf(node, one) }));
  return { ...common, anyOf: [...variants, ...(hasNull ? [{ type: 'null' }] : [])] };
}

function enumOf(node: JsonObject, type: string): JsonObject {
  const fits = (value: unknown): boolean => typeof value === (type === 'integer' ? 'number' : type);
  const values = asArray(node['enum']).filter(fits);
  return values.length === 0 ? {} : { enum: values };
}
