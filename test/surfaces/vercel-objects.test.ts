// Objects in the form of a schema, by the Vercel AI SDK in front of every type of provider.
import { generateText, Output, streamText, type LanguageModel } from 'ai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ProviderType } from '../../src/api/resources.ts';
import { say } from './said.ts';
import { Stage, TYPES, type Json } from './stage.ts';
import { VERCEL } from './vercel.ts';
import { understood } from './wires.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start();
});
afterAll(() => stage.close());

const ANSWER = { city: 'Rome', days: [1, 2] };
const output = Output.object({ schema: z.object({ city: z.string(), days: z.array(z.int()) }) });
/** Not every model of Bedrock has formats of answers. */
const UPSTREAMS: Partial<Record<ProviderType, string>> = { AWS: 'anthropic.claude-sonnet-4-5-20250929-v1:0' };

/** How the SDK asks: Anthropic's has two ways, and takes the older one for models that it does not know. */
const WAYS = [
  ...Object.keys(VERCEL).flatMap((name) => (name === 'anthropic' ? [] : [{ name, how: 'a format', extra: {} }])),
  { name: 'anthropic', how: 'a format', extra: { anthropic: { structuredOutputMode: 'outputFormat' } } },
  { name: 'anthropic', how: 'a tool', extra: {} },
] as const;

/** The schema that a provider was asked to keep to, each in its own field. */
function schemaOf(type: ProviderType, isTool: boolean): Json {
  if (isTool) return understood(stage, type).tools['json']!;
  const { response_format: chat, text, output_config: claude, generationConfig, outputConfig } = stage.asked;
  const converse = outputConfig?.textFormat?.structure?.jsonSchema?.schema as string | undefined;
  if (converse !== undefined) return JSON.parse(converse) as Json;
  return (chat?.json_schema?.schema ?? text?.format?.schema ?? claude?.format?.schema ?? generationConfig?.responseJsonSchema) as Json;
}

describe.each(WAYS)('the AI SDK with its provider $name, asking by $how', ({ name, how, extra }) => {
  const isTool = how === 'a tool';
  const ask = (): { model: LanguageModel; prompt: string; maxRetries: number; maxOutputTokens: number } => ({
    model: VERCEL[name]!.model(stage),
    prompt: 'Rome?',
    maxRetries: 0,
    maxOutputTokens: 500,
  });
  const providerOptions = { ...VERCEL[name]!.options, ...extra };

  it.each(TYPES)('gets an object from a provider of type %s', async (type) => {
    stage.serve(type, say(type, isTool ? [{ call: 'json', args: ANSWER }] : [{ text: JSON.stringify(ANSWER) }]), UPSTREAMS[type]);
    const answer = await generateText({ ...ask(), providerOptions, output });
    expect(answer.output).toEqual(ANSWER);
    expect(schemaOf(type, isTool)).toMatchObject({
      type: 'object',
      properties: { city: { type: 'string' }, days: { type: 'array', items: { type: 'integer' } } },
      required: ['city', 'days'],
    });
    // Neither has a way to say that one call is enough.
    const isNamed = isTool && (type === 'AWS' || type === 'Google');
    expect(stage.dropped()).toEqual(isNamed ? ['tool_choice.disable_parallel_tool_use'] : []);
  });

  it.each(TYPES)('gets an object from a provider of type %s piece by piece', async (type) => {
    stage.serve(type, say(type, isTool ? [{ call: 'json', args: ANSWER }] : [{ text: JSON.stringify(ANSWER) }]), UPSTREAMS[type]);
    const partial: unknown[] = [];
    const stream = streamText({ ...ask(), providerOptions, output });
    for await (const one of stream.partialOutputStream) partial.push(one);
    expect(partial.at(-1)).toEqual(ANSWER);
    expect(await stream.output).toEqual(ANSWER);
  });
});
