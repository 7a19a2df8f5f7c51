// The reference of the Platform API in Markdown, made from its OpenAPI document. Pure.

interface Schema {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  description?: string;
  format?: string;
  maxLength?: number;
  default?: unknown;
  maximum?: number;
}

interface Parameter {
  name: string;
  in: 'path' | 'query';
  required?: boolean;
  description?: string;
  schema: Schema;
}

interface DocumentedOperation {
  operationId: string;
  tags: string[];
  summary: string;
  description: string;
  parameters?: Parameter[];
  requestBody?: { content: { 'application/json': { schema: Schema } } };
  responses: Record<string, { description: string; content: { 'application/json': { schema: Schema } } }>;
}

export interface Document {
  paths: Record<string, Record<string, DocumentedOperation>>;
}

/** Of every operation; said once, at the head of the reference. */
const EVERYWHERE = new Set(['200', '400', '401', '413', '415', '429', '500', '503']);

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function typeOf({ type, enum: values, items, format, const: only }: Schema): string {
  if (only !== undefined) return `\`${String(only)}\``;
  const texts = values?.filter((value) => value !== null).map((value) => `\`${String(value)}\``);
  if (texts !== undefined) return texts.join(', ');
  const types = [type ?? 'any'].flat().filter((name) => name !== 'null');
  if (types[0] === 'array') return `list of ${items === undefined ? 'anything' : typeOf(items)}`;
  return format === 'date-time' ? 'time (ISO 8601)' : types.length === 0 ? 'null' : types.join(' or ');
}

/** `aiLlms[].id`: members of members too, and nothing deeper. */
function rowsOf(schema: Schema, prefix = '', depth = 0): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) => {
    const path = `${prefix}${name}`;
    const needed = schema.required?.includes(name) === true ? 'yes' : '';
    const fallback = member.default === undefined ? '' : ` Default ${String(member.default)}.`;
    const row = `| \`${path}\` | ${typeOf(member)} | ${needed} | ${cell(`${member.description ?? ''}${fallback}`.trim())} |`;
    const inner = member.items?.properties === undefined ? { schema: member, prefix: `${path}.` } : { schema: member.items, prefix: `${path}[].` };
    return [row, ...(depth < 1 ? rowsOf(inner.schema, inner.prefix, depth + 1) : [])];
  });
}

function table(title: string, rows: readonly string[], needed = 'required'): string[] {
  return rows.length === 0 ? [] : ['', `${title}:`, '', `| field | type | ${needed} | meaning |`, '| --- | --- | --- | --- |', ...rows];
}

function sectionOf(method: string, path: string, operation: DocumentedOperation): string[] {
  const { summary, description, parameters = [], requestBody, responses } = operation;
  const [rights = '', ...more] = description.split('\n\n');
  const query: Schema = {
    properties: Object.fromEntries(parameters.filter((one) => one.in === 'query').map(({ name, schema, description: text = '' }) => [name, { ...schema, description: text }])),
    required: parameters.filter(({ required }) => required === true).map(({ name }) => name),
  };
  const failures = Object.entries(responses).filter(([status, { description: text }]) => !EVERYWHERE.has(status) || !/^(?:The token|The caller|The body|A fault|This operator|A field|Done)/.test(text));
  return [
    `### ${method.toUpperCase()} ${path}`,
    '',
    summary,
    '',
    `${rights} (\`${operation.operationId}\`)`,
    ...more.flatMap((text) => ['', text]),
    ...table('Query', rowsOf(query)),
    ...table('Body', rowsOf(requestBody?.content['application/json'].schema ?? {})),
    ...table('Answer', rowsOf(responses['200']?.content['application/json'].schema ?? {}), 'always'),
    ...(failures.length === 0 ? [] : ['', ...failures.map(([status, { description: text }]) => `- ${status}: ${text}`)]),
    '',
  ];
}

/** By tag, in the order of the document. Ends with a newline. */
export function platformReference({ paths }: Document): string {
  const all = Object.entries(paths).flatMap(([path, item]) => Object.entries(item).map(([method, operation]) => ({ path, method, operation })));
  const byTag = Map.groupBy(all, ({ operation }) => operation.tags[0] ?? '');
  const sections = [...byTag].flatMap(([tag, operations]) => [`## ${tag}`, '', ...operations.flatMap(({ path, method, operation }) => sectionOf(method, path, operation))]);
  return `${sections.join('\n').trimEnd()}\n`;
}
