// Tools of the Vercel AI SDK in front of every type of provider: it runs them, answers all calls of a step at once, and asks again.
import { generateText, isStepCount, jsonSchema, streamText, tool } from 'ai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { say, type Saying } from './said.ts';
import { Stage, TYPES } from './stage.ts';
import { VERCEL } from './vercel.ts';
import { understood } from './wires.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start();
});
afterAll(() => stage.close());

const TEXT = { type: 'string' } as const;
const OBJECT = { type: 'object', additionalProperties: false } as const;
const parameters = { ...OBJECT, properties: { at: TEXT }, required: ['at'] };
const nothing = { ...OBJECT, properties: {} };
const tools = {
  look: tool({
    description: 'Looks at a place.',
    inputSchema: jsonSchema<{ at: string }>(parameters),
    execute: ({ at }) => {
      if (at === 'y') throw new Error('no such place');
      return `seen ${at}`;
    },
  }),
  now: tool({ inputSchema: jsonSchema<Record<string, never>>(nothing), execute: () => ({ hour: 12 }) }),
};
const CALLS: Saying[] = [
  { text: 'I look.' },
  { call: 'look', args: { at: 'x' } },
  { call: 'look', args: { at: 'y' } },
  { call: 'now' },
];

const from = (name: string): Pick<Parameters<typeof generateText>[0], 'model' | 'maxRetries' | 'providerOptions'> => ({
  model: VERCEL[name]!.model(stage),
  providerOptions: VERCEL[name]!.options,
  maxRetries: 0,
});

/** The answer after all steps, and how many there were. */
type Ask = (name: string, prompt: string) => Promise<{ text: string; steps: number }>;
const ASKS: Record<string, Ask> = {
  generateText: async (name, prompt) => {
    const { text, steps } = await generateText({ ...from(name), prompt, tools, stopWhen: isStepCount(3) });
    return { text, steps: steps.length };
  },
  streamText: async (name, prompt) => {
    const stream = streamText({ ...from(name), prompt, tools, stopWhen: isStepCount(3) });
    const [text, steps] = await Promise.all([stream.text, stream.steps]);
    return { text, steps: steps.length };
  },
};

/** Each provider of the SDK has its own words for a tool that threw, and two of them a field. */
const FAILED = { result: 'Error: no such place', of: 'look(y)' };
const IN_JSON = { ...FAILED, result: '{"error":"Error: no such place"}' };
const FAILURES: Record<string, object> = {
  'openai-compatible': FAILED,
  'openai chat': IN_JSON,
  'openai responses': IN_JSON,
  anthropic: { ...FAILED, failed: true },
  google: { ...FAILED, failed: true },
};

describe.each(Object.keys(VERCEL))('the AI SDK with its provider %s', (name) => {
  const cases = TYPES.flatMap((type) => Object.keys(ASKS).map((how) => ({ type, how })));

  it.each(cases)('runs the tools that a provider of type $type calls, and tells it their results ($how)', async ({ type, how }) => {
    stage.serve(type, say(type, CALLS, [{ text: 'Done.' }]));
    expect(await ASKS[how]!(name, 'Look at x and y.')).toEqual({ text: 'Done.', steps: 2 });
    const { turns, tools: offered } = understood(stage, type);
    const hasNoField = type === 'OpenAI' || type === 'Other';
    expect(turns).toEqual([
      { by: 'user', parts: [{ text: 'Look at x and y.' }] },
      {
        by: 'model',
        parts: [{ text: 'I look.' }, { call: 'look', args: { at: 'x' } }, { call: 'look', args: { at: 'y' } }, { call: 'now', args: {} }],
      },
      {
        by: 'user',
        parts: [
          { result: 'seen x', of: 'look(x)' },
          hasNoField && FAILURES[name] !== IN_JSON ? FAILED : FAILURES[name],
          { result: '{"hour":12}', of: 'now()' },
        ],
      },
    ]);
    expect(offered['look']).toMatchObject({ properties: parameters.properties, required: ['at'] });
    expect(offered['now']!['properties'] ?? {}).toEqual({});
    expect(stage.dropped()).toEqual([]);
  });

  it.each(TYPES)('makes a provider of type %s call one tool, and no other', async (type) => {
    stage.serve(type, say(type, CALLS.slice(1, 2)));
    const toolChoice = { type: 'tool', toolName: 'look' } as const;
    const { toolCalls } = await generateText({ ...from(name), prompt: 'Look.', tools, toolChoice });
    expect(toolCalls).toMatchObject([{ toolName: 'look', input: { at: 'x' } }]);
    expect(understood(stage, type).choice).toEqual({ may: ['look'], must: true });
  });
});

it.each(TYPES.filter((type) => type !== 'OpenAI'))(
  'an application that lets the AI SDK refer to what a provider of type %s should have kept is told what to set',
  async (type) => {
    stage.serve(type, say(type, CALLS, [{ text: 'Done.' }]));
    const model = VERCEL['openai responses']!.model(stage);
    const asked = generateText({ model, prompt: 'Look.', tools, stopWhen: isStepCount(3), maxRetries: 0 });
    await expect(asked).rejects.toMatchObject({ statusCode: 400, message: expect.stringContaining('store is false') as string });
  },
);
