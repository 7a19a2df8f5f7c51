import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import type { ChatEvent } from '../../../src/chat/answer.ts';
import { openAiChatSurface } from '../../../src/dialects/openai-chat/dialect.ts';
import { head, read } from './samples.ts';

type Json = Record<string, any>;
const choice = 0;
const START: ChatEvent = { type: 'start', id: 'theirs', model: 'theirs' };
const STOP: ChatEvent = { type: 'finish', choice, reason: 'stop' };
const USAGE: ChatEvent = { type: 'usage', usage: { inputTokens: 3, outputTokens: 2, cachedInputTokens: 1, reasoningTokens: 0 } };
const words = (...texts: string[]): ChatEvent[] => [
  { type: 'open', choice, block: { type: 'text' } },
  ...texts.map((text) => ({ type: 'delta', choice, text }) as const),
  { type: 'close', choice },
];
const call = (name: string, ...texts: string[]): ChatEvent[] => [
  { type: 'open', choice, block: { type: 'tool-call', id: 'call_0', name, kind: 'function' } },
  ...texts.map((text) => ({ type: 'delta', choice, text }) as const),
  { type: 'close', choice },
];

function write(events: readonly ChatEvent[], request: Json = {}, to = head(request)): string {
  const writer = openAiChatSurface.writeStream(to);
  return events.map((event) => writer.write(event)).join('') + writer.end();
}

/** What is in the events; the last one must be `[DONE]`. */
function chunksOf(stream: string): Json[] {
  const data = stream.split('\n\n').slice(0, -1).map((event) => event.replace(/^data: /, ''));
  expect(data.pop()).toBe('[DONE]');
  return data.map((json) => JSON.parse(json));
}

const deltasOf = (events: readonly ChatEvent[], request: Json = {}): Json[] => chunksOf(write(events, request)).map(
  (chunk) => chunk['choices'][0].delta,
);

/** What the SDK of OpenAI makes of a stream that it reads with its own helper. */
async function throughSdk(stream: string): Promise<Json> {
  const fetch = async (): Promise<Response> => new Response(stream, { headers: { 'content-type': 'text/event-stream' } });
  const client = new OpenAI({ apiKey: 'none', fetch });
  return client.chat.completions.stream({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] }).finalChatCompletion();
}

describe('a stream', () => {
  it('begins with the role, ends with the reason and has one id', () => {
    const chunks = chunksOf(write([START, ...words('Hel', 'lo'), STOP, USAGE]));
    expect(chunks.map((chunk) => chunk['choices'][0])).toEqual([
      { index: 0, delta: { role: 'assistant', content: '', refusal: null }, logprobs: null, finish_reason: null },
      { index: 0, delta: { content: 'Hel' }, logprobs: null, finish_reason: null },
      { index: 0, delta: { content: 'lo' }, logprobs: null, finish_reason: null },
      { index: 0, delta: {}, logprobs: null, finish_reason: 'stop' },
    ]);
    for (const { choices: _, ...rest } of chunks) {
      expect(rest).toEqual({ id: 'chatcmpl-id0', object: 'chat.completion.chunk', created: 1_700_000_000, model: 'asked-for' });
    }
  });

  it('has a chunk with the usage, and no usage in the others, where its caller asked for that', () => {
    const chunks = chunksOf(write([START, ...words('Hi'), STOP, USAGE], { stream_options: { include_usage: true } }));
    const last = chunks.pop()!;
    expect(last['choices']).toEqual([]);
    expect(last['usage']).toMatchObject(
      { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5, prompt_tokens_details: { cached_tokens: 1 } },
    );
    expect(chunks.map((chunk) => chunk['usage'])).toEqual([null, null, null]);
  });

  it('gives tool calls name first and arguments after', () => {
    expect(deltasOf([START, ...call('f', '{"a"', ':1}'), ...call('g'), STOP]).map((delta) => delta['tool_calls']?.[0])).toEqual([
      undefined,
      { index: 0, id: 'call_id1', type: 'function', function: { name: 'f', arguments: '' } },
      { index: 0, function: { arguments: '{"a"' } },
      { index: 0, function: { arguments: ':1}' } },
      { index: 1, id: 'call_id2', type: 'function', function: { name: 'g', arguments: '' } },
      { index: 1, function: { arguments: '{}' } },
      undefined,
    ]);
    const chunks = chunksOf(write([START, ...call('f'), STOP]));
    expect(chunks.at(-1)!['choices'][0].finish_reason).toBe('tool_calls');
  });

  it('gives free text to tools that take it', () => {
    const block = { type: 'tool-call', id: 'a', name: 'sql', kind: 'custom' } as const;
    const events: ChatEvent[] = [{ type: 'open', choice, block }, { type: 'delta', choice, text: 'SELECT 1' }, { type: 'close', choice }];
    expect(deltasOf([START, ...events, STOP]).slice(1, 3)).toEqual([
      { tool_calls: [{ index: 0, id: 'call_id1', type: 'custom', custom: { name: 'sql', input: '' } }] },
      { tool_calls: [{ index: 0, custom: { input: 'SELECT 1' } }] },
    ]);
  });

  it('answers a caller of the older form in it', () => {
    const request = { functions: [{ name: 'f' }] };
    const to = head(request);
    const chunks = chunksOf(write([START, ...call('f', '{"a":1}'), ...call('g'), STOP], request, to));
    expect(chunks.map((chunk) => chunk['choices'][0].delta).slice(1)).toEqual([
      { function_call: { name: 'f', arguments: '' } },
      { function_call: { arguments: '{"a":1}' } },
      {},
    ]);
    expect(chunks.at(-1)!['choices'][0].finish_reason).toBe('function_call');
    expect(to.losses.names).toEqual(['choices[0].message.tool_calls[1]']);
  });

  it('tells several choices apart, each with its own role', () => {
    const second = words('Two').map((event) => ({ ...event, choice: 1 }) as ChatEvent);
    const chunks = chunksOf(write([START, ...words('One'), ...second, STOP, { type: 'finish', choice: 1, reason: 'length' }]));
    expect(chunks.map((chunk) => [chunk['choices'][0].index, chunk['choices'][0].delta.role, chunk['choices'][0].finish_reason])).toEqual([
      [0, 'assistant', null],
      [0, undefined, null],
      [1, 'assistant', null],
      [1, undefined, null],
      [0, undefined, 'stop'],
      [1, undefined, 'length'],
    ]);
  });

  it('that breaks off ends with an error and the terminator', () => {
    const writer = openAiChatSurface.writeStream(head());
    writer.write(START);
    const error = { status: 502, message: 'It broke.', type: 'api_error', code: 'upstream_broke', param: null, requestId: 'r' };
    expect(writer.fail(error)).toBe(
      'data: {"error":{"message":"It broke.","type":"api_error","param":null,"code":"upstream_broke"}}\n\ndata: [DONE]\n\n',
    );
  });

  it('that another vendor broke off has an error in words of OpenAI', () => {
    const error = { status: 502, message: 'm', type: 'overloaded_error', code: null, param: null, requestId: 'r' };
    expect(openAiChatSurface.writeStream(head()).fail(error)).toContain('"type":"api_error","param":null,"code":"overloaded_error"');
    expect(openAiChatSurface.writeError(error)).toMatchObject({ error: { type: 'api_error', code: 'overloaded_error' } });
  });
});

describe('the SDK of OpenAI', () => {
  it('puts text, refusals, calls, logprobs and the reason together', async () => {
    const logprobs = { content: [{ token: 'Hi', logprob: -1, bytes: null, top_logprobs: [] }], refusal: null };
    const answer = await throughSdk(
      write([START, ...words('Hi'), ...call('f', '{"a":', '1}'), ...call('g'), { type: 'logprobs', choice, logprobs }, STOP]),
    );
    expect(answer['choices'][0]).toMatchObject({
      message: {
        role: 'assistant',
        content: 'Hi',
        tool_calls: [{ function: { name: 'f', arguments: '{"a":1}' } }, { function: { name: 'g', arguments: '{}' } }],
      },
      logprobs,
      finish_reason: 'tool_calls',
    });
  });

  it('sends back every signature that it got in a stream', async () => {
    const events: ChatEvent[] = [
      START,
      { type: 'open', choice, block: { type: 'reasoning' } },
      { type: 'delta', choice, text: 'Let me ' },
      { type: 'delta', choice, text: 'see.' },
      { type: 'signature', choice, signature: { dialect: 'anthropic', value: 'c2ln' } },
      { type: 'close', choice },
      { type: 'open', choice, block: { type: 'reasoning', redacted: true } },
      { type: 'signature', choice, signature: { dialect: 'anthropic', value: 'ZGF0YQ' } },
      { type: 'close', choice },
      { type: 'open', choice, block: { type: 'text' } },
      { type: 'delta', choice, text: 'Hello' },
      { type: 'signature', choice, signature: { dialect: 'google', value: 'dGV4dA' } },
      { type: 'close', choice },
      { type: 'open', choice, block: { type: 'tool-call', id: 'a', name: 'f', kind: 'function' } },
      { type: 'signature', choice, signature: { dialect: 'google', value: 'R09P' } },
      { type: 'close', choice },
      STOP,
    ];
    const { message } = (await throughSdk(write(events)))['choices'][0];
    const { request, losses } = read({ messages: [message] });
    expect(request.messages[0]!.content).toMatchObject([
      { type: 'reasoning', text: 'Let me see.', signature: { dialect: 'anthropic', value: 'c2ln' } },
      { type: 'reasoning', text: '', redacted: true, signature: { dialect: 'anthropic', value: 'ZGF0YQ' } },
      { type: 'text', text: 'Hello', signature: { dialect: 'google', value: 'dGV4dA' } },
      { type: 'tool-call', name: 'f', arguments: '{}', signature: { dialect: 'google', value: 'R09P' } },
    ]);
    expect(losses).toEqual([]);
  });

  it('says a signature in the first delta of its call, and the function in every delta of one: SDKs look nowhere else', () => {
    const sign: ChatEvent = { type: 'signature', choice, signature: { dialect: 'google', value: 'R09P' } };
    const extra = { extra_content: { google: { thought_signature: 'R09P' } } };
    const named = { index: 0, id: 'call_id1', type: 'function', function: { name: 'f', arguments: '' } };
    const calls = (events: ChatEvent[]): Json[] => deltasOf([START, ...events, STOP]).flatMap(({ tool_calls: list = [] }) => list);
    const all = call('f', '{', '}');
    expect(calls(all.toSpliced(1, 0, sign))).toEqual([
      { ...named, ...extra },
      { index: 0, function: { arguments: '{' } },
      { index: 0, function: { arguments: '}' } },
    ]);
    expect(calls(all.toSpliced(2, 0, sign))).toEqual([
      named,
      { index: 0, function: { arguments: '{' } },
      { index: 0, function: { arguments: '' }, ...extra },
      { index: 0, function: { arguments: '}' } },
    ]);
  });

  it('gets citations and images in one piece each', async () => {
    const citation = { url: 'https://a.test', title: 'A' };
    const image = { type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'iVBO' } } as const;
    const cited = words('One.').toSpliced(2, 0, { type: 'citation', choice, citation }, { type: 'citation', choice, citation });
    const { message } = (await throughSdk(write([START, ...cited, { type: 'block', choice, block: image }, STOP])))['choices'][0];
    const annotation = { type: 'url_citation', url_citation: { url: 'https://a.test', title: 'A', start_index: 0, end_index: 4 } };
    expect(message.annotations).toEqual([annotation, annotation]);
    expect(message.images).toHaveLength(1);
  });
});
