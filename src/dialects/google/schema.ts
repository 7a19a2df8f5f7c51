// JSON Schemas as Google takes them. It has two fields for a schema: one for a subset of OpenAPI's schema objects, which every
// model knows, and one for a subset of JSON Schema. An unknown keyword costs the whole request, so each is translated or taken out.
import { isObject } from '../../chat/json.ts';
import type { JsonObject } from './json.ts';
import { emitSchema, type SchemaForm } from './schema-form.ts';
import { normalizeSchema } from './schema-normal.ts';

export interface ReducedSchema {
  form: SchemaForm;
  schema: JsonObject;
  /** Paths of keywords that had to go, for example `properties.tags.uniqueItems`. */
  lost: string[];
}

/** In the form that keeps more, and in OpenAPI's where both keep the same. What OpenAPI's form would be refused for goes as JSON Schema. */
export function reduceSchema(schema: JsonObject): ReducedSchema {
  const reduceTo = (form: SchemaForm): ReducedSchema & { awkward: boolean } => {
    const lost = new Set<string>();
    const normal = normalizeSchema(schema, form === 'json', lost);
    const emitted = emitSchema(normal.schema, form, lost);
    const defs = normal.defs.map((def) => [def.name, emitSchema(def.schema, form, lost, def.path).schema]);
    const withDefs = defs.length === 0 ? emitted.schema : { ...emitted.schema, $defs: Object.fromEntries(defs) };
    return { form, schema: withDefs, lost: [...lost], awkward: emitted.awkward };
  };
  const openapi = reduceTo('openapi');
  if (openapi.lost.length === 0 && !openapi.awkward) return openapi;
  const json = reduceTo('json');
  return openapi.awkward || json.lost.length < openapi.lost.length ? json : openapi;
}

const SAYS_LITTLE = new Set(['type', 'properties', 'required', 'additionalProperties', '$schema', 'title']);

/** Whether a schema of parameters says anything at all. */
export function hasParameters(schema: JsonObject | undefined): schema is JsonObject {
  if (schema === undefined) return false;
  const { properties, additionalProperties } = schema;
  const isPlain = Object.keys(schema).every((key) => SAYS_LITTLE.has(key));
  const isMap = additionalProperties === true || isObject(additionalProperties);
  return !isPlain || (isObject(properties) && Object.keys(properties).length > 0) || isMap;
}
