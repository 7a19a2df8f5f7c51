// JSON Schemas in the two forms that Google takes.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSchema } from '../../../src/dialects/google/read-schema.ts';
import { hasParameters, reduceSchema } from '../../../src/dialects/google/schema.ts';

const object = (properties: object, rest: object = {}): Record<string, unknown> => ({ type: 'object', properties, ...rest });
const reduce = (schema: Record<string, unknown>) => {
  const { form, schema: reduced, lost } = reduceSchema(schema);
  return { form, schema: reduced, lost };
};

describe('without a loss', () => {
  it.each([
    ['a constant is an enumeration of one', { const: 'x' }, { type: 'string', enum: ['x'] }],
    ['null among the types is nullable', { type: ['string', 'null'], enum: ['x', null] }, { type: 'string', enum: ['x'], nullable: true }],
    [
      'null among the variants is nullable',
      { anyOf: [{ type: 'integer' }, { type: 'null' }], default: null },
      { type: 'integer', nullable: true, default: null },
    ],
    ['oneOf is anyOf', { oneOf: [{ type: 'string' }, { type: 'number' }] }, { anyOf: [{ type: 'string' }, { type: 'number' }] }],
    [
      'a list of types is a list of variants, each with its keywords',
      { type: ['string', 'integer', 'null'], minLength: 2, minimum: 3, description: 'd' },
      {
        description: 'd',
        nullable: true,
        anyOf: [
          { type: 'string', minLength: 2 },
          { type: 'integer', minimum: 3 },
        ],
      },
    ],
    [
      'bounds of integers are moved by one',
      { type: 'integer', exclusiveMinimum: 0, exclusiveMaximum: 9 },
      { type: 'integer', minimum: 1, maximum: 8 },
    ],
    [
      'a format that Google does not know is said in words',
      { type: 'string', format: 'uri', description: 'Where' },
      { type: 'string', description: 'Where (format: uri)' },
    ],
    ['a format that it knows stays', { type: 'string', format: 'date-time' }, { type: 'string', format: 'date-time' }],
    ['what says nothing about values goes', { $comment: 'c', 'x-order': 1, type: 'string', deprecated: true }, { type: 'string' }],
  ])('%s', (_, member, reduced) => {
    expect(reduce(object({ a: member }))).toEqual({ form: 'openapi', schema: object({ a: reduced }), lost: [] });
  });

  it('references are replaced by what they lead to, and what stands beside them stays', () => {
    const schema = object({ a: { $ref: '#/$defs/A', description: 'mine' } }, { $defs: { A: { type: 'string', description: 'its' } } });
    expect(reduce(schema)).toEqual({ form: 'openapi', schema: object({ a: { type: 'string', description: 'mine' } }), lost: [] });
  });

  it('allOf is merged, references and all', () => {
    const own = object({ b: { type: 'number' } }, { required: ['b'] });
    const schema = {
      allOf: [{ $ref: '#/definitions/A' }, own],
      definitions: { A: object({ a: { type: 'string' } }, { required: ['a'] }) },
    };
    expect(reduce(schema)).toEqual({
      form: 'openapi',
      schema: object({ a: { type: 'string' }, b: { type: 'number' } }, { required: ['a', 'b'] }),
      lost: [],
    });
  });

  it('a circular reference stays a reference in the form of JSON Schema', () => {
    const tree = object({ children: { type: 'array', items: { $ref: '#' } } });
    const inner = object({ children: { type: 'array', items: { $ref: '#/$defs/root' } } });
    expect(reduce(tree)).toMatchObject({ form: 'json', lost: [], schema: { $defs: { root: inner } } });
  });

  it('circular references with the same last word lead to different places, under names without signs', () => {
    const node = (ref: string) => object({ next: { $ref: ref } });
    const paths = ['#/$defs/a/Node', '#/$defs/b/Node', '#/$defs/My%20List'];
    const $defs = { a: { Node: node(paths[0]!) }, b: { Node: node(paths[1]!) }, 'My List': node(paths[2]!) };
    const { lost, schema } = reduce(object(Object.fromEntries(paths.map((ref, index) => [`p${index}`, { $ref: ref }])), { $defs }));
    expect(lost).toEqual([]);
    expect(schema['$defs']).toEqual({ Node: node('#/$defs/Node'), Node_2: node('#/$defs/Node_2'), My_List: node('#/$defs/My_List') });
    expect(schema['properties']).toMatchObject({ p0: node('#/$defs/Node'), p1: node('#/$defs/Node_2'), p2: node('#/$defs/My_List') });
  });

  it('an example is said in words where the form has no place for it', () => {
    const closed = object({ a: { type: 'string', example: 'x' } }, { additionalProperties: false });
    expect(reduce(closed)).toEqual({
      form: 'json',
      schema: object({ a: { type: 'string', description: '(examples: "x")' } }, { additionalProperties: false }),
      lost: [],
    });
  });

  it.each([
    ['closed objects', object({ a: { type: 'string' } }, { additionalProperties: false })],
    ['numbers to choose from', object({ a: { type: 'integer', enum: [1, 2] } })],
    ['objects of anything', object({ a: { type: 'object' } })],
    ['arrays of anything', object({ a: { type: 'array' } })],
    ['tuples', object({ a: { type: 'array', prefixItems: [{ type: 'string' }, { type: 'number' }] } })],
  ])('%s go as JSON Schema', (_, schema) => {
    expect(reduce(schema)).toEqual({ form: 'json', schema, lost: [] });
  });
});

describe('a keyword that has to go', () => {
  it.each([
    ['uniqueItems', { type: 'array', items: { type: 'string' }, uniqueItems: true }, 'properties.a.uniqueItems'],
    ['not', { type: 'string', not: { const: 'x' } }, 'properties.a.not'],
    ['multipleOf', { type: 'number', multipleOf: 2 }, 'properties.a.multipleOf'],
    ['exclusiveMinimum of a number', { type: 'number', exclusiveMinimum: 0 }, 'properties.a.exclusiveMinimum'],
    ['a reference that leads nowhere', { type: 'string', $ref: 'https://example.com/s' }, 'properties.a.$ref'],
    ['a required name that is no property', object({ b: { type: 'string' } }, { required: ['b', 'toString'] }), 'properties.a.required'],
    ['a choice between booleans', { type: 'boolean', enum: [true] }, 'properties.a.enum'],
    ['a constant that is no word', { type: 'boolean', const: true }, 'properties.a.const'],
  ])('%s is named, and the rest stays', (_, member, path) => {
    const { lost, schema } = reduce(object({ a: member, b: { type: 'string' } }));
    expect(lost).toEqual([path]);
    expect(schema).toMatchObject(object({ a: { type: member.type }, b: { type: 'string' } }));
  });
});

describe('a circular reference', () => {
  it('loses by name what stands beside it, but for a title', () => {
    const tree = object({ child: { $ref: '#', title: 'Child', description: 'The next.', default: null } });
    expect(reduce(tree)).toMatchObject({ form: 'json', lost: ['properties.child.description', 'properties.child.default'] });
  });

  it('makes a property that needs it an optional one, also where a list is in between', () => {
    const children = { type: 'array', items: { $ref: '#/$defs/Node' } };
    const node = object({ id: { type: 'string' }, children }, { required: ['id', 'children'] });
    const { schema, lost } = reduce(object({ tree: { $ref: '#/$defs/Node' } }, { $defs: { Node: node } }));
    expect(schema['$defs']).toMatchObject({ Node: { required: ['id'] } });
    expect(lost).toEqual(expect.arrayContaining(['properties.tree.required', '$defs.Node.required']));
  });

  it('may stand within an optional property of one that is required', () => {
    const children = { type: 'array', items: { $ref: '#/$defs/Node' } };
    const node = object({ label: { type: 'string' }, children }, { required: ['label'] });
    const { schema, lost } = reduce(object({ tree: { $ref: '#/$defs/Node' } }, { required: ['tree'], $defs: { Node: node } }));
    expect(schema).toMatchObject({ required: ['tree'], properties: { tree: { required: ['label'] } } });
    expect(lost).toEqual([]);
  });
});

it.each([
  [undefined, false],
  [{ type: 'object', properties: {}, additionalProperties: false, $schema: 'x' }, false],
  [{ type: 'object', additionalProperties: { type: 'string' } }, true],
  [{ type: 'object', additionalProperties: true }, true],
  [object({ a: {} }), true],
  [{ $ref: '#/$defs/a', $defs: {} }, true],
])('whether %j says anything of parameters is %s', (schema, says) => {
  expect(hasParameters(schema)).toBe(says);
});

it('what allOf refers to by the name of another name is merged, not left as a reference to nowhere', () => {
  const named = object({ x: { type: 'string' } });
  const { schema, lost } = reduce({ allOf: [{ $ref: '#/$defs/a' }], $defs: { a: { $ref: '#/$defs/b' }, b: named } });
  expect({ schema, lost }).toEqual({ schema: named, lost: [] });
});

it('references that double at each step do not fill the memory', () => {
  const steps = Array.from({ length: 60 }, (_, index) => {
    const next = { $ref: `#/$defs/s${index + 1}` };
    return [`s${index}`, object({ a: next, b: next })];
  });
  const { schema, lost } = reduce({ $ref: '#/$defs/s0', $defs: { ...Object.fromEntries(steps), s60: { type: 'string' } } });
  expect(lost.length).toBeGreaterThan(0);
  expect(JSON.stringify(schema).length).toBeLessThan(500_000);
});

describe('whatever the schema', () => {
  const keywords = (
    'type items anyOf oneOf allOf enum const $ref required nullable x __proto__ not format additionalProperties prefixItems ' +
    'uniqueItems exclusiveMinimum examples example $defs description default'
  ).split(' ');
  const reference = fc.constantFrom('#', '#/properties/a', '#/allOf/0', '#/%', '#/__proto__', 'object', 'string', 'null');
  const { schema } = fc.letrec<{ node: unknown; schema: Record<string, unknown> }>((tie) => ({
    schema: fc
      .tuple(
        fc.dictionary(fc.constantFrom(...keywords), tie('node'), { maxKeys: 4 }),
        fc.dictionary(fc.constantFrom('a', 'b'), tie('node')),
      )
      .map(([others, properties]) => ({ ...others, ...(Object.keys(properties).length > 0 ? { properties } : {}) })),
    node: fc.oneof({ maxDepth: 5 }, reference, fc.constant(null), fc.array(tie('node'), { maxLength: 3 }), tie('schema'), fc.boolean()),
  }));

  /** The members of Google's schema objects, and what its documents add for JSON Schema. */
  const SHARED = (
    'type format title description default enum items minItems maxItems minimum maximum anyOf minLength maxLength pattern ' +
    'properties minProperties maxProperties required propertyOrdering'
  ).split(' ');
  const TAKEN = {
    openapi: new Set([...SHARED, 'nullable', 'example']),
    json: new Set([...SHARED, 'additionalProperties', 'prefixItems', '$ref', '$defs']),
  };
  type Loose = Record<string, unknown>;
  const isObject = (value: unknown): value is Loose => typeof value === 'object' && value !== null && !Array.isArray(value);

  /** Every schema in it, with itself. */
  function* schemasIn(node: unknown): Generator<Loose> {
    if (!isObject(node)) return;
    yield node;
    for (const key of ['properties', '$defs']) for (const inner of Object.values(node[key] ?? {})) yield* schemasIn(inner);
    for (const key of ['items', 'additionalProperties']) yield* schemasIn(node[key]);
    for (const key of ['anyOf', 'prefixItems']) for (const inner of (node[key] ?? []) as unknown[]) yield* schemasIn(inner);
  }

  it('only keywords are left that Google takes, in the form in which it takes them', () => {
    fc.assert(
      fc.property(schema, (given) => {
        const { form, schema: reduced } = reduce(given);
        for (const node of schemasIn(reduced)) {
          expect(Object.keys(node).filter((key) => !TAKEN[form].has(key))).toEqual([]);
          if (node['$ref'] !== undefined) expect(Object.keys(node).filter((key) => !key.startsWith('$'))).toEqual([]);
          if (form === 'openapi') expect(['string', 'undefined']).toContain(typeof node['type']);
          for (const name of (node['required'] ?? []) as string[]) expect(Object.keys(node['properties'] ?? {})).toContain(name);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('every reference that is left leads to a definition', () => {
    fc.assert(
      fc.property(schema, (given) => {
        const { schema: reduced } = reduce(given);
        const known = Object.keys(reduced['$defs'] ?? {}).map((name) => `#/$defs/${name}`);
        for (const { $ref } of schemasIn(reduced)) if ($ref !== undefined) expect(known).toContain($ref);
      }),
      { numRuns: 500 },
    );
  });
});

it('types that come as numbers of the protocol buffers are read by name', () => {
  expect(readSchema({ type: 6, properties: { at: { type: 1 }, n: { type: 3, nullable: true }, any: { type: 0 } } })).toEqual({
    type: 'object',
    properties: { at: { type: 'string' }, n: { type: ['integer', 'null'] }, any: {} },
  });
});
