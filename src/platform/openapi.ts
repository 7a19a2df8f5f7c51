// The OpenAPI 3.1 document of the Platform API, made from the operations that serve it. Pure.
import { limitWords } from './limits.ts';
import type { Operation, Schema } from './operation.ts';
import { comparePaths, pathParameters } from './paths.ts';
import type { PlatformServices } from './services.ts';

type AnyOperation = Operation<PlatformServices>;

const FAILURE: Schema = {
  type: 'object',
  required: ['success', 'message'],
  properties: {
    success: { const: false },
    message: { type: 'string', description: 'What is wrong, and what to do about it.' },
    error_code: { type: 'string', description: 'Of repositories only.' },
    error_message: { type: 'string', description: 'Of repositories only: the same as message.' },
  },
};

function failure(description: string): object {
  return { description, content: { 'application/json': { schema: { $ref: '#/components/schemas/Failure' } } } };
}

/** What every operation may answer besides. */
const COMMON = {
  400: 'A field is missing or wrong, and the message names it; or the address cannot be read.',
  401: 'The token is missing or not valid.',
  429: 'The caller sends too much, or too many tokens that stand for nobody come from its address; Retry-After says when to try again.',
  500: 'A fault of the operator; its log has the details under the request id.',
  503: 'This operator does not lead, or the API server is away; try again.',
} as const;

/** What those that take a body may answer besides. */
const OF_BODIES = {
  413: 'The body is larger than 1 MiB.',
  415: 'The body is not sent as application/json, or is compressed.',
} as const;

function parametersOf({ path, query = {} }: AnyOperation): object[] {
  const inPath = pathParameters(path).map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
  const inQuery = Object.entries(query).map(([name, { description, required, ...schema }]) => ({
    name,
    in: 'query',
    ...(required === true ? { required } : {}),
    description,
    ...(schema['type'] === 'array' ? { style: 'form', explode: false } : {}),
    schema,
  }));
  return [...inPath, ...inQuery];
}

function pathItem(operation: AnyOperation): object {
  const { id, tag, summary, rights, body, answer, errors, limits } = operation;
  const parameters = parametersOf(operation);
  const possible = { ...COMMON, ...(body === undefined ? {} : OF_BODIES), ...errors };
  const required = Array.isArray(body?.['required']) && body['required'].length > 0;
  return {
    operationId: id,
    tags: [tag],
    summary,
    description: `Rights: ${rights}${limits === undefined ? '' : `\n\nLimits: ${limitWords(limits)}`}`,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: { required, content: { 'application/json': { schema: body } } } }),
    responses: {
      200: { description: 'Done.', content: { 'application/json': { schema: answer } } },
      ...Object.fromEntries(Object.entries(possible).map(([status, description]) => [status, failure(description)])),
    },
  };
}

/** In the order of tags and paths, so that equal operations give equal text. */
export function openApiDocument(operations: readonly AnyOperation[], version: string): object {
  const byPath = Map.groupBy(operations, ({ path }) => path);
  const paths = [...byPath.keys()].toSorted(comparePaths).map((path) => {
    const items = (byPath.get(path) ?? []).map((operation) => [operation.method, pathItem(operation)] as const);
    return [path, Object.fromEntries(items)] as const;
  });
  return {
    openapi: '3.1.0',
    info: {
      title: 'Platform API of flashback-ai-gateway',
      version,
      description: 'AI LLMs, repositories, keys, policies, models, conversations and statistics over HTTP: a second door to the custom resources.',
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }],
    tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name })),
    paths: Object.fromEntries(paths),
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: 'A token that the API server of Kubernetes accepts.' } },
      schemas: { Failure: FAILURE },
    },
  };
}
