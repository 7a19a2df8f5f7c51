// Conversations and tools, from every SDK to every type of provider.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Stage, TYPES, type Json } from './stage.ts';
import { ASKERS, SCHEMA, type Talk } from './talks.ts';
import { understood } from './wires.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start();
});
afterAll(() => stage.close());

const user = (text: string): Talk['turns'][number] => ({ by: 'user', parts: [{ text }] });
const model = (text: string): Talk['turns'][number] => ({ by: 'model', parts: [{ text }] });
const TOOLS: Talk['tools'] = [{ name: 'look' }, { name: 'now', takesNothing: true }];

const TOOL_TALK: Talk = {
  turns: [
    user('Look at x and y.'),
    {
      by: 'model',
      parts: [
        { text: 'I look.' },
        { call: 'look', id: 'call_1', args: { at: 'x' } },
        { call: 'look', id: 'call_2', args: { at: 'y' } },
        { call: 'now', id: 'call_3', args: {} },
      ],
    },
    {
      by: 'user',
      parts: [
        { result: 'seen', id: 'call_1', of: 'look' },
        { result: 'no such place', id: 'call_2', of: 'look', failed: true },
        { result: 'noon', id: 'call_3', of: 'now' },
        { text: 'Well?' },
      ],
    },
  ],
  tools: TOOLS,
};

const NAMES = ['look', 'look', 'now'];
const GOOGLE_TURN: Record<string, (string | undefined)[]> = {
  'openai chat': NAMES,
  'openai responses': NAMES,
  'anthropic messages': NAMES,
  'google generateContent': [...NAMES, undefined],
};

const CHOICES: [string, Talk['choice'], string[]?][] = [
  ['as it likes', { must: false }],
  ['none of them', { may: [], must: false }],
  ['some tool', { must: true }],
  ['this one', { may: ['look'], must: true }],
  ['one of these', { may: ['look', 'other'], must: true }, ['anthropic messages']],
  ['at most this one', { may: ['look'], must: false }, ['anthropic messages']],
];

describe.each(Object.keys(ASKERS))('what an SDK of %s says', (name) => {
  const ask = ASKERS[name]!;

  it.each(TYPES)('keeps its system text and its turns at a provider of type %s', async (type) => {
    stage.serve(type);
    const talk: Talk = { system: 'Be brief.', turns: [user('One?'), model('Two.'), user('Three?')] };
    const { dropped } = await ask(stage, talk);
    expect(understood(stage, type)).toMatchObject(talk);
    expect(dropped).toEqual([]);
  });

  it.each(TYPES)('keeps parallel calls, with their results in order and in one turn, at a provider of type %s', async (type) => {
    stage.serve(type);
    const { dropped } = await ask(stage, TOOL_TALK);
    // OpenAI's dialects have no field for a failure, so the model is told in words.
    const saysFailed = !name.startsWith('openai');
    const inWords = saysFailed && ['OpenAI', 'Other'].includes(type);
    expect(understood(stage, type).turns).toEqual([
      user('Look at x and y.'),
      {
        by: 'model',
        parts: [{ text: 'I look.' }, { call: 'look', args: { at: 'x' } }, { call: 'look', args: { at: 'y' } }, { call: 'now', args: {} }],
      },
      {
        by: 'user',
        parts: [
          { result: 'seen', of: 'look(x)' },
          {
            result: inWords ? 'Error: no such place' : 'no such place',
            of: 'look(y)',
            ...(saysFailed && !inWords ? { failed: true } : {}),
          },
          { result: 'noon', of: 'now()' },
          { text: 'Well?' },
        ],
      },
    ]);
    expect(dropped).toEqual([]);
    // Google wants as many results in a turn as it made calls.
    if (type === 'Google')
      expect(stage.asked['contents'][2].parts.map(({ functionResponse }: Json) => functionResponse?.name)).toEqual(GOOGLE_TURN[name]);
  });

  it.each(TYPES)('offers tools with and without parameters to a provider of type %s', async (type) => {
    stage.serve(type);
    await ask(stage, { turns: [user('Look.')], tools: TOOLS! });
    const { tools } = understood(stage, type);
    expect(tools).toEqual({
      look: expect.objectContaining({ properties: SCHEMA.properties, required: ['at'] }) as unknown,
      now: expect.anything() as unknown,
    });
    expect(tools['now']!['properties'] ?? {}).toEqual({});
  });

  const cases = CHOICES.flatMap(([what, choice, without = []]) =>
    without.includes(name) ? [] : TYPES.map((type) => ({ what, choice, type })),
  );
  it.each(cases)('asks a provider of type $type to call $what', async ({ choice, type }) => {
    stage.serve(type);
    const all = ['look', 'now', 'other'];
    const { dropped } = await ask(stage, { turns: [user('Look.')], tools: [...TOOLS!, { name: 'other' }], choice: choice! });
    const { may = all, must } = choice!;
    expect(understood(stage, type).choice).toEqual({ may, must });
    // Google's only mode for this also promises to keep to the schemas.
    const promises = name.startsWith('google') && choice?.may?.length === 1 && !must && type !== 'Google';
    expect(dropped).toEqual(promises ? ['toolConfig.functionCallingConfig.mode'] : []);
  });
});
