// Checks what comes in against the schemas of an operation, and says in words which field is wrong and what it has to be. Pure.
import type { ErrorObject, ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { isHoldable } from './body.ts';
import { ApiError, type Schema } from './operation.ts';

const STRICT = { allErrors: true, strict: true, strictRequired: false, allowUnionTypes: true, verbose: true } as const;
const FORMATS = ['date-time', 'uuid'] as const;

/** Made when first needed, and then for all operations: it costs more than what it checks. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

function ajv(options: object): Ajv2020 {
  const instance = new Ajv2020({ ...STRICT, ...options });
  formats.default(instance, [...FORMATS]);
  return instance;
}

const forBodies = once(() => ajv({}));
const forQueries = once(() => ajv({ coerceTypes: true, useDefaults: true }));

/** `/repoAiLlms/0/aiLlmId` -> `repoAiLlms[0].aiLlmId`. */
function fieldOf(pointer: string): string {
  const parts = pointer.split('/').slice(1).map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return parts.reduce((path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : path === '' ? part : `${path}.${part}`), '');
}

function expected({ keyword, params, message }: ErrorObject): string {
  switch (keyword) {
    case 'enum':
      return `must be one of ${(params['allowedValues'] as unknown[]).map(String).join(', ')}`;
    case 'type':
      return `must be of type ${[params['type']].flat().join(' or ')}`;
    case 'minLength':
      return params['limit'] === 1 ? 'must not be empty' : `must have at least ${params['limit']} characters`;
    case 'maxLength':
      return `must have at most ${params['limit']} characters`;
    case 'minItems':
      return `must have at least ${params['limit']} items`;
    case 'maxItems':
      return `must have at most ${params['limit']} items`;
    case 'pattern':
      return params['pattern'] === '\\S' ? 'must not be empty' : (message ?? 'is not valid');
    case 'not':
      return 'must be text that can be read, without control characters';
    case 'format':
      return params['format'] === 'date-time' ? 'must be a time such as 2027-01-31T12:00:00Z' : `must be a ${String(params['format'])}`;
    default:
      return message ?? 'is not valid';
  }
}

/** What is wrong, without the value: one in the wrong place may be a secret. */
function describe(error: ErrorObject, where: string): string {
  const field = fieldOf(error.instancePath);
  if (error.keyword === 'required') {
    const name = String(error.params['missingProperty']);
    return `${field === '' ? name : `${field}.${name}`} is required`;
  }
  return `${field === '' ? `the ${where}` : field} ${expected(error)}`;
}

function check<T>(validate: ValidateFunction<T>, value: unknown, where: string): T {
  if (validate(value)) return value;
  const all = new Set((validate.errors ?? []).filter(({ keyword }) => keyword !== 'if').map((error) => describe(error, where)));
  throw new ApiError(400, [...all].slice(0, 5).join('; '));
}

/** A reader of bodies. Members that the schema does not know are ignored, as older and newer clients send some. */
export function bodyReader(schema: Schema | undefined): (body: unknown) => unknown {
  if (schema === undefined) return () => ({});
  const validate = forBodies().compile(schema);
  return (body) => check(validate, body ?? {}, 'body');
}

function isList(schema: Schema): boolean {
  return schema['type'] === 'array';
}

/** Values of a parameter, however they came: repeated, comma-joined, or both. */
function valuesOf(given: unknown): string[] {
  const texts = [given].flat().filter((value) => typeof value === 'string');
  return texts.flatMap((text) => text.split(',')).map((text) => text.trim()).filter((text) => text !== '');
}

function lastText(given: unknown): string | undefined {
  const text = [given].flat().findLast((value) => typeof value === 'string');
  return text === '' ? undefined : text;
}

/** The schema of a parameter without what only the list of parameters knows. */
function schemaOf({ required: _required, ...schema }: Schema): Schema {
  return schema;
}

const isNumber = (schema: Schema): boolean => schema['type'] === 'integer' || schema['type'] === 'number';
/** What is read as a number. Ajv would take `1e400` for one, which is endless and above every maximum unseen. */
const DECIMAL = /^-?\d{1,15}(?:\.\d{1,15})?$/;

/** A reader of query strings. Parameters that nobody knows, and empty ones, count as absent. */
export function queryReader(parameters: Readonly<Record<string, Schema>> = {}): (query: Readonly<Record<string, unknown>>) => Record<string, unknown> {
  const properties = Object.fromEntries(Object.entries(parameters).map(([name, schema]) => [name, schemaOf(schema)]));
  const required = Object.keys(parameters).filter((name) => parameters[name]?.['required'] === true);
  const validate = forQueries().compile<Record<string, unknown>>({ type: 'object', properties, required });
  return (query) => {
    const found = Object.entries(parameters).flatMap(([name, schema]) => {
      const list = isList(schema) ? valuesOf(query[name]) : undefined;
      const value = list === undefined ? lastText(query[name]) : list.length === 0 ? undefined : list;
      return value === undefined ? [] : [[name, value] as const];
    });
    for (const [name, value] of found) {
      if (isNumber(parameters[name] ?? {}) && !DECIMAL.test(String(value))) throw new ApiError(400, `${name} must be of type ${String(parameters[name]?.['type'])}`);
      if (![value].flat().every(isHoldable)) throw new ApiError(400, `${name} must be text that can be read, without the zero character`);
    }
    return check(validate, Object.fromEntries(found), 'query');
  };
}
