import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openAiResponsesProvider as provider } from '../../../src/dialects/openai-responses/dialect.ts';

const answerOf = (output: unknown[], more: object = {}): ReturnType<typeof provider.readAnswer> =>
  provider.readAnswer({ id: 'resp_1', model: 'gpt-5', status: 'completed', output, ...more });

it('an answer has its blocks in order, and call_id, not id, as the id of a call', () => {
  const answer = answerOf(
    [
      { type: 'reasoning', id: 'rs_0', summary: [] },
      { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'Hm' }], encrypted_content: 'enc' },
      { type: 'reasoning', id: 'rs_2', summary: [], encrypted_content: 'enc2' },
      { type: 'message', content: [{ type: 'output_text', text: 'Hi', annotations: [] }] },
      { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'f', arguments: '' },
      { type: 'custom_tool_call', id: 'ctc_1', call_id: 'call_2', name: 'c', input: 'ls' },
      { type: 'image_generation_call', id: 'ig_1', result: 'AAAA', output_format: 'webp' },
      { type: 'web_search_call', id: 'ws_1' },
    ],
    { service_tier: 'default' },
  );
  expect(answer).toEqual({
    id: 'resp_1',
    model: 'gpt-5',
    serviceTier: 'default',
    choices: [
      {
        finish: 'tool-calls',
        content: [
          { type: 'reasoning', id: 'rs_1', text: 'Hm', signature: { dialect: 'openai-responses', value: 'enc' } },
          { type: 'reasoning', id: 'rs_2', text: '', redacted: true, signature: { dialect: 'openai-responses', value: 'enc2' } },
          { type: 'text', text: 'Hi' },
          { type: 'tool-call', id: 'call_1', name: 'f', arguments: '{}', kind: 'function' },
          { type: 'tool-call', id: 'call_2', name: 'c', arguments: 'ls', kind: 'custom' },
          { type: 'image', source: { type: 'base64', mediaType: 'image/webp', data: 'AAAA' } },
          { type: 'other', dialect: 'openai-responses', kind: 'web_search_call', value: { type: 'web_search_call', id: 'ws_1' } },
        ],
      },
    ],
  });
});

it.each([
  [{ status: 'completed' }, [], 'stop'],
  [{ status: 'completed' }, [{ type: 'message', content: [{ type: 'refusal', refusal: 'No' }] }], 'refusal'],
  [{ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }, [], 'length'],
  [{ status: 'incomplete', incomplete_details: { reason: 'content_filter' } }, [], 'content-filter'],
  [{ status: 'failed', error: { code: 'server_error', message: 'm' } }, [], 'error'],
])('%j ends as it says', (more, output, finish) => {
  expect(answerOf(output, more).choices[0]?.finish).toBe(finish);
});

it('usage counts cached and reasoning tokens as parts, also of an answer that failed', () => {
  const usage = {
    input_tokens: 10,
    input_tokens_details: { cached_tokens: 4, cache_write_tokens: 2 },
    output_tokens: 6,
    output_tokens_details: { reasoning_tokens: 3 },
    total_tokens: 16,
  };
  expect(answerOf([], { status: 'failed', usage }).usage).toEqual({
    inputTokens: 10,
    outputTokens: 6,
    cachedInputTokens: 4,
    reasoningTokens: 3,
    cacheWriteTokens: 2,
  });
  expect(answerOf([], { usage: { input_tokens: 10, output_tokens: 6, input_tokens_details: null } }).usage).toEqual({
    inputTokens: 10,
    outputTokens: 6,
    cachedInputTokens: 0,
    reasoningTokens: 0,
  });
});

it.each([[null], [[]], ['text'], [{}], [{ output: null }], [{ status: 'queued', output: [] }]])('%j is no answer', (json) => {
  expect(() => provider.readAnswer(json)).toThrow(/answer/);
});

it('output of anything is no crash', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.jsonValue(),
          fc.record({
            type: fc.constantFrom('message', 'reasoning', 'function_call'),
            content: fc.jsonValue(),
            summary: fc.jsonValue(),
            arguments: fc.jsonValue(),
          }),
        ),
      ),
      fc.jsonValue(),
      (output, usage) => {
        expect(answerOf(output, { usage }).choices).toHaveLength(1);
      },
    ),
  );
});
