// LangChain in front of every type of provider: answers, streams, tools, objects and images.
import { HumanMessage, type AIMessage, type AIMessageChunk, type BaseMessage } from '@langchain/core/messages';
import type { Runnable } from '@langchain/core/runnables';
import { tool, type StructuredToolInterface } from '@langchain/core/tools';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ProviderType } from '../../src/api/resources.ts';
import { LANGCHAIN } from './langchain.ts';
import { say, type Saying } from './said.ts';
import { Stage, TYPES, words } from './stage.ts';
import { TOKENS, WORDS } from './upstreams.ts';
import { understood } from './wires.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start();
});
afterAll(() => stage.close());

const TOOLS: Record<string, StructuredToolInterface> = {
  look: tool(({ at }: { at: string }) => `seen ${at}`, { name: 'look', schema: z.object({ at: z.string() }) }),
  now: tool(() => 'noon', { name: 'now', schema: z.object({}) }),
};

/** A provider of its own dialect would say an empty text, in which this SDK finds no call. */
const NOTHING: Partial<Record<ProviderType, Saying>> = { OpenAI: { call: 'now', args: {} }, Other: { call: 'now', args: {} } };
const callsOf = (type: ProviderType): Saying[] => [
  { text: 'I look.' },
  { call: 'look', args: { at: 'x' } },
  { call: 'look', args: { at: 'y' } },
  NOTHING[type] ?? { call: 'now' },
];

type Model = Runnable<BaseMessage[], AIMessageChunk>;
async function answer(model: Model, input: BaseMessage[], asStream: boolean): Promise<AIMessage> {
  if (!asStream) return model.invoke(input);
  let whole: AIMessageChunk | undefined;
  for await (const chunk of await model.stream(input)) whole = whole === undefined ? chunk : whole.concat(chunk);
  return whole!;
}

const both = TYPES.flatMap((type) => [false, true].map((asStream) => ({ type, asStream })));
const CITY = z.object({ city: z.string(), days: z.int() });
/** Not every model of Bedrock has formats of answers. */
const UPSTREAMS: Partial<Record<ProviderType, string>> = { AWS: 'anthropic.claude-sonnet-4-5-20250929-v1:0' };
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk';

describe.each(Object.keys(LANGCHAIN))('%s of LangChain', (name) => {
  it.each(both)('hears words and tokens of a provider of type $type (stream: $asStream)', async ({ type, asStream }) => {
    stage.serve(type, words(type));
    const { text, usage_metadata: usage } = await answer(LANGCHAIN[name]!(stage), [new HumanMessage('Hello')], asStream);
    expect(text).toBe(WORDS);
    const cached = { input_token_details: { cache_read: TOKENS.cached } };
    // It adds up what the first and the last event say: of the input the first alone, where most providers have not counted yet.
    if (name !== 'ChatAnthropic' || !asStream) {
      expect(usage).toMatchObject({ input_tokens: TOKENS.input, output_tokens: TOKENS.output, ...cached });
    } else if (type !== 'Anthropic') expect(usage).toMatchObject({ output_tokens: TOKENS.output });
    expect(stage.dropped()).toEqual([]);
  });

  it.each(both)('runs the tools that a provider of type $type calls (stream: $asStream)', async ({ type, asStream }) => {
    stage.serve(type, say(type, callsOf(type), [{ text: 'Done.' }]));
    const model = LANGCHAIN[name]!(stage).bindTools!(Object.values(TOOLS)) as Model;
    const asked = new HumanMessage('Look at x and y.');
    const first = await answer(model, [asked], asStream);
    expect(first.tool_calls).toMatchObject([
      { name: 'look', args: { at: 'x' } },
      { name: 'look', args: { at: 'y' } },
      { name: 'now', args: {} },
    ]);
    const results: BaseMessage[] = [];
    for (const call of first.tool_calls!) results.push(await TOOLS[call.name]!.invoke(call));
    expect((await answer(model, [asked, first, ...results], asStream)).text).toBe('Done.');
    expect(understood(stage, type).turns).toEqual([
      { by: 'user', parts: [{ text: 'Look at x and y.' }] },
      {
        by: 'model',
        parts: [{ text: 'I look.' }, { call: 'look', args: { at: 'x' } }, { call: 'look', args: { at: 'y' } }, { call: 'now', args: {} }],
      },
      {
        by: 'user',
        parts: [
          { result: 'seen x', of: 'look(x)' },
          { result: 'seen y', of: 'look(y)' },
          { result: 'noon', of: 'now()' },
        ],
      },
    ]);
    expect(stage.dropped()).toEqual([]);
  });

  it.each(TYPES)('gets an object from a provider of type %s, by a tool and by a format', async (type) => {
    stage.serve(type, say(type, [{ call: 'extract', args: { city: 'Rome', days: 2 } }]));
    const byTool = LANGCHAIN[name]!(stage).withStructuredOutput(CITY, { name: 'extract', method: 'functionCalling' });
    expect(await byTool.invoke('Rome?')).toEqual({ city: 'Rome', days: 2 });
    const { tools, choice } = understood(stage, type);
    expect(tools).toMatchObject({ extract: { required: ['city', 'days'] } });
    expect(choice).toEqual({ may: ['extract'], must: true });
    stage.serve(type, say(type, [{ text: '{"city":"Rome","days":2}' }]), UPSTREAMS[type]);
    const byFormat = LANGCHAIN[name]!(stage).withStructuredOutput(CITY, { name: 'extract', method: 'jsonSchema' });
    expect(await byFormat.invoke('Rome?')).toEqual({ city: 'Rome', days: 2 });
    expect(stage.provider.calls.at(-1)!.body).toMatch(/json_?schema/i);
    expect(stage.dropped()).toEqual([]);
  });

  it.each(TYPES)('brings an image to a provider of type %s', async (type) => {
    stage.serve(type, words(type));
    const content = [
      { type: 'text' as const, text: 'Read this.' },
      { type: 'image_url' as const, image_url: { url: `data:image/png;base64,${PNG}` } },
    ];
    await LANGCHAIN[name]!(stage).invoke([new HumanMessage({ content })]);
    expect(stage.provider.calls.at(-1)!.body).toContain(PNG);
    expect(stage.dropped()).toEqual([]);
  });
});
