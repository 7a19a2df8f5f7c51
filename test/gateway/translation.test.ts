// Unmodified OpenAI SDKs in front of a provider that speaks another dialect.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { call, CHAT_BODY, errorOf, sdk, STREAM_BODY } from '../fake/caller.ts';
import { aRepository } from '../fake/gateway.ts';
import { sumOf } from '../fake/metrics.ts';
import { json } from '../fake/provider.ts';
import { startServing, type Serving } from '../fake/serving.ts';

const USAGE = { input_tokens: 5, cache_read_input_tokens: 4, cache_creation_input_tokens: 2, output_tokens: 7 };
const MESSAGE = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-x',
  content: [{ type: 'text', text: 'Hello there.' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: USAGE,
};
const TOOLS = [{ type: 'function' as const, function: { name: 'look', parameters: { type: 'object', properties: { at: { type: 'string' } } } } }];

type Event = { type: string } & Record<string, unknown>;

const startOf = (usage: object): Event => ({ type: 'message_start', message: { ...MESSAGE, content: [], stop_reason: null, usage } });
const delta = (index: number, value: object): Event => ({ type: 'content_block_delta', index, delta: value });
const THOUGHT_THEN_CALL: Event[] = [
  startOf({ ...USAGE, output_tokens: 1 }),
  { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } },
  { type: 'ping' },
  delta(0, { type: 'thinking_delta', thinking: 'Let me look.' }),
  delta(0, { type: 'signature_delta', signature: 'c2lnbmVk' }),
  { type: 'content_block_stop', index: 0 },
  { type: 'content_block_start', index: 1, content_block: { type: 'tool_use', id: 'toolu_1', name: 'look', input: {} } },
  delta(1, { type: 'input_json_delta', partial_json: '{"at":' }),
  delta(1, { type: 'input_json_delta', partial_json: '"x"}' }),
  { type: 'content_block_stop', index: 1 },
  { type: 'message_delta', delta: { stop_reason: 'tool_use', stop_sequence: null }, usage: { output_tokens: 7 } },
  { type: 'message_stop' },
];

let serving: Serving;
beforeAll(async () => {
  serving = await startServing();
});
beforeEach(() => {
  serving.apply({}, { type: 'Anthropic' });
  serving.provider.calls.length = 0;
});
afterAll(() => serving.close());

function streamOf(events: readonly Event[], cut = Infinity): void {
  const bytes = Buffer.from(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''));
  serving.provider.answer(async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (let at = 0; at < bytes.length; at += cut) {
      response.write(bytes.subarray(at, at + cut));
      await new Promise((resolve) => setImmediate(resolve));
    }
    response.end();
  });
}

function sent(): Record<string, unknown> {
  return JSON.parse(serving.provider.calls.at(-1)?.body ?? '{}') as Record<string, unknown>;
}

const ASK = { model: 'small-1', messages: [{ role: 'user' as const, content: 'Hello' }] };

describe('a chat with a provider of the Anthropic dialect', () => {
  it('is sent in its dialect, with its own headers', async () => {
    serving.provider.answer(json(200, MESSAGE));
    const messages = [{ role: 'system' as const, content: 'Be kind.' }, ...ASK.messages];
    await sdk(serving.gateway).chat.completions.create({ ...ASK, messages, max_tokens: 50, stop: ['END'] });
    const [received] = serving.provider.calls;
    expect(received).toMatchObject({ method: 'POST', url: '/v1/messages' });
    expect(received?.headers).toMatchObject({ 'x-api-key': 'upstream-secret-1', 'anthropic-version': '2023-06-01' });
    expect(received?.headers.authorization).toBeUndefined();
    expect(sent()).toMatchObject({ model: 'small-1', max_tokens: 50, stop_sequences: ['END'], messages: [{ role: 'user' }] });
    expect(JSON.stringify(sent()['system'])).toContain('Be kind.');
  });

  it('is answered in the dialect of the caller, usage in its convention', async () => {
    serving.provider.answer(json(200, MESSAGE));
    const answer = await sdk(serving.gateway).chat.completions.create(ASK);
    expect(answer).toMatchObject({
      object: 'chat.completion',
      model: 'small-1',
      choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Hello there.' } }],
      usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18, prompt_tokens_details: { cached_tokens: 4 } },
    });
  });

  it('is answered in one piece that says its length', async () => {
    const answer = { ...MESSAGE, content: [{ type: 'text', text: 'Grüße 👋' }] };
    const body = JSON.stringify(answer);
    serving.provider.answer((response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write(body.slice(0, 40));
      response.end(body.slice(40));
    });
    const reply = await call(serving.gateway, { body: CHAT_BODY });
    expect(reply.headers['content-length']).toBe(String(Buffer.byteLength(reply.body)));
    expect(reply.headers['transfer-encoding']).toBeUndefined();
    expect(reply.body).toContain('Grüße 👋');
  });

  it('is counted like any other', async () => {
    const before = await serving.quiet();
    serving.provider.answer(json(200, MESSAGE));
    await sdk(serving.gateway).chat.completions.create(ASK);
    streamOf(THOUGHT_THEN_CALL);
    for await (const chunk of await sdk(serving.gateway).chat.completions.create({ ...ASK, stream: true })) expect(chunk.usage ?? null).toBeNull();
    const after = await serving.quiet();
    const counted = (direction: string): number =>
      sumOf(after, 'flashback_tokens_total', { direction }) - sumOf(before, 'flashback_tokens_total', { direction });
    expect([counted('input'), counted('output'), counted('cached_input')]).toEqual([22, 14, 8]);
  });

  it.each([Infinity, 1, 7])('streams thoughts and tool calls however the network cuts them (%s)', async (cut) => {
    streamOf(THOUGHT_THEN_CALL, cut);
    const stream = sdk(serving.gateway).chat.completions.stream({ ...ASK, tools: TOOLS, stream_options: { include_usage: true } });
    const answer = await stream.finalChatCompletion();
    expect(answer.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: { tool_calls: [{ type: 'function', function: { name: 'look', arguments: '{"at":"x"}' } }] },
    });
    expect(answer.usage).toMatchObject({ prompt_tokens: 11, completion_tokens: 7 });
  });

  it('gives the provider its signed thoughts back, through an SDK that knows nothing of them', async () => {
    const client = sdk(serving.gateway);
    serving.provider.answer(
      json(200, {
        ...MESSAGE,
        stop_reason: 'tool_use',
        content: [
          { type: 'thinking', thinking: 'Let me look.', signature: 'c2lnbmVk' },
          { type: 'tool_use', id: 'toolu_1', name: 'look', input: {} },
        ],
      }),
    );
    const { message } = (await client.chat.completions.create({ ...ASK, tools: TOOLS })).choices[0]!;
    const [tool] = message.tool_calls!;
    await client.chat.completions.create({ ...ASK, tools: TOOLS, messages: [...ASK.messages, message, { role: 'tool', tool_call_id: tool!.id, content: '42' }] });
    const messages = sent()['messages'] as { role: string; content: { type: string; [member: string]: unknown }[] }[];
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    expect(messages[1]?.content[0]).toEqual({ type: 'thinking', thinking: 'Let me look.', signature: 'c2lnbmVk' });
    expect(messages[1]?.content[1]).toMatchObject({ type: 'tool_use', name: 'look', input: {} });
    expect(messages[2]?.content[0]).toMatchObject({ type: 'tool_result', tool_use_id: messages[1]?.content[1]?.['id'] });
  });

  it('names what the provider cannot take, and counts it', async () => {
    const before = await serving.quiet();
    serving.provider.answer(json(200, MESSAGE));
    const { response } = await sdk(serving.gateway)
      .chat.completions.create({ ...ASK, seed: 7, logit_bias: { '5': 1 } })
      .withResponse();
    expect(response.headers.get('x-flashback-dropped')?.split(', ').toSorted()).toEqual(['logit_bias', 'seed']);
    expect(sumOf(await serving.quiet(), 'flashback_dropped_fields_total') - sumOf(before, 'flashback_dropped_fields_total')).toBe(2);
  });

  it('names what the caller cannot take of the answer', async () => {
    const content = [...MESSAGE.content, { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} }];
    serving.provider.answer(json(200, { ...MESSAGE, content }));
    const { data, response } = await sdk(serving.gateway).chat.completions.create(ASK).withResponse();
    expect(data.choices[0]?.message.content).toBe('Hello there.');
    expect(response.headers.get('x-flashback-dropped')).toMatch(/server_tool_use/);
  });

  it('is refused instead where the repository is strict', async () => {
    serving.apply({ repositories: { 'team-a/chat': aRepository({ fidelity: 'Strict' }) } }, { type: 'Anthropic' });
    const reply = await call(serving.gateway, { body: CHAT_BODY.replace('{', '{"seed":7,') });
    expect(reply.status).toBe(400);
    expect(errorOf(reply)).toMatchObject({ code: 'fidelity_lost', param: 'seed' });
    expect(serving.provider.calls).toEqual([]);
    serving.provider.answer(json(200, MESSAGE));
    expect((await call(serving.gateway, { body: CHAT_BODY })).status).toBe(200);
  });

  it('that is none of its operations is refused', async () => {
    const reply = await call(serving.gateway, { path: '/v1/embeddings', body: '{"model":"small-1","input":"Hello"}' });
    expect(reply.status).toBe(400);
    expect(errorOf(reply).code).toBe('operation_not_supported');
  });

  it('that says something impossible is refused by the name of the field', async () => {
    const reply = await call(serving.gateway, { body: '{"model":"small-1","messages":"Hello"}' });
    expect(reply.status).toBe(400);
    expect(errorOf(reply)).toMatchObject({ code: 'request_invalid', param: 'messages' });
  });

  it('whose answer is no answer becomes an error of its own', async () => {
    serving.provider.answer((response) => response.writeHead(200, { 'content-type': 'application/json' }).end('<html>'));
    const reply = await call(serving.gateway, { body: CHAT_BODY });
    expect(reply.status).toBe(502);
    expect(errorOf(reply).code).toBe('provider_failed');
  });

  it('whose stream breaks off ends with an error in the caller’s dialect', async () => {
    streamOf(THOUGHT_THEN_CALL.slice(0, 5));
    const reply = await call(serving.gateway, { body: STREAM_BODY });
    expect(reply.status).toBe(200);
    expect(reply.body).toContain('"code":"provider_stream_broken"');
    expect(reply.body.endsWith('data: [DONE]\n\n')).toBe(true);
  });

  it('that the provider fails in the middle says so, and is counted as failed', async () => {
    const error = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded upstream-secret-1' } };
    streamOf([...THOUGHT_THEN_CALL.slice(0, 4), error]);
    const reply = await call(serving.gateway, { body: STREAM_BODY });
    expect(reply.body).toContain('Overloaded [key]');
    expect(reply.body.endsWith('data: [DONE]\n\n')).toBe(true);
    await serving.quiet();
    expect(serving.gateway.logs.at(-1)).toMatchObject({ code: 'provider_failed' });
  });

  it('that the provider refuses keeps its message', async () => {
    serving.provider.answer(json(529, { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' }, request_id: 'req_1' }));
    const reply = await call(serving.gateway, { body: CHAT_BODY });
    expect(reply.status).toBe(503);
    expect(errorOf(reply)).toMatchObject({ message: 'Overloaded', code: 'provider_overloaded' });
  });
});
