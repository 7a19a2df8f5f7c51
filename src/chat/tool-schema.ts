// Parameters of tools for targets that want an object with its properties in plain sight.
import { isObject, own, type Json } from './json.ts';

const COMBINATORS = ['anyOf', 'oneOf', 'allOf'] as const;

export interface ObjectSchema {
  schema: Record<string, unknown>;
  /** The alternatives at the top that were laid over each other. */
  dropped: readonly string[];
}

function propertiesOf(schema: Json): [string, unknown][] {
  const properties = own(schema, 'properties');
  return isObject(properties) ? Object.entries(properties) : [];
}

export function objectSchema(parameters: Json): ObjectSchema {
  const dropped = COMBINATORS.filter((name) => own(parameters, name) !== undefined);
  if (dropped.length === 0) return { schema: { properties: {}, ...parameters, type: 'object' }, dropped };
  const variants = dropped.flatMap((name) => own(parameters, name)).filter(isObject);
  const properties = Object.fromEntries([...variants, parameters].flatMap(propertiesOf));
  const rest = Object.entries(parameters).filter(([name]) => !dropped.some((combinator) => combinator === name));
  return { schema: { ...Object.fromEntries(rest), properties, type: 'object' }, dropped };
}

export interface CustomToolParts {
  description?: string;
  schema: Json;
  isGrammarLost: boolean;
}

/** A tool that takes plain text, for targets whose tools take objects: the text is the only field. */
export function customToolParts(description: string | undefined, format: unknown): CustomToolParts {
  const grammar = isObject(format) && own(format, 'type') !== 'text' ? JSON.stringify(format) : undefined;
  // A grammar can only be described.
  const told = [description, grammar === undefined ? undefined : `The input must follow this grammar: ${grammar}`];
  const text = told.filter((part) => part !== undefined && part !== '').join('\n\n');
  return {
    ...(text === '' ? {} : { description: text }),
    schema: { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] },
    isGrammarLost: grammar !== undefined,
  };
}
