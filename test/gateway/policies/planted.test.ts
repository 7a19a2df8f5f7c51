// A card planted anywhere in a valid request or answer of any surface, in any disguise that is promised to be seen through, reaches nobody.
// The numbers are seeded, so that a run that fails fails again.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectCut, heardIn } from './heard.ts';
import { CARD, KEYS, MODEL, NO_CARDS, saying, startPolicyStage, WRITERS, type PolicyStage } from './stage.ts';
import { ANSWERED, bodyWith, PROVIDERS, REFUSED, refusalIn, WAYS } from './ways.ts';

const SEED = 20_260_501;
const RUN = CARD.replaceAll(' ', '');
/** Digits as they are, whatever was put around or between them. */
const holdsCard = (text: string): boolean => text.normalize('NFKC').replace(/[^\p{Nd}]/gu, '').includes(RUN) || text.includes(Buffer.from(CARD).toString('base64').slice(0, 20));

type Disguise = (card: string) => string;
const DISGUISES: Record<string, Disguise> = {
  none: (card) => card,
  'one run': () => RUN,
  dashes: (card) => card.replaceAll(' ', '-'),
  'zero width': () => [...RUN].join('\u200b'),
  'full width': () => [...RUN].map((digit) => String.fromCodePoint(0xff10 + Number(digit))).join(''),
  'percent signs': (card) => [...card].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join(''),
  entities: () => [...RUN].map((digit) => `&#${digit.charCodeAt(0)};`).join(''),
  base64: (card) => Buffer.from(`the card is ${card}`).toString('base64'),
  tags: () => [...RUN].map((digit) => String.fromCodePoint(0xe0000 + digit.charCodeAt(0))).join(''),
};

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
const word = fc.constantFrom('Hello.', 'well', 'a b c', 'Grüße', '(12)', '{"a":1}', 'https://example.com/', '');
const free: fc.Arbitrary<Json> = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof({ maxDepth: 3 }, word, fc.integer({ min: 0, max: 999 }), fc.boolean(), fc.array(tie('json'), { maxLength: 3 }), fc.dictionary(fc.constantFrom('a', 'note', 'text', 'id'), tie('json'), { maxKeys: 3 })),
})).json;
const args = fc.dictionary(fc.constantFrom('q', 'note', 'deep'), free, { maxKeys: 3 });

const openAiMessage = fc.oneof(
  fc.record({ role: fc.constantFrom('system', 'user', 'developer'), content: word }),
  fc.record({ role: fc.constant('user'), content: fc.array(fc.record({ type: fc.constant('text'), text: word }), { minLength: 1, maxLength: 3 }), name: word }, { requiredKeys: ['role', 'content'] }),
  args.map((given) => ({ role: 'assistant', content: null, tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: JSON.stringify(given) } }] })),
  word.map((content) => ({ role: 'tool', tool_call_id: 'call_1', content })),
);
const openAiTool = fc.record({ description: word, properties: args }).map(({ description, properties }) => ({
  type: 'function',
  function: { name: 'f', description, parameters: { type: 'object', properties } },
}));
const anthropicBlock = fc.oneof(
  word.map((text) => ({ type: 'text', text })),
  args.map((input) => ({ type: 'tool_use', id: 'toolu_1', name: 'f', input })),
  word.map((content) => ({ type: 'tool_result', tool_use_id: 'toolu_1', content })),
  word.map((data) => ({ type: 'document', title: 'Notes', source: { type: 'text', media_type: 'text/plain', data } })),
);
const googlePart = fc.oneof(
  word.map((text) => ({ text })),
  args.map((given) => ({ functionCall: { name: 'f', args: given } })),
  args.map((response) => ({ functionResponse: { name: 'f', response } })),
);

interface Surface {
  key: string;
  path: string;
  body: fc.Arbitrary<Json>;
}

const record = (members: Record<string, fc.Arbitrary<unknown>>, optional: Record<string, fc.Arbitrary<unknown>> = {}): fc.Arbitrary<Json> =>
  fc.record({ ...members, ...optional }, { requiredKeys: Object.keys(members) }) as fc.Arbitrary<Json>;
const list = <T>(item: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(item, { minLength: 1, maxLength: 4 });

const SURFACES: Record<string, Surface> = {
  'chat completions': {
    key: KEYS.OpenAI,
    path: '/v1/chat/completions',
    body: record({ model: fc.constant(MODEL), messages: list(openAiMessage) }, { tools: list(openAiTool), user: word, metadata: fc.dictionary(fc.constantFrom('a', 'b'), word), stop: list(word), seed: fc.nat() }),
  },
  responses: {
    key: KEYS.OpenAI,
    path: '/v1/responses',
    body: record(
      { model: fc.constant(MODEL), input: list(fc.oneof(fc.record({ role: fc.constantFrom('user', 'assistant'), content: word }), word.map((output) => ({ type: 'function_call_output', call_id: 'c', output })), args.map((given) => ({ type: 'function_call', call_id: 'c', name: 'f', arguments: JSON.stringify(given) })))) },
      { instructions: word, metadata: fc.dictionary(fc.constantFrom('a', 'b'), word) },
    ),
  },
  messages: {
    key: KEYS.Anthropic,
    path: '/v1/messages',
    body: record({ model: fc.constant(MODEL), max_tokens: fc.constant(9), messages: list(fc.record({ role: fc.constantFrom('user', 'assistant'), content: fc.oneof(word, list(anthropicBlock)) })) }, { system: word }),
  },
  generateContent: {
    key: KEYS.Google,
    path: `/v1beta/models/${MODEL}:generateContent`,
    body: record({ contents: list(fc.record({ role: fc.constantFrom('user', 'model'), parts: list(googlePart) })) }, { systemInstruction: fc.record({ parts: list(googlePart) }) }),
  },
  completions: { key: KEYS.OpenAI, path: '/v1/completions', body: record({ model: fc.constant(MODEL), prompt: fc.oneof(word, list(word)) }, { suffix: word, user: word }) },
  embeddings: { key: KEYS.OpenAI, path: '/v1/embeddings', body: record({ model: fc.constant(MODEL), input: fc.oneof(word, list(word)) }, { user: word }) },
};

/** Where in a body a string could stand: in place of each value but the model, and as the name of a new member of each object. */
function* placesOf(json: Json, put: (value: Json) => Json, depth = 0): Generator<(card: string) => Json> {
  if (depth > 0 && json !== MODEL) yield (card) => put(card);
  if (Array.isArray(json)) {
    for (const [index, item] of json.entries()) yield* placesOf(item, (value) => put(json.with(index, value)), depth + 1);
    yield (card) => put([...json, card]);
  } else if (typeof json === 'object' && json !== null) {
    for (const [name, inner] of Object.entries(json)) yield* placesOf(inner, (value) => put({ ...json, [name]: value }), depth + 1);
    yield (card) => put({ ...json, [card]: 1 });
    yield (card) => put({ ...json, unheard_of: card });
  } else if (typeof json === 'string' && json !== '' && json !== MODEL) yield (card) => put(`${json} ${card} ${json}`);
}

describe('a card planted in a request', () => {
  let stage: PolicyStage;
  beforeAll(async () => {
    stage = await startPolicyStage();
    stage.use({ ...NO_CARDS, phases: ['Request'], onUnscannable: 'Allow' });
    stage.provider.answer(saying('Other', { text: 'Fine.' }));
  });
  afterAll(() => stage.close());

  it.each(Object.entries(SURFACES))('to %s never reaches the provider', async (_name, { key, path, body }) => {
    const disguise = fc.constantFrom(...Object.keys(DISGUISES));
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(body, fc.nat(), disguise, async (json, at, how) => {
        const places = [...placesOf(json, (value) => value)];
        const planted = places[at % places.length]!(DISGUISES[how]!(CARD));
        const before = stage.provider.calls.length;
        const reply = await stage.ask({ key, path, body: JSON.stringify(planted) });
        expect(stage.provider.calls.length, JSON.stringify(planted)).toBe(before);
        expect(holdsCard(reply.body)).toBe(false);
        if (reply.body.includes('no-cards')) refused++;
      }),
      { seed: SEED, numRuns: 40 },
    );
    // Most are refused by the policy, and not because the body is none.
    expect(refused).toBeGreaterThan(25);
    expect(JSON.stringify(stage.gateway.logs)).not.toMatch(/4242.?4242/);
    expect(await stage.gateway.metrics()).not.toMatch(/4242.?4242/);
  });
});

const SAID = ['text', 'thought', 'arguments'] as const;

describe.each(PROVIDERS)('a card planted in an answer of a provider of type %s', (type, forms) => {
  let stage: PolicyStage;
  beforeAll(async () => {
    stage = await startPolicyStage(type);
    stage.use({ ...NO_CARDS, phases: ['Response'], onUnscannable: 'Allow' });
  });
  afterAll(() => stage.close());

  it.each(forms)('to %s never reaches the caller', async (form) => {
    const { way: name, place } = ANSWERED[form];
    const way = WAYS[name]!;
    const around = fc.string({ unit: fc.constantFrom('a', ' ', '.', 'ü', '\n', '"', '\\'), maxLength: 60 });
    const target = form === 'completions' ? fc.constant('text' as const) : fc.constantFrom(...SAID);
    const streamed = form === 'array' ? fc.constant(true) : fc.boolean();
    let cut = 0;
    await fc.assert(
      fc.asyncProperty(target, around, around, streamed, fc.constantFrom('none', 'one run', 'dashes'), async (where, front, back, stream, how) => {
        const card = DISGUISES[how]!(CARD);
        const words = `${front} ${card} ${back}`;
        const said = { text: 'Well.', [where]: where === 'arguments' ? JSON.stringify({ note: words }) : words };
        stage.provider.answer(saying(type, said, {}));
        const reply = await stage.ask({ key: way.key, path: way.path(stream), body: bodyWith(way, place, 'Hi.', stream) });
        expect(holdsCard(reply.body), reply.body).toBe(false);
        if (stream && reply.status === 200) {
          cut++;
          const heard = heardIn(form, stream, reply.body);
          expectCut(heard, form, said, where, said[where]!.indexOf(card));
          expect(heard.everything.filter((text) => holdsCard(text))).toEqual([]);
        } else expect(refusalIn(reply)).toEqual(REFUSED);
      }),
      { seed: SEED, numRuns: 20 },
    );
    // Some have begun, so that there was something to cut.
    expect(cut).toBeGreaterThan(0);
    expect(JSON.stringify(stage.gateway.logs)).not.toMatch(/4242.?4242/);
  });
});

it('the places of a body are all that there are', () => {
  const places = [...placesOf({ model: MODEL, a: ['x', { b: 'y' }] }, (value) => value)].map((place) => JSON.stringify(place('CARD')));
  expect(places).toHaveLength(new Set(places).size);
  expect(places.filter((body) => body.includes('"CARD":1'))).toHaveLength(2);
  expect(PROVIDERS.map(([type]) => type)).toEqual(Object.keys(WRITERS));
});
