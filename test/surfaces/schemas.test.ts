// Schemas with words that some provider refuses, offered by callers of every surface to every type of provider: the request goes
// out in a form that its vendor takes, with the rest of the schema in it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProviderType } from '../../src/api/resources.ts';
import { startBench, type Bench } from '../conformance/bench.ts';
import { CALLER_DIALECTS, type SurfaceApi } from '../conformance/surfaces.ts';
import { validateAnthropic } from '../conformance/validators/anthropic.ts';
import { validateBedrock } from '../conformance/validators/bedrock.ts';
import { validateGoogle } from '../conformance/validators/google.ts';
import { validateChat } from '../conformance/validators/openai-chat.ts';
import type { Validate } from '../conformance/validators/rules.ts';
import { json } from '../fake/provider.ts';
import type { Json } from '../properties/stand.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
  bench.answer(json(429, {}));
});
afterAll(() => bench.close());

/** Schemas of one property, beside another one that nobody minds. */
const PROPERTIES: Record<string, Json> = {
  'a reference with siblings': { $ref: '#/$defs/city', description: 'Where.' },
  'a constant': { const: 'x' },
  'unique items': { type: 'array', items: { type: 'string' }, uniqueItems: true },
  'a list of types': { type: ['string', 'null'] },
  'patterns of properties': { type: 'object', patternProperties: { '^x': { type: 'string' } } },
  'a negation': { not: { type: 'string' } },
  // As text, since an object with such a member could be awaited.
  'a condition': JSON.parse('{"if":{"type":"string"},"then":{"minLength":1},"else":{"minimum":1}}') as Json,
  'one of several': { oneOf: [{ type: 'string' }, { type: 'number' }] },
  'all of several': { allOf: [{ type: 'object', properties: { a: { type: 'string' } } }, { required: ['a'] }] },
  'a tuple': { type: 'array', prefixItems: [{ type: 'string' }, { type: 'number' }] },
  'bounds of numbers': { type: 'number', exclusiveMinimum: 0, multipleOf: 0.5 },
  'a default and examples': { type: 'string', default: 'x', examples: ['y'], deprecated: true },
  'a format': { type: 'string', format: 'uri-reference', contentEncoding: 'base64' },
  'an extension': { type: 'string', 'x-order': 1, 'vendor keyword': {} },
  'anything at all': {},
  'an empty choice': { type: 'string', enum: ['', 'x'] },
  'a circle': { $ref: '#/$defs/tree' },
};
const DEFS = {
  city: { type: 'string', minLength: 1 },
  tree: { type: 'object', properties: { next: { $ref: '#/$defs/tree' } } },
};
const schemaOf = (property: Json): Json => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  properties: { odd: property, plain: { type: 'string', description: 'A plain one.' } },
  required: ['plain'],
  $defs: DEFS,
});

const TOOL = 'find_it';
const TOOLS: Record<SurfaceApi, (schema: Json) => Json> = {
  'openai.chat': (parameters) => ({ tools: [{ type: 'function', function: { name: TOOL, parameters } }] }),
  'openai.responses': (parameters) => ({ tools: [{ type: 'function', name: TOOL, parameters, strict: false }] }),
  'anthropic.messages': (schema) => ({ tools: [{ name: TOOL, input_schema: schema }] }),
  google: (schema) => ({ tools: [{ functionDeclarations: [{ name: TOOL, parametersJsonSchema: schema }] }] }),
};
const VALIDATORS: Partial<Record<ProviderType, { own: SurfaceApi | undefined; validate: Validate }>> = {
  Other: { own: 'openai.chat', validate: validateChat },
  Anthropic: { own: 'anthropic.messages', validate: validateAnthropic },
  Google: { own: 'google', validate: validateGoogle },
  AWS: { own: undefined, validate: validateBedrock },
};

describe.each(Object.keys(PROPERTIES))('%s in the schema of a tool', (what) => {
  const cases = (Object.keys(TOOLS) as SurfaceApi[]).flatMap((api) =>
    (Object.keys(VALIDATORS) as ProviderType[]).filter((type) => VALIDATORS[type]!.own !== api).map((type) => ({ api, type })),
  );

  it.each(cases)('of a caller of $api is no hindrance for a provider of type $type', async ({ api, type }) => {
    const caller = CALLER_DIALECTS[api];
    const before = bench.received.length;
    await bench.ask(caller, type, false, { ...caller.bodyOf(type, false), ...TOOLS[api](schemaOf(PROPERTIES[what]!)) });
    expect(bench.received.length).toBe(before + 1);
    const { body } = bench.received.at(-1)!;
    expect(VALIDATORS[type]!.validate(JSON.parse(body) as Json), body).toEqual([]);
    expect(body).toContain(`"${TOOL}"`);
    expect(body).toContain('A plain one.');
  });
});
