// What an unmodified OpenAI SDK sees through the gateway.
import OpenAI, { APIConnectionError, APIError, NotFoundError } from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sdk } from '../fake/caller.ts';
import { aProvider, aRepository, aSnapshot, startGateway, type RunningGateway } from '../fake/gateway.ts';
import { CHAT_ANSWER, CHAT_USAGE, json, startProvider, streamEvents, type FakeProvider } from '../fake/provider.ts';

let provider: FakeProvider;
let gateway: RunningGateway;
let client: OpenAI;

beforeAll(async () => {
  provider = await startProvider();
  gateway = await startGateway(
    aSnapshot({
      providers: { 'team-a/main': aProvider(provider.url) },
      repositories: {
        'team-a/chat': aRepository({
          models: {
            'small-1': { llm: 'team-a/main', upstream: 'small-1' },
            'team/alias': { llm: 'team-a/main', upstream: 'vendor-name-2026' },
          },
        }),
      },
    }),
  );
  client = sdk(gateway);
});
beforeEach(() => {
  provider.calls.length = 0;
});
afterAll(async () => {
  await gateway.close();
  await provider.close();
});

const ASK = { model: 'small-1', messages: [{ role: 'user' as const, content: 'Hello' }] };

function stream(events: readonly string[]): void {
  provider.answer((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of events) response.write(event);
    response.end();
  });
}

describe('chat', () => {
  it('answers with what the provider said', async () => {
    provider.answer(json(200, CHAT_ANSWER));
    const answer = await client.chat.completions.create(ASK);
    expect(answer).toMatchObject(CHAT_ANSWER);
  });

  it('calls the provider with its own credential and never with the key of the application', async () => {
    provider.answer(json(200, CHAT_ANSWER));
    await client.chat.completions.create(ASK);
    const [received] = provider.calls;
    expect(received).toMatchObject({ method: 'POST', url: '/v1/chat/completions' });
    expect(received?.headers.authorization).toBe('Bearer upstream-secret-1');
    expect(JSON.stringify(received)).not.toContain(client.apiKey);
  });

  it('hands the words of a stream on one by one, without the usage event that was not asked for', async () => {
    stream(streamEvents(['one', 'two'], true));
    const words: unknown[] = [];
    for await (const chunk of await client.chat.completions.create({ ...ASK, stream: true })) {
      expect(chunk.choices).toHaveLength(1);
      words.push(chunk.choices[0]?.delta.content);
    }
    expect(words).toEqual(['', 'one', 'two', undefined]);
    expect(JSON.parse(provider.calls[0]!.body)).toMatchObject({ stream_options: { include_usage: true } });
  });

  it('leaves the usage event where it was asked for', async () => {
    stream(streamEvents(['one'], true));
    const seen: unknown[] = [];
    const options = { ...ASK, stream: true as const, stream_options: { include_usage: true } };
    for await (const chunk of await client.chat.completions.create(options)) seen.push(chunk.usage);
    expect(seen.at(-1)).toEqual(CHAT_USAGE);
    expect(JSON.parse(provider.calls[0]!.body)).toEqual(options);
  });

  it('tells of a provider that breaks off with an APIError and nothing half-parsed', async () => {
    const [first = '', second = ''] = streamEvents(['one'], false);
    provider.answer((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(first + second + 'data: {"id":"c1","object":"chat.comp');
      setImmediate(() => response.destroy());
    });
    const words: unknown[] = [];
    const reading = (async () => {
      for await (const chunk of await client.chat.completions.create({ ...ASK, stream: true })) words.push(chunk.choices[0]?.delta.content);
    })();
    const error: unknown = await reading.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(APIError);
    expect(error).toMatchObject({ code: 'provider_stream_broken' });
    expect(words).toEqual(['', 'one']);
  });

  it('tells of a JSON answer that was cut by the connection, never by a truncated 200', async () => {
    provider.answer((response) => {
      const text = JSON.stringify(CHAT_ANSWER);
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length });
      response.write(text.slice(0, 100));
      setImmediate(() => response.destroy());
    });
    const error: unknown = await client.chat.completions.create(ASK).catch((reason: unknown) => reason);
    // The SDK reads the body after the headers, so a cut there surfaces as the error of its fetch.
    expect(error instanceof APIConnectionError || error instanceof TypeError).toBe(true);
    expect(error).not.toBeInstanceOf(SyntaxError);
  });

  it('answers a stream request in JSON when the provider does', async () => {
    provider.answer(json(200, CHAT_ANSWER));
    const response = await client.chat.completions.create({ ...ASK, stream: true }).asResponse();
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual(CHAT_ANSWER);
  });
});

describe('embeddings', () => {
  const vector = [0.5, -1.25, 3];
  const base64 = Buffer.from(new Float32Array(vector).buffer).toString('base64');
  const answer = (embedding: unknown): object => ({
    object: 'list',
    model: 'small-1',
    data: [{ object: 'embedding', index: 0, embedding }],
    usage: { prompt_tokens: 5, total_tokens: 5 },
  });

  it('come as the SDK asks by default, in base64', async () => {
    provider.answer(json(200, answer(base64)));
    const { data, usage } = await client.embeddings.create({ model: 'small-1', input: 'Hello' });
    expect(data[0]?.embedding).toEqual(vector);
    expect(usage).toEqual({ prompt_tokens: 5, total_tokens: 5 });
    expect(JSON.parse(provider.calls[0]!.body)).toEqual({ model: 'small-1', input: 'Hello', encoding_format: 'base64' });
    expect(provider.calls[0]!.url).toBe('/v1/embeddings');
  });

  it('come as numbers where the application asks for float', async () => {
    provider.answer(json(200, answer(vector)));
    const { data } = await client.embeddings.create({ model: 'small-1', input: ['Hello'], encoding_format: 'float' });
    expect(data[0]?.embedding).toEqual(vector);
  });
});

describe('models', () => {
  it('are those of the repository, by the names that applications use', async () => {
    const models = await client.models.list();
    expect(models.data).toEqual([
      { id: 'small-1', object: 'model', created: 0, owned_by: 'main' },
      { id: 'team/alias', object: 'model', created: 0, owned_by: 'main' },
    ]);
    expect(provider.calls).toEqual([]);
  });

  it('can be retrieved one by one, with a slash in the name too', async () => {
    expect(await client.models.retrieve('team/alias')).toMatchObject({ id: 'team/alias' });
  });

  it('that do not exist are not found', async () => {
    const error: unknown = await client.models.retrieve('vendor-name-2026').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NotFoundError);
    expect(error).toMatchObject({ code: 'model_not_found', param: 'model' });
  });
});
