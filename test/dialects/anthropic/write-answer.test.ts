import { describe, expect, it } from 'vitest';
import type { ChatAnswer, ChatEvent, FinishReason } from '../../../src/chat/answer.ts';
import type { AnswerHead } from '../../../src/chat/dialect.ts';
import { foldEvents, unfoldAnswer } from '../../../src/chat/fold.ts';
import { Losses } from '../../../src/chat/losses.ts';
import type { Block } from '../../../src/chat/request.ts';
import { anthropicProvider, anthropicSurface } from '../../../src/dialects/anthropic/dialect.ts';

function headOf(): AnswerHead {
  let made = 0;
  return { model: 'smart', created: 0, newId: () => String(++made), losses: new Losses(), request: {} };
}

const answerOf = (content: Block[], finish: FinishReason = 'stop', over: Partial<ChatAnswer> = {}): ChatAnswer => ({
  id: 'x',
  model: 'y',
  choices: [{ content, finish }],
  ...over,
});

const usage = { inputTokens: 123, outputTokens: 9, cachedInputTokens: 100, cacheWriteTokens: 20, reasoningTokens: 4 };

const rich: Block[] = [
  { type: 'reasoning', text: 'hm', signature: { dialect: 'anthropic', value: 'sig' } },
  { type: 'reasoning', text: '', signature: { dialect: 'openai-responses', value: 'enc' } },
  { type: 'reasoning', text: '', redacted: true, signature: { dialect: 'bedrock', value: 'data' } },
  { type: 'text', text: 'It is sunny.', citations: [{ url: 'https://example.com', title: 'Weather', start: 6, end: 11 }] },
  {
    type: 'tool-call',
    id: 'call_0',
    name: 'now',
    kind: 'function',
    arguments: '{"zone":"UTC"}',
    signature: { dialect: 'google', value: 'th' },
  },
  { type: 'tool-call', id: 'call_0', name: 'sh', kind: 'custom', arguments: 'say "hi"' },
];

const richWritten = [
  { type: 'thinking', thinking: 'hm', signature: 'sig' },
  { type: 'thinking', thinking: '', signature: 'openai-responses:enc' },
  { type: 'redacted_thinking', data: 'bedrock:data' },
  {
    type: 'text',
    text: 'It is sunny.',
    citations: [
      { type: 'web_search_result_location', url: 'https://example.com', title: 'Weather', cited_text: 'sunny', encrypted_index: '' },
    ],
  },
  { type: 'tool_use', id: 'toolu_1', name: 'now', input: { zone: 'UTC' } },
  { type: 'thinking', thinking: '', signature: 'google+:th' },
  { type: 'tool_use', id: 'toolu_2', name: 'sh', input: { input: 'say "hi"' } },
];

const withoutIds = (value: unknown): unknown => JSON.parse(JSON.stringify(value).replaceAll(/"(toolu|msg)_\d+"/g, '"$1"'));

/** What an SDK makes of a stream. */
function accumulate(stream: string): Record<string, unknown> & { content: Record<string, unknown>[] } {
  const message: Record<string, unknown> & { content: Record<string, unknown>[] } = { content: [] };
  const inputs = new Map<number, string>();
  for (const frame of stream.split('\n\n').filter((part) => part !== '')) {
    const [, name, data] = /^event: (.*)\ndata: (.*)$/.exec(frame)!;
    const event = JSON.parse(data!);
    expect(event.type).toBe(name);
    const block = message.content[event.index];
    switch (name) {
      case 'message_start':
        Object.assign(message, event.message, { content: [] });
        break;
      case 'content_block_start':
        expect(event.index).toBe(message.content.length);
        message.content.push({ ...event.content_block });
        break;
      case 'content_block_delta': {
        const { type, ...delta } = event.delta;
        if (type === 'input_json_delta') inputs.set(event.index, (inputs.get(event.index) ?? '') + delta.partial_json);
        else if (type === 'citations_delta') block!['citations'] = [...((block!['citations'] as unknown[]) ?? []), delta.citation];
        else for (const [key, value] of Object.entries(delta)) block![key] = String(block![key]) + String(value);
        break;
      }
      case 'content_block_stop':
        if (inputs.has(event.index)) block!['input'] = JSON.parse(inputs.get(event.index)!);
        break;
      case 'message_delta':
        Object.assign(message, event.delta, { usage: event.usage });
        break;
      default:
        expect(name).toBe('message_stop');
    }
  }
  return message;
}

function streamed(events: readonly ChatEvent[], head = headOf()): string {
  const writer = anthropicSurface.writeStream(head);
  return events.map((event) => writer.write(event)).join('') + writer.end();
}

describe('a whole answer', () => {
  it('has the application’s model, ids of the gateway, and the blocks in order', () => {
    const written = anthropicSurface.writeAnswer(answerOf(rich, 'tool-calls', { usage, serviceTier: 'default' }), headOf());
    expect(withoutIds(written)).toEqual({
      id: 'msg',
      type: 'message',
      role: 'assistant',
      model: 'smart',
      content: withoutIds(richWritten),
      stop_reason: 'tool_use',
      stop_sequence: null,
      usage: {
        input_tokens: 3,
        cache_creation_input_tokens: 20,
        cache_read_input_tokens: 100,
        output_tokens: 9,
        output_tokens_details: { thinking_tokens: 4 },
        service_tier: 'standard',
      },
    });
  });

  it('gives calls that had one id different ones', () => {
    const { content } = anthropicSurface.writeAnswer(answerOf(rich), headOf()) as { content: { type: string; id?: string }[] };
    const ids = content.filter(({ type }) => type === 'tool_use').map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
  });

  it.each([
    ['stop', 'end_turn'],
    ['stop-sequence', 'stop_sequence'],
    ['length', 'max_tokens'],
    ['tool-calls', 'tool_use'],
    ['content-filter', 'refusal'],
    ['refusal', 'refusal'],
    ['pause', 'pause_turn'],
    ['error', 'end_turn'],
  ] as const)('that ended for %s has the stop_reason %s', (finish, reason) => {
    expect(anthropicSurface.writeAnswer(answerOf([], finish), headOf())).toMatchObject({ stop_reason: reason });
  });

  it('that holds a refusal is one', () => {
    expect(anthropicSurface.writeAnswer(answerOf([{ type: 'refusal', text: 'No.' }]), headOf())).toMatchObject({
      content: [{ type: 'text', text: 'No.' }],
      stop_reason: 'refusal',
    });
  });

  it('names what Anthropic’s answers cannot hold', () => {
    const head = headOf();
    const image: Block = { type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'AAAA' } };
    const foreign: Block = { type: 'other', dialect: 'google', kind: 'executableCode', value: {} };
    const answer = answerOf([image, foreign, { type: 'text', text: 'a', citations: [{ title: 'b' }] }]);
    answer.choices.push({ content: [], finish: 'stop' });
    anthropicSurface.writeAnswer(answer, head);
    expect(head.losses.names).toEqual(['choices[1]', 'content[0]', 'content[1]', 'content[2].citations']);
  });

  it('names citations that come after the last words, and have no block to stand in', () => {
    const head = headOf();
    const cited: Block = { type: 'text', text: '', citations: [{ url: 'https://example.com' }] };
    expect(anthropicSurface.writeAnswer(answerOf([{ type: 'text', text: 'a' }, cited]), head)).toMatchObject({ content: [{ text: 'a' }] });
    expect(head.losses.names).toEqual(['content[1].citations']);
  });

  it('counts no token twice where a router says that it was read and written', () => {
    const both = { inputTokens: 110, outputTokens: 9, cachedInputTokens: 100, cacheWriteTokens: 100, reasoningTokens: 0 };
    const written = { input_tokens: 0, cache_read_input_tokens: 100, cache_creation_input_tokens: 10 };
    expect(anthropicSurface.writeAnswer(answerOf([], 'stop', { usage: both }), headOf())).toMatchObject({ usage: written });
  });

  it('counts nothing as 0, which SDKs need', () => {
    expect(anthropicSurface.writeAnswer(answerOf([]), headOf())).toMatchObject({ usage: { input_tokens: 0, output_tokens: 0 } });
  });
});

describe('a stream', () => {
  it('makes the same message as the whole answer', () => {
    const answer = answerOf(rich, 'tool-calls', { usage });
    const message = accumulate(streamed(unfoldAnswer(answer)));
    const whole = anthropicSurface.writeAnswer(answer, headOf());
    expect(withoutIds(message)).toEqual(withoutIds(whole));
  });

  it('begins with message_start before anything is known', () => {
    const writer = anthropicSurface.writeStream(headOf());
    expect(writer.write({ type: 'start', id: '', model: '' })).toMatch(/^event: message_start\n/);
    expect(writer.write({ type: 'open', choice: 0, block: { type: 'text' } })).toBe('');
    expect(writer.write({ type: 'delta', choice: 0, text: 'a' })).toMatch(/^event: content_block_start\n[^]*event: content_block_delta\n/);
  });

  it('has no blocks without content, and ends even when nothing came', () => {
    const events: ChatEvent[] = [
      { type: 'open', choice: 0, block: { type: 'text' } },
      { type: 'close', choice: 0 },
      { type: 'open', choice: 0, block: { type: 'reasoning' } },
      { type: 'close', choice: 0 },
    ];
    expect(accumulate(streamed(events))).toMatchObject({ content: [], stop_reason: 'end_turn' });
    expect(streamed([])).toMatch(/event: message_stop\ndata: {"type":"message_stop"}\n\n$/);
  });

  it('cites only in blocks with words: what is cited before them follows them, and what has none is named', () => {
    const cite: ChatEvent = { type: 'citation', choice: 0, citation: { url: 'https://example.com', text: 'sun' } };
    const open: ChatEvent = { type: 'open', choice: 0, block: { type: 'text' } };
    const close: ChatEvent = { type: 'close', choice: 0 };
    const head = headOf();
    const { content } = accumulate(streamed([open, cite, { type: 'delta', choice: 0, text: 'Sun.' }, close, open, cite, close], head));
    expect(content).toEqual([{ type: 'text', text: 'Sun.', citations: [expect.objectContaining({ cited_text: 'sun' })] }]);
    expect(head.losses.names).toEqual(['content.citations']);
  });

  it('holds the first choice only, and says so', () => {
    const head = headOf();
    const events: ChatEvent[] = [0, 1].flatMap((choice) => [
      { type: 'open', choice, block: { type: 'text' } },
      { type: 'delta', choice, text: `words of ${choice}` },
      { type: 'close', choice },
    ]);
    expect(accumulate(streamed(events, head)).content).toEqual([{ type: 'text', text: 'words of 0' }]);
    expect(head.losses.names).toEqual(['choices[1]']);
  });

  it('waits with the end for counts that come after the finish', () => {
    const writer = anthropicSurface.writeStream(headOf());
    expect(writer.write({ type: 'finish', choice: 0, reason: 'stop-sequence', stopSequence: 'END' })).not.toContain('message_delta');
    writer.write({ type: 'usage', usage });
    const end = writer.end();
    expect(end).toContain('"delta":{"stop_reason":"stop_sequence","stop_sequence":"END"}');
    expect(end).toContain('"cache_read_input_tokens":100,"output_tokens":9');
  });

  it('carries the blocks of Anthropic’s own tools', () => {
    const value = { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'x' } };
    const block: Block = { type: 'other', dialect: 'anthropic', kind: 'server_tool_use', value };
    expect(accumulate(streamed([{ type: 'block', choice: 0, block }])).content).toEqual([value]);
  });

  it('that breaks off ends with an error event', () => {
    const writer = anthropicSurface.writeStream(headOf());
    const error = { status: 502, message: 'Gone.', type: 'server_error', code: null, param: null, requestId: 'req_1' };
    expect(writer.fail(error)).toBe(
      'event: error\ndata: {"type":"error","error":{"type":"api_error","message":"Gone."},"request_id":"req_1"}\n\n',
    );
  });
});

it('signatures survive the way from provider to caller and back, streamed or not', () => {
  const signed = rich.slice(0, 5);
  for (const message of [
    anthropicSurface.writeAnswer(answerOf(signed), headOf()) as { content: unknown },
    accumulate(streamed(unfoldAnswer(answerOf(signed)))),
  ]) {
    const body = { model: 'm', max_tokens: 1, messages: [{ role: 'assistant', content: message.content }] };
    const { content } = anthropicSurface.readRequest(body, new Losses()).messages[0]!;
    const signatures = (blocks: Block[]): unknown[] => blocks.map((block) => ('signature' in block ? block.signature : undefined));
    expect(signatures(content)).toEqual(signatures(signed));
  }
});

it('a stream of Anthropic’s own comes out as it came in', () => {
  const answer = answerOf([rich[0]!, { type: 'text', text: 'Hi' }], 'stop', { usage });
  const reader = anthropicProvider.readStream();
  const events = reader.push(Buffer.from(streamed(unfoldAnswer(answer))));
  expect(reader.end()).toEqual({ events: [], complete: true });
  expect(foldEvents(events)).toEqual({ ...answer, id: 'msg_1', model: 'smart' });
});

describe('an error', () => {
  it.each([
    [400, 'invalid_request_error'],
    [401, 'authentication_error'],
    [403, 'permission_error'],
    [404, 'not_found_error'],
    [413, 'request_too_large'],
    [422, 'invalid_request_error'],
    [429, 'rate_limit_error'],
    [500, 'api_error'],
    [502, 'api_error'],
    [503, 'overloaded_error'],
    [504, 'timeout_error'],
    [529, 'overloaded_error'],
  ])('of status %i is of type %s', (status, type) => {
    const error = { status, message: 'Why.', type: 'x', code: 'c', param: 'p', requestId: 'req_1' };
    expect(anthropicSurface.writeError(error)).toMatchObject({ type: 'error', error: { type, message: 'Why.' }, request_id: 'req_1' });
  });

  it.each([
    [{ code: 'fidelity_lost', param: 'n' }, { code: 'fidelity_lost', param: 'n' }],
    [{ code: 'model_not_found', param: null }, { code: 'model_not_found' }],
    [{ code: null, param: null }, {}],
  ])('names its code and its field, where it has them, beside what Anthropic says: %j', (known, told) => {
    const error = { status: 400, message: 'Why.', type: 'x', requestId: 'req_1', ...known };
    const members = { type: 'invalid_request_error', message: 'Why.', ...told };
    expect(anthropicSurface.writeError(error)).toEqual({ type: 'error', error: members, request_id: 'req_1' });
  });

  it.each([
    ['throttlingException', 'rate_limit_error'],
    ['rate_limit_exceeded', 'rate_limit_error'],
    ['RESOURCE_EXHAUSTED', 'rate_limit_error'],
    ['serviceUnavailableException', 'overloaded_error'],
    ['overloaded_error', 'overloaded_error'],
    ['modelTimeoutException', 'timeout_error'],
    ['DEADLINE_EXCEEDED', 'timeout_error'],
    ['validationException', 'invalid_request_error'],
    ['modelStreamErrorException', 'api_error'],
    ['server_error', 'api_error'],
  ])('that a provider calls %s in the middle of a stream is of type %s', (type, told) => {
    const error = { status: 502, message: 'Why.', type, code: null, param: null, requestId: 'req_1' };
    expect(anthropicSurface.writeError(error)).toMatchObject({ error: { type: told } });
  });
});
