// An OpenAPI document whose inputs name what there is: made-up ids would meet nothing but 404. Answers stay as they are. Pure.
type Json = Record<string, unknown>;

export interface Hints {
  /** Values that stand for something, by the path of the operation and the name of a parameter or a field. Undefined: any will do. */
  values(path: string, name: string): readonly string[] | undefined;
  /** Id of an operation -> a body whose fields go together. */
  examples: Readonly<Record<string, object>>;
}

interface Parameter {
  name: string;
  in: string;
  schema: Json;
}

interface Described {
  operationId: string;
  parameters?: Parameter[];
  requestBody?: { content: { 'application/json': { schema: Json } } };
}

/** Lists in the query: a hundred long texts are more than the 16 KiB that Node takes in a head. */
const MOST_ITEMS = 5;

function mapped<T, U>(record: Record<string, T>, change: (value: T, name: string) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));
}

function hinted(schema: Json, name: string, valuesOf: (name: string) => readonly string[] | undefined): Json {
  const values = valuesOf(name);
  if (values !== undefined && schema['type'] === 'string') return { ...schema, enum: [...values] };
  const { properties, items } = schema as { properties?: Record<string, Json>; items?: Json };
  return {
    ...schema,
    ...(properties === undefined ? {} : { properties: mapped(properties, (member, field) => hinted(member, field, valuesOf)) }),
    ...(items === undefined ? {} : { items: hinted(items, name, valuesOf) }),
  };
}

/** `document`: as `GET /openapi.json` answers. */
export function withHints(document: object, { values, examples }: Hints): object {
  const ofOperation = (operation: Described, path: string): object => {
    const { operationId, parameters = [], requestBody } = operation;
    const hint = (schema: Json, name: string): Json => hinted(schema, name, (field) => values(path, field));
    const short = (schema: Json): Json => (schema['type'] === 'array' ? { ...schema, maxItems: MOST_ITEMS } : schema);
    const example = examples[operationId];
    return {
      ...operation,
      parameters: parameters.map((one) => ({ ...one, schema: short(hint(one.schema, one.name)) })),
      ...(requestBody === undefined
        ? {}
        : {
            requestBody: {
              ...requestBody,
              content: mapped(requestBody.content, ({ schema }) => ({
                schema: hint(schema, ''),
                ...(example === undefined ? {} : { example }),
              })),
            },
          }),
    };
  };
  const { paths, ...rest } = document as { paths: Record<string, Record<string, Described>> };
  return { ...rest, paths: mapped(paths, (item, path) => mapped(item, (operation) => ofOperation(operation, path))) };
}
