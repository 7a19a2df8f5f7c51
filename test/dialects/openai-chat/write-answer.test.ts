import { describe, expect, it } from 'vitest';
import type { FinishReason, Usage } from '../../../src/chat/answer.ts';
import type { Block } from '../../../src/chat/request.ts';
import { openAiChatSurface } from '../../../src/dialects/openai-chat/dialect.ts';
import { head, read } from './samples.ts';

type Json = Record<string, any>;
const USAGE: Usage = { inputTokens: 10, outputTokens: 5, cachedInputTokens: 4, reasoningTokens: 2 };

function write(content: Block[], finish: FinishReason = 'stop', request: Json = {}): {
  message: Json; reason: string; losses: readonly string[],
} {
  const to = head(request);
  const answer = openAiChatSurface.writeAnswer({ id: 'theirs', model: 'theirs', choices: [{ content, finish }], usage: USAGE }, to) as Json;
  return { message: answer['choices'][0].message, reason: answer['choices'][0].finish_reason, losses: to.losses.names };
}

describe('a whole answer', () => {
  it('has the form that OpenAI documents, the id of the gateway and the model that was asked for', () => {
    const answer = openAiChatSurface.writeAnswer(
      { id: 'theirs', model: 'theirs', choices: [
        { content: [{ type: 'text', text: 'Hi' }], finish: 'stop' },
      ], usage: USAGE, serviceTier: 'flex' },
      head(),
    );
    expect(answer).toEqual({
      id: 'chatcmpl-id0',
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'asked-for',
      choices: [
        { index: 0, message: { role: 'assistant', content: 'Hi', refusal: null, annotations: [] }, logprobs: null, finish_reason: 'stop' },
      ],
      usage: {
        prompt_tokens: 10,
        completion_tokens: 5,
        total_tokens: 15,
        prompt_tokens_details: { cached_tokens: 4 },
        completion_tokens_details: { reasoning_tokens: 2 },
      },
      service_tier: 'flex',
    });
  });

  it('has tool calls with ids of the gateway, since providers repeat theirs', () => {
    const { message, reason } = write(
      [
        { type: 'text', text: 'Let me look.' },
        { type: 'tool-call', id: 'call_0', name: 'f', kind: 'function', arguments: '{"a":1}', signature: {
          dialect: 'google', value: 'R09P',
        } },
        { type: 'tool-call', id: 'call_0', name: 'g', kind: 'custom', arguments: 'SELECT 1' },
      ],
      'tool-calls',
    );
    expect(message['content']).toBe('Let me look.');
    expect(message['tool_calls']).toEqual([
      { id: 'call_id1', type: 'function', function: { name: 'f', arguments: '{"a":1}' }, extra_content: {
        google: { thought_signature: 'R09P' },
      } },
      { id: 'call_id2', type: 'custom', custom: { name: 'g', input: 'SELECT 1' } },
    ]);
    expect(reason).toBe('tool_calls');
  });

  it('says null for text that is not there beside calls, and an empty text where there is nothing', () => {
    expect(
      write([{ type: 'tool-call', id: 'a', name: 'f', kind: 'function', arguments: '{}' }], 'tool-calls').message['content'],
    ).toBeNull();
    expect(write([], 'length').message['content']).toBe('');
  });

  it('answers a caller of the older form in it', () => {
    const calls: Block[] = ['f', 'g'].map((name) => ({ type: 'tool-call', id: name, name, kind: 'function', arguments: '{}' }));
    const { message, reason, losses } = write(calls, 'tool-calls', { functions: [{ name: 'f' }] });
    expect(message['function_call']).toEqual({ name: 'f', arguments: '{}' });
    expect(message).not.toHaveProperty('tool_calls');
    expect(reason).toBe('function_call');
    expect(losses).toEqual(['choices[0].message.tool_calls[1]']);
  });

  it('refuses in the field for it', () => {
    const { message, reason } = write([{ type: 'refusal', text: 'No.' }], 'refusal');
    expect(message).toMatchObject({ content: null, refusal: 'No.' });
    expect(reason).toBe('stop');
  });

  it.each<[FinishReason, string, string[]]>([
    ['stop', 'stop', []],
    ['stop-sequence', 'stop', []],
    ['length', 'length', []],
    ['content-filter', 'content_filter', []],
    ['refusal', 'content_filter', []],
    ['pause', 'length', ['choices[0].finish_reason']],
    ['error', 'stop', ['choices[0].finish_reason']],
  ])('that ended by %s says %s', (finish, said, lost) => {
    const { reason, losses } = write([{ type: 'text', text: 'Hi' }], finish);
    expect(reason).toBe(said);
    expect(losses).toEqual(lost);
  });

  it('shows thoughts, and their signatures in details that come back unchanged', () => {
    const thoughts: Block[] = [
      { type: 'reasoning', text: 'Hm.', signature: { dialect: 'anthropic', value: 'c2ln' } },
      { type: 'reasoning', text: '', redacted: true, signature: { dialect: 'anthropic', value: 'ZGF0YQ' } },
      { type: 'reasoning', text: 'Sum.', id: 'rs_1', signature: { dialect: 'openai-responses', value: 'ZW5j' } },
      { type: 'text', text: 'Hello', signature: { dialect: 'google', value: 'R09P' } },
    ];
    const { message } = write(thoughts);
    expect(message['reasoning_content']).toBe('Hm.Sum.');
    expect(message['reasoning_details']).toEqual([
      { type: 'reasoning.text', text: 'Hm.', signature: 'c2ln', format: 'anthropic', index: 0 },
      { type: 'reasoning.encrypted', data: 'ZGF0YQ', format: 'anthropic', index: 1 },
      { type: 'reasoning.text', text: 'Sum.', signature: 'ZW5j', format: 'openai-responses', id: 'rs_1', index: 2 },
    ]);
    expect(read({ messages: [message] }).request.messages[0]!.content).toEqual(thoughts);
    expect(write([{ type: 'reasoning', text: 'Hm.' }]).message).not.toHaveProperty('reasoning_details');
  });

  it('has signatures of others than Google on calls behind the name of their dialect', () => {
    const call: Block = {
      type: 'tool-call', id: 'a', name: 'f', kind: 'function', arguments: '{}', signature: { dialect: 'bedrock', value: 'c2ln' },
    };
    const { message } = write([call], 'tool-calls');
    expect(message['tool_calls'][0].extra_content).toEqual({ google: { thought_signature: 'bedrock:c2ln' } });
    expect(read({ messages: [message] }).request.messages[0]!.content).toMatchObject(
      [{ signature: { dialect: 'bedrock', value: 'c2ln' } }],
    );
  });

  it('keeps the details of a server of this dialect as they were', () => {
    const detail = { type: 'reasoning.encrypted', data: 'ZGF0YQ', format: 'openai-responses-v1', id: 'rs_1', index: 0 };
    const { request } = read({ messages: [{ role: 'assistant', content: 'Hello', reasoning_details: [detail] }] });
    expect(write(request.messages[0]!.content).message['reasoning_details']).toEqual([detail]);
  });

  it('cites with places in the whole text, and tells citations that have no address', () => {
    const { message, losses } = write([
      { type: 'text', text: 'Before. ' },
      {
        type: 'text',
        text: 'Cited.',
        citations: [
          { url: 'https://a.test', title: 'A', start: 0, end: 5 },
          { url: 'https://b.test' },
          { text: 'page 3' },
        ],
      },
    ]);
    expect(message['annotations']).toEqual([
      { type: 'url_citation', url_citation: { url: 'https://a.test', title: 'A', start_index: 8, end_index: 13 } },
      { type: 'url_citation', url_citation: { url: 'https://b.test', title: 'https://b.test', start_index: 8, end_index: 14 } },
    ]);
    expect(losses).toEqual(['choices[0].message.annotations']);
  });

  it('shows images and sound, and tells what it cannot show', () => {
    const { message, losses } = write([
      { type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'iVBO' } },
      { type: 'audio', source: { type: 'base64', mediaType: 'audio/wav', data: 'UklG' } },
      { type: 'other', dialect: 'anthropic', kind: 'server_tool_use', value: {} },
    ]);
    expect(message['images']).toEqual([{ type: 'image_url', image_url: { url: 'data:image/png;base64,iVBO' } }]);
    expect(message['audio']).toMatchObject({ data: 'UklG', transcript: '' });
    expect(losses).toEqual(['choices[0].message.server_tool_use']);
  });
});

it('an error has the envelope that SDKs of OpenAI read', () => {
  const error = { status: 429, message: 'Slow down.', type: 'rate_limit_error', code: 'rate_limited', param: null, requestId: 'r' };
  expect(openAiChatSurface.writeError(error)).toEqual({
    error: { message: 'Slow down.', type: 'rate_limit_error', param: null, code: 'rate_limited' },
  });
});
