import OpenAI, { APIError, AuthenticationError, NotFoundError } from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDemoProvider, type DemoProvider } from '../../src/demo/provider.ts';

let demo: DemoProvider;
let client: OpenAI;

beforeAll(async () => {
  demo = await startDemoProvider({ port: 0, host: '127.0.0.1', delayMs: 0 });
  client = new OpenAI({ apiKey: 'demo-key', baseURL: `${demo.url}/v1`, maxRetries: 0 });
});
afterAll(() => demo.close());

const WEATHER = {
  type: 'function',
  function: {
    name: 'get_weather',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' }, unit: { type: 'string', enum: ['celsius', 'fahrenheit'] }, days: { type: 'integer' } },
    },
  },
} as const;

function ask(content: string): { model: string; messages: { role: 'user'; content: string }[] } {
  return { model: 'demo-chat', messages: [{ role: 'user', content }] };
}

async function refusalOf(call: Promise<unknown>): Promise<APIError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof APIError)) throw new Error('the call was not refused by the API');
  return error;
}

describe('chat', () => {
  it('echoes what the user said and counts tokens', async () => {
    const answer = await client.chat.completions.create(ask('one two three'));
    expect(answer.choices).toHaveLength(1);
    expect(answer.choices[0]?.message.content).toContain('one two three');
    expect(answer.choices[0]?.finish_reason).toBe('stop');
    expect(answer.usage?.prompt_tokens).toBeGreaterThan(0);
    expect(answer.usage?.total_tokens).toBe((answer.usage?.prompt_tokens ?? 0) + (answer.usage?.completion_tokens ?? 0));
  });

  it('gives the same text for the same question', async () => {
    const [first, second] = await Promise.all([client.chat.completions.create(ask('hi')), client.chat.completions.create(ask('hi'))]);
    expect(first.choices).toEqual(second.choices);
    expect(first.id).not.toBe(second.id);
  });

  it('reads the text parts of a message', async () => {
    const messages = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'in parts' }] }];
    const answer = await client.chat.completions.create({ model: 'demo-chat', messages });
    expect(answer.choices[0]?.message.content).toContain('in parts');
  });

  it('gives as many choices as were asked for and counts all of them', async () => {
    const one = await client.chat.completions.create(ask('hi'));
    const three = await client.chat.completions.create({ ...ask('hi'), n: 3 });
    expect(three.choices.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(three.usage?.completion_tokens).toBe(3 * (one.usage?.completion_tokens ?? 0));
  });

  it.each(['max_tokens', 'max_completion_tokens'])('stops at %s with finish_reason length', async (limit) => {
    const answer = await client.chat.completions.create({ ...ask('a long question'), [limit]: 2 });
    expect(answer.choices[0]?.finish_reason).toBe('length');
    expect(answer.usage?.completion_tokens).toBe(2);
  });
});

describe('streamed chat', () => {
  it('streams the same text word by word', async () => {
    const whole = await client.chat.completions.create(ask('one two three'));
    const stream = await client.chat.completions.create({ ...ask('one two three'), stream: true });
    const texts: string[] = [];
    const reasons: unknown[] = [];
    for await (const chunk of stream) {
      expect(chunk).not.toHaveProperty('usage');
      texts.push(chunk.choices[0]?.delta.content ?? '');
      reasons.push(chunk.choices[0]?.finish_reason);
    }
    expect(texts.join('')).toBe(whole.choices[0]?.message.content);
    expect(texts.filter((text) => text !== '').length).toBe(whole.usage?.completion_tokens);
    expect(reasons.at(-1)).toBe('stop');
  });

  it('ends with usage in a chunk of its own when that was asked for, and has usage null before', async () => {
    const whole = await client.chat.completions.create(ask('hi'));
    const stream = await client.chat.completions.create({ ...ask('hi'), stream: true, stream_options: { include_usage: true } });
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(chunks.slice(0, -1).every(({ usage }) => usage === null)).toBe(true);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: whole.usage });
  });

  it('says [DONE] at the end', async () => {
    const response = await fetch(`${demo.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: 'Bearer x' },
      body: JSON.stringify({ ...ask('hi'), stream: true }),
    });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    expect(await response.text()).toMatch(/\ndata: \[DONE\]\n\n$/);
  });
});

describe('tools', () => {
  it('calls a tool whose name the user mentions, with arguments that fit its schema', async () => {
    const answer = await client.chat.completions.create({ ...ask('please get_weather for Paris'), tools: [WEATHER] });
    const call = answer.choices[0]?.message.tool_calls?.[0];
    expect(answer.choices[0]?.finish_reason).toBe('tool_calls');
    expect(call?.type === 'function' && call.function.name).toBe('get_weather');
    expect(call?.type === 'function' && JSON.parse(call.function.arguments)).toEqual({ city: 'example', unit: 'celsius', days: 1 });
  });

  it('calls a tool that tool_choice forces, unmentioned', async () => {
    const forced = { type: 'function', function: { name: 'get_weather' } } as const;
    const answer = await client.chat.completions.create({ ...ask('hi'), tools: [WEATHER], tool_choice: forced });
    expect(answer.choices[0]?.message.tool_calls).toHaveLength(1);
    expect(answer.choices[0]?.message.content).toBeNull();
  });

  it('answers in words when no tool is mentioned, or tool_choice is none', async () => {
    const unmentioned = await client.chat.completions.create({ ...ask('hi'), tools: [WEATHER] });
    const none = await client.chat.completions.create({ ...ask('get_weather'), tools: [WEATHER], tool_choice: 'none' });
    expect(unmentioned.choices[0]?.finish_reason).toBe('stop');
    expect(none.choices[0]?.finish_reason).toBe('stop');
  });

  it("uses the tool's answer in the next turn", async () => {
    const answer = await client.chat.completions.create({
      model: 'demo-chat',
      tools: [WEATHER],
      messages: [
        { role: 'user', content: 'get_weather' },
        { role: 'assistant', tool_calls: [{ id: 'c', type: 'function', function: { name: 'get_weather', arguments: '{}' } }] },
        { role: 'tool', tool_call_id: 'c', content: 'sunny' },
      ],
    });
    expect(answer.choices[0]?.message.content).toContain('sunny');
  });

  it('streams a tool call that the SDK puts together again', async () => {
    const stream = client.chat.completions.stream({ ...ask('get weather'), tools: [WEATHER] });
    const final = await stream.finalChatCompletion();
    const call = final.choices[0]?.message.tool_calls?.[0];
    expect(final.choices[0]?.finish_reason).toBe('tool_calls');
    expect(call?.type === 'function' && JSON.parse(call.function.arguments)).toEqual({ city: 'example', unit: 'celsius', days: 1 });
  });
});

describe('embeddings', () => {
  it('gives the same unit vector for the same text, another for another', async () => {
    const { data, usage } = await client.embeddings.create({ model: 'demo-embedding', input: ['a b', 'a b', 'c'] });
    expect(data[0]?.embedding).toEqual(data[1]?.embedding);
    expect(data[0]?.embedding).not.toEqual(data[2]?.embedding);
    expect(Math.hypot(...(data[0]?.embedding ?? []))).toBeCloseTo(1, 5);
    expect(usage.prompt_tokens).toBe(5);
  });

  it('encodes the same numbers as floats and as base64', async () => {
    const input = { model: 'demo-embedding', input: 'x', dimensions: 8 };
    const floats = await client.embeddings.create({ ...input, encoding_format: 'float' });
    const raw = await client.post<{ data: { embedding: string }[] }>('/embeddings', { body: { ...input, encoding_format: 'base64' } });
    const bytes = Buffer.from(raw.data[0]?.embedding ?? '', 'base64');
    expect(bytes).toHaveLength(8 * 4);
    expect(floats.data[0]?.embedding).toHaveLength(8);
    expect(bytes.readFloatLE(0)).toBeCloseTo(floats.data[0]?.embedding[0] ?? 0, 6);
  });
});

describe('models and errors', () => {
  it('lists its models and shows each', async () => {
    const { data } = await client.models.list();
    expect(data.map(({ id }) => id)).toEqual(['demo-chat', 'demo-embedding']);
    expect((await client.models.retrieve('demo-chat')).id).toBe('demo-chat');
  });

  it('refuses a call without a key as OpenAI does', async () => {
    const response = await fetch(`${demo.url}/v1/models`);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error', code: null, param: null } });
  });

  it('refuses a key that calls itself invalid, so that a rejected credential can be tried out', async () => {
    const error = await refusalOf(new OpenAI({ apiKey: 'demo-invalid', baseURL: `${demo.url}/v1` }).models.list());
    expect(error).toBeInstanceOf(AuthenticationError);
    expect(error.code).toBe('invalid_api_key');
    expect(error.message).not.toContain('demo-invalid');
  });

  it('says which model does not exist', async () => {
    const chat = await refusalOf(client.chat.completions.create({ ...ask('hi'), model: 'gpt-none' }));
    const shown = await refusalOf(client.models.retrieve('gpt-none'));
    expect(chat).toBeInstanceOf(NotFoundError);
    expect([chat.code, shown.code]).toEqual(['model_not_found', 'model_not_found']);
  });

  it.each([
    ['no JSON', '{', null],
    ['no model', '{}', 'model'],
    ['no messages', '{"model":"demo-chat"}', 'messages'],
    ['a model that cannot chat', '{"model":"demo-embedding","messages":[{}]}', 'model'],
    ['n of zero', '{"model":"demo-chat","messages":[{}],"n":0}', 'n'],
    ['a forced tool that was not given', '{"model":"demo-chat","messages":[{}],"tool_choice":{"function":{"name":"x"}}}', 'tool_choice'],
  ])('answers 400 to %s', async (_case, body, param) => {
    const response = await fetch(`${demo.url}/v1/chat/completions`, { method: 'POST', headers: { authorization: 'Bearer x' }, body });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error', param } });
  });

  it('answers 404 and 405 in the same envelope', async () => {
    const headers = { authorization: 'Bearer x' };
    const missing = await fetch(`${demo.url}/v1/nothing`, { headers });
    const wrong = await fetch(`${demo.url}/v1/chat/completions`, { headers });
    expect([missing.status, wrong.status]).toEqual([404, 405]);
    expect(await missing.json()).toHaveProperty('error.message');
  });
});
