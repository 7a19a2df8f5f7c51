import { describe, expect, it } from 'vitest';
import type { ChatAnswer } from '../../../src/chat/answer.ts';
import type { Block } from '../../../src/chat/request.ts';
import { openAiChatProvider } from '../../../src/dialects/openai-chat/dialect.ts';

type Json = Record<string, unknown>;
const readAnswer = (json: unknown): ChatAnswer => openAiChatProvider.readAnswer(json);
const blocksOf = (message: Json): Block[] => readAnswer({ choices: [{ index: 0, message, finish_reason: 'stop' }] }).choices[0]!.content;
const finishOf = (message: Json, reason: unknown): string => readAnswer(
  { choices: [{ message, finish_reason: reason }] },
).choices[0]!.finish;
const call = (name: string, args: unknown): Json => ({ id: `call_${name}`, type: 'function', function: { name, arguments: args } });

describe('a whole answer', () => {
  it('is read with its id, model, usage, tier and choices in their order', () => {
    const answer = readAnswer({
      id: 'chatcmpl-1',
      model: 'gpt-5-2025',
      choices: [
        { index: 1, message: { role: 'assistant', content: 'Two' }, finish_reason: 'length' },
        { index: 0, message: { role: 'assistant', content: 'One' }, finish_reason: 'stop', logprobs: { content: [], refusal: null } },
      ],
      usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
      service_tier: 'default',
    });
    expect(answer).toEqual({
      id: 'chatcmpl-1',
      model: 'gpt-5-2025',
      choices: [
        { content: [{ type: 'text', text: 'One' }], finish: 'stop', logprobs: { content: [], refusal: null } },
        { content: [{ type: 'text', text: 'Two' }], finish: 'length' },
      ],
      usage: { inputTokens: 10, outputTokens: 5, cachedInputTokens: 0, reasoningTokens: 0 },
      serviceTier: 'default',
    });
  });

  it.each([
    [null, /no list of choices/],
    [{ choices: null }, /no list of choices/],
    [{ error: { message: 'Overloaded', code: 503 } }, /Overloaded/],
    [[{ error: { message: 'Wrong' } }], /Wrong/],
    [{ detail: 'Not Found' }, /Not Found/],
  ])('that is %j is none', (json, message) => {
    expect(() => readAnswer(json)).toThrow(message);
  });

  it('has calls with arguments as JSON text, whatever the server sends', () => {
    expect(
      blocksOf({ content: null, tool_calls: [call('f', '{"a":1}'), call('g', { a: 1 }), call('h', ''), { ...call('i', null), id: '' }] }),
    ).toEqual([
      { type: 'tool-call', id: 'call_f', name: 'f', kind: 'function', arguments: '{"a":1}' },
      { type: 'tool-call', id: 'call_g', name: 'g', kind: 'function', arguments: '{"a":1}' },
      { type: 'tool-call', id: 'call_h', name: 'h', kind: 'function', arguments: '{}' },
      { type: 'tool-call', id: 'call_3', name: 'i', kind: 'function', arguments: '{}' },
    ]);
    expect(blocksOf({ content: null, tool_calls: [{ id: 'a', type: 'custom', custom: { name: 'sql', input: 'SELECT 1' } }] })).toEqual([
      { type: 'tool-call', id: 'a', name: 'sql', kind: 'custom', arguments: 'SELECT 1' },
    ]);
    expect(blocksOf({ content: null, function_call: { name: 'f', arguments: '{}' } })).toMatchObject(
      [{ type: 'tool-call', id: 'call_0', name: 'f' }],
    );
  });

  it.each([
    [{ content: 'Hi' }, 'stop', 'stop'],
    [{ content: 'Hi' }, 'length', 'length'],
    [{ content: 'Hi' }, 'model_length', 'length'],
    [{ content: 'Hi' }, 'content_filter', 'content-filter'],
    [{ content: 'Hi' }, 'error', 'error'],
    [{ content: 'Hi' }, 'tool_calls', 'stop'],
    [{ content: 'Hi' }, null, 'stop'],
    [{ content: null, tool_calls: [call('f', '{}')] }, 'stop', 'tool-calls'],
    [{ content: null, tool_calls: [call('f', '{}')] }, 'tool_calls', 'tool-calls'],
    [{ content: null, tool_calls: [call('f', '{"a')] }, 'length', 'length'],
    [{ content: null, function_call: { name: 'f' } }, 'function_call', 'tool-calls'],
    [{ content: null, refusal: 'No.' }, 'stop', 'refusal'],
  ])('of %j that ends by %j ends by %s', (message, reason, finish) => {
    expect(finishOf(message, reason)).toBe(finish);
  });

  it('has thoughts from the field that the server has for them', () => {
    const signed = (value: string): object => ({ dialect: 'openai-chat', value });
    expect(blocksOf({ content: 'Hi', reasoning_content: 'Hm.' })).toEqual([
      { type: 'reasoning', text: 'Hm.', signature: signed('reasoning_content') },
      { type: 'text', text: 'Hi' },
    ]);
    expect(blocksOf({ content: 'Hi', reasoning: 'Hm.' })[0]).toMatchObject({ text: 'Hm.', signature: signed('reasoning') });
    const thinking = { type: 'thinking', thinking: [{ type: 'text', text: 'H' }, { type: 'text', text: 'm.' }] };
    expect(blocksOf({ content: [thinking, { type: 'text', text: 'Hi' }] })).toEqual([
      { type: 'reasoning', text: 'Hm.', signature: signed('thinking') },
      { type: 'text', text: 'Hi' },
    ]);
    const detail = { type: 'reasoning.text', text: 'Hm.', signature: 'c2ln', format: 'anthropic-claude-v1', index: 0 };
    expect(blocksOf({ content: 'Hi', reasoning: 'Hm.', reasoning_details: [detail] })).toEqual([
      { type: 'reasoning', text: 'Hm.', signature: signed('{"type":"reasoning.text","signature":"c2ln","format":"anthropic-claude-v1"}') },
      { type: 'text', text: 'Hi' },
    ]);
  });

  it('has citations at their places, from annotations or from a list of sources', () => {
    const annotation = { type: 'url_citation', url_citation: { url: 'https://a.test', title: 'A', start_index: 1, end_index: 3 } };
    const unplaced = { type: 'url_citation', url_citation: { url: 'https://b.test', start_index: 0, end_index: 0 } };
    expect(blocksOf({ content: 'Hello', annotations: [annotation, unplaced, { type: 'file' }] })).toEqual([
      {
        type: 'text',
        text: 'Hello',
        citations: [
          { url: 'https://a.test', title: 'A', start: 1, end: 3, original: { dialect: 'openai-chat', value: annotation } },
          { url: 'https://b.test', original: { dialect: 'openai-chat', value: unplaced } },
        ],
      },
    ]);
    const answer = readAnswer({ choices: [{ message: { content: 'Hi' } }], citations: ['https://a.test'] });
    expect(answer.choices[0]!.content).toEqual([{ type: 'text', text: 'Hi', citations: [{ url: 'https://a.test' }] }]);
  });

  it('has images and speech', () => {
    const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBO' } };
    expect(blocksOf({ content: '', images: [image], audio: { id: 'a', data: 'UklGRg', transcript: 'Hello' } })).toEqual([
      { type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'iVBO' } },
      { type: 'text', text: 'Hello' },
      { type: 'audio', source: { type: 'base64', mediaType: 'audio/wav', data: 'UklGRg' } },
    ]);
  });
});

describe('usage', () => {
  const usageOf = (fields: Json): unknown => readAnswer({ choices: [], ...fields }).usage;

  it('has cached tokens in the prompt and reasoning in the completion', () => {
    const usage = {
      prompt_tokens: 100,
      completion_tokens: 50,
      total_tokens: 150,
      prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 20 },
      completion_tokens_details: { reasoning_tokens: 30 },
    };
    expect(usageOf({ usage })).toEqual(
      { inputTokens: 100, outputTokens: 50, cachedInputTokens: 60, reasoningTokens: 30, cacheWriteTokens: 20 },
    );
  });

  it('has the reasoning that xAI and Google leave out of the completion', () => {
    const xai = { prompt_tokens: 10, completion_tokens: 2, total_tokens: 42, completion_tokens_details: { reasoning_tokens: 30 } };
    expect(usageOf({ usage: xai })).toMatchObject({ inputTokens: 10, outputTokens: 32, reasoningTokens: 30 });
    const google = { prompt_tokens: 35, completion_tokens: 12, total_tokens: 109 };
    expect(usageOf({ usage: google })).toMatchObject({ inputTokens: 35, outputTokens: 74, reasoningTokens: 62 });
  });

  it('is found where Groq and DeepSeek have it, and is absent where nothing is said', () => {
    expect(usageOf({ x_groq: { usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } } })).toMatchObject({ inputTokens: 3 });
    expect(usageOf({ usage: { prompt_tokens: 3, completion_tokens: 2, prompt_cache_hit_tokens: 1 } })).toMatchObject(
      { cachedInputTokens: 1 },
    );
    expect(usageOf({ usage: {} })).toBeUndefined();
    expect(usageOf({ usage: null })).toBeUndefined();
  });
});
