// What OpenAI's strict mode demands of a schema. Others have a mode of that name which demands less.
import { isObject } from '../../chat/json.ts';

/** Every object is closed, and all of its properties are required. Anything else is answered with 400. */
export function canBeStrict(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(canBeStrict);
  if (!isObject(schema)) return true;
  const { type, properties, required, additionalProperties } = schema;
  const isOpen = type === 'object' && additionalProperties !== false;
  const names = isObject(properties) ? Object.keys(properties) : [];
  if (isOpen || !names.every((name) => Array.isArray(required) && required.includes(name))) return false;
  return [...(isObject(properties) ? Object.values(properties) : []), ...members(schema)].every(canBeStrict);
}

/** Where a schema may hold others, its properties apart. */
function members({ items, anyOf, $defs, definitions }: Record<string, unknown>): unknown[] {
  const named = [$defs, definitions].flatMap((one) => (isObject(one) ? Object.values(one) : []));
  return [items, anyOf, ...named].filter((one) => one !== undefined);
}
