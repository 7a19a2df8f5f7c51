// Google's schema objects as JSON Schema.
import { isObject } from '../../chat/json.ts';
import { asArray, type JsonObject } from './json.ts';
import { toCamel } from './fields.ts';

const COUNTS = new Set(['minItems', 'maxItems', 'minLength', 'maxLength', 'minProperties', 'maxProperties']);

/** Numbers of the enum, as clients that are made from the protocol buffers write them. */
const TYPES = ['TYPE_UNSPECIFIED', 'STRING', 'NUMBER', 'INTEGER', 'BOOLEAN', 'ARRAY', 'OBJECT', 'NULL'];

function readType(value: unknown): [string, unknown][] {
  const type = typeof value === 'number' ? TYPES[value] : value;
  return typeof type === 'string' && type !== 'TYPE_UNSPECIFIED' ? [['type', type.toLowerCase()]] : [];
}

function readMember(name: string, value: unknown): [string, unknown][] {
  switch (name) {
    case 'type':
      return readType(value);
    case 'properties':
      return isObject(value) ? [[name, Object.fromEntries(Object.entries(value).map(([key, member]) => [key, readSchema(member)]))]] : [];
    case 'items':
      return [[name, readSchema(value)]];
    case 'anyOf':
      return [[name, asArray(value).map(readSchema)]];
    case 'additionalProperties':
      return [[name, isObject(value) ? readSchema(value) : value]];
    case 'example':
      return [['examples', [value]]];
    case 'format':
      // Says no more than `enum` itself.
      return value === 'enum' ? [] : [[name, value]];
    case 'nullable':
    case 'propertyOrdering':
      return [];
    default:
      // int64 of proto3 comes as a string.
      return [[name, COUNTS.has(name) && typeof value === 'string' ? Number(value) : value]];
  }
}

/** JSON Schema has no word for the order of properties, but models read them in the order in which they stand. */
function inOrder(properties: unknown, ordering: unknown): unknown {
  if (!isObject(properties)) return properties;
  const places = new Map(asArray(ordering).map((name, index) => [name, index]));
  const placeOf = (name: string): number => places.get(name) ?? places.size;
  return Object.fromEntries(Object.entries(properties).toSorted(([a], [b]) => placeOf(a) - placeOf(b)));
}

export function readSchema(schema: unknown): JsonObject {
  if (!isObject(schema)) return {};
  const named = Object.entries(schema).map(([key, value]): [string, unknown] => [toCamel(key), value]);
  const ordering = named.find(([name]) => name === 'propertyOrdering')?.[1];
  const isNullable = named.some(([name, value]) => name === 'nullable' && value === true);
  const read: JsonObject = Object.fromEntries(named.flatMap(([name, value]) => readMember(name, value)));
  if (ordering !== undefined && read['properties'] !== undefined) read['properties'] = inOrder(read['properties'], ordering);
  if (!isNullable) return read;
  if (Array.isArray(read['anyOf'])) return { ...read, anyOf: [...read['anyOf'], { type: 'null' }] };
  if (Array.isArray(read['enum'])) read['enum'] = [...read['enum'], null];
  return typeof read['type'] === 'string' ? { ...read, type: [read['type'], 'null'] } : read;
}
