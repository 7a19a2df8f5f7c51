// Words for what a schema refuses: the API server's own wording, plus what the field is for.
import type { ErrorObject } from 'ajv';
import { joinPath, type SchemaError } from './cel.ts';

// The API server, too, holds rules back when values are missing, too large or of the wrong type.
const BLOCKING = new Set(['required', 'type', 'enum', 'maxLength', 'maxItems']);

/** Whether CEL rules cannot be evaluated on an object with these errors. */
export function blocksRules(errors: readonly ErrorObject[]): boolean {
  return errors.some(({ keyword }) => BLOCKING.has(keyword));
}

/** Says where and what is wrong, without repeating values: a value in the wrong place may be a secret. */
export function describeErrors(errors: readonly ErrorObject[]): SchemaError[] {
  return errors.map((error) => describe(error, fieldPath(error.instancePath)));
}

function describe(error: ErrorObject, path: string): SchemaError {
  const { keyword, params, parentSchema } = error;
  const withHelp = (message: string): SchemaError => ({ path, message: message + help(parentSchema) });
  switch (keyword) {
    case 'required': {
      const name = String(params['missingProperty']);
      return { path: joinPath(path, name), message: `Required value${help(propertiesOf(error)[name])}` };
    }
    case 'additionalProperties': {
      const field = joinPath(path, String(params['additionalProperty']));
      return { path: field, message: `unknown field "${field}"; known fields here are ${Object.keys(propertiesOf(error)).join(', ')}` };
    }
    case 'enum':
      return withHelp(`Unsupported value: supported values: ${JSON.stringify(params['allowedValues']).slice(1, -1).replaceAll(',', ', ')}`);
    case 'type':
      return withHelp(`Invalid value: must be of type ${params['type']}`);
    case 'format':
      return withHelp(`Invalid value: must be of type ${params['format']}, for example 2027-01-31T12:00:00Z`);
    case 'pattern':
      return withHelp(`Invalid value: should match '${params['pattern']}'`);
    case 'maxLength':
      return withHelp(`Too long: may not be more than ${params['limit']} characters`);
    case 'maxItems':
      return withHelp(`Too many: must have at most ${params['limit']} items`);
    case 'minLength':
      return withHelp(`Invalid value: should be at least ${params['limit']} chars long`);
    case 'minItems':
      return withHelp(`Invalid value: should have at least ${params['limit']} items`);
    default:
      return withHelp(`Invalid value: ${error.message ?? keyword}`);
  }
}

function help(schema: Record<string, unknown> | undefined): string {
  const description = schema?.['description'];
  return typeof description === 'string' ? ` (${description})` : '';
}

function propertiesOf({ parentSchema }: ErrorObject): Record<string, Record<string, unknown>> {
  return parentSchema?.['properties'] ?? {};
}

/** `/spec/llms/0/name` -> `spec.llms[0].name`. */
function fieldPath(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : joinPath(path, part)), '');
}
