// The Vercel AI SDK in front of every type of provider: the same answer for the same question, whole and as a stream.
import { generateText, jsonSchema, streamText, tool, type ToolSet } from 'ai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Stage, streams, TYPES, type Answer, type Json } from './stage.ts';
import type { ProviderType } from '../../src/api/resources.ts';
import { CALL, questionOf, RESPONSES, TOKENS, UPSTREAMS, WORDS, type Question } from './upstreams.ts';
import { VERCEL } from './vercel.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start();
});
afterAll(() => stage.close());

const answer =
  (type: ProviderType): Answer =>
  (response, { url, body }) => {
    const upstream = url.endsWith('/responses') ? RESPONSES : UPSTREAMS[type];
    const asStream = streams(url, body);
    const question = questionOf(body);
    response.writeHead(200, { 'content-type': asStream ? upstream.streamType : 'application/json' });
    response.end(asStream ? upstream.stream(question) : upstream.whole(question));
  };

const look = tool({ inputSchema: jsonSchema<Json>({ type: 'object', properties: { at: { type: 'string' } }, required: ['at'] }) });
const USAGE = {
  inputTokens: TOKENS.input,
  outputTokens: TOKENS.output,
  totalTokens: TOKENS.input + TOKENS.output,
  inputTokenDetails: { cacheReadTokens: TOKENS.cached, noCacheTokens: TOKENS.input - TOKENS.cached },
};
type Ask = Pick<Parameters<typeof generateText>[0], 'model' | 'maxOutputTokens' | 'maxRetries' | 'tools'> & { prompt: string };
const cases = TYPES.flatMap((type) => (['words', 'call'] as const).map((question) => ({ type, question })));

describe.each(Object.keys(VERCEL))('the AI SDK with its provider %s', (name) => {
  const ask = (question: Question): Ask => ({
    model: VERCEL[name]!.model(stage),
    prompt: 'Hello',
    maxOutputTokens: 500,
    maxRetries: 0,
    tools: (question === 'call' ? { look } : {}) as ToolSet,
  });
  const called = [expect.objectContaining({ toolName: CALL.name, input: CALL.arguments }) as unknown];

  it.each(cases)('hears $question of a provider of type $type', async ({ type, question }) => {
    stage.serve(type, answer(type));
    const { text, toolCalls, finishReason, usage, warnings } = await generateText(ask(question));
    expect({ text, toolCalls, finishReason, warnings }).toEqual({
      text: WORDS,
      toolCalls: question === 'call' ? called : [],
      finishReason: question === 'call' ? 'tool-calls' : 'stop',
      warnings: [],
    });
    expect(usage).toMatchObject(USAGE);
    expect(stage.dropped()).toEqual([]);
  });

  it.each(cases)('hears $question of a provider of type $type word by word', async ({ type, question }) => {
    stage.serve(type, answer(type));
    const parts: string[] = [];
    const stream = streamText(ask(question));
    for await (const part of stream.stream) parts.push(part.type === 'text-delta' ? part.text : part.type);
    expect(parts.filter((part) => WORDS.includes(part)).join('')).toBe(WORDS);
    expect(parts).not.toContain('error');
    const [toolCalls, finishReason, usage] = await Promise.all([stream.toolCalls, stream.finishReason, stream.usage]);
    expect({ toolCalls, finishReason }).toEqual({
      toolCalls: question === 'call' ? called : [],
      finishReason: question === 'call' ? 'tool-calls' : 'stop',
    });
    expect(usage).toMatchObject(USAGE);
  });
});
