// What the OpenAI API has besides chats, in JSON: passed on to providers that speak it.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hashKey } from '../../src/api/api-key.ts';
import { call, errorOf, sdk } from '../fake/caller.ts';
import { aKey, APP_KEY, aProvider, aRepository } from '../fake/gateway.ts';
import { sumOf } from '../fake/metrics.ts';
import { json } from '../fake/provider.ts';
import { startServing, type Serving } from '../fake/serving.ts';

const MODELS = { alias: { llm: 'team-a/main', upstream: 'vendor-1' } };
const REPOSITORIES = { 'team-a/chat': aRepository({ models: MODELS }) };
const MODERATION = {
  id: 'modr-1',
  model: 'omni',
  results: [{ flagged: false, categories: {}, category_scores: {}, category_applied_input_types: {} }],
};
const IMAGE_USAGE = { input_tokens: 9, output_tokens: 40, total_tokens: 49, input_tokens_details: { text_tokens: 9, image_tokens: 0 } };
const IMAGE = { created: 1, data: [{ b64_json: 'AAAA' }], usage: IMAGE_USAGE };

let serving: Serving;
beforeAll(async () => {
  serving = await startServing();
});
beforeEach(() => {
  serving.apply({ repositories: REPOSITORIES });
  serving.provider.calls.length = 0;
});
afterAll(() => serving.close());

const sent = (): unknown => JSON.parse(serving.provider.calls.at(-1)?.body ?? '{}');

/** How much each has grown while `act` ran. */
async function growthWhile(act: () => Promise<unknown>): Promise<(name: string, labels?: Record<string, string>) => number> {
  const before = await serving.quiet();
  await act();
  const after = await serving.quiet();
  return (name, labels = {}) => sumOf(after, name, labels) - sumOf(before, name, labels);
}

describe('moderations', () => {
  const WITHOUT_MODEL = '{"input":"Hello"}';
  const moderate = (body: string, key = APP_KEY) => call(serving.gateway, { path: '/v1/moderations', body, key });

  it('reach the OpenAI SDK', async () => {
    serving.provider.answer(json(200, MODERATION));
    const grown = await growthWhile(async () => {
      expect(await sdk(serving.gateway).moderations.create({ model: 'alias', input: 'Hello' })).toMatchObject(MODERATION);
    });
    expect(serving.provider.calls[0]).toMatchObject({ url: '/v1/moderations' });
    expect(sent()).toEqual({ model: 'vendor-1', input: 'Hello' });
    expect(grown('flashback_requests_total', { operation: 'moderations', model: 'alias', status: '200' })).toBe(1);
    expect(grown('flashback_requests_without_usage_total')).toBe(0);
  });

  it.each([WITHOUT_MODEL, '{"model":null,"input":"Hello"}'])(
    'without a model go to the only connection, as they were written: %s',
    async (body) => {
      serving.provider.answer(json(200, MODERATION));
      const grown = await growthWhile(async () => expect((await moderate(body)).status).toBe(200));
      expect(serving.provider.calls[0]?.body).toBe(body);
      expect(grown('flashback_requests_total', { operation: 'moderations', model: 'default', llm: 'main' })).toBe(1);
    },
  );

  it('without a model pass over connections that have none', async () => {
    const models = { ...MODELS, claude: { llm: 'team-a/claude', upstream: 'claude' } };
    const providers = {
      'team-a/main': aProvider(serving.provider.url),
      'team-a/claude': aProvider(serving.provider.url, { type: 'Anthropic' }),
    };
    serving.apply({ providers, repositories: { 'team-a/chat': aRepository({ models }) } });
    serving.provider.answer(json(200, MODERATION));
    expect((await moderate(WITHOUT_MODEL)).status).toBe(200);
    expect(serving.provider.calls[0]?.headers.authorization).toBe('Bearer upstream-secret-1');
  });

  it('without a model go to the connection of a repository that lists no models', async () => {
    serving.apply({ repositories: { 'team-a/chat': aRepository({ models: {}, openLlm: 'team-a/main' }) } });
    serving.provider.answer(json(200, MODERATION));
    expect((await moderate(WITHOUT_MODEL)).status).toBe(200);
  });

  it('without a model are refused by the name of the field where there is a choice', async () => {
    const models = { ...MODELS, other: { llm: 'team-a/second', upstream: 'x' } };
    const providers = { 'team-a/main': aProvider(serving.provider.url), 'team-a/second': aProvider(serving.provider.url) };
    serving.apply({ providers, repositories: { 'team-a/chat': aRepository({ models }) } });
    const reply = await moderate(WITHOUT_MODEL);
    expect(reply.status).toBe(400);
    expect(errorOf(reply)).toMatchObject({ code: 'model_missing', param: 'model' });
    expect(serving.provider.calls).toEqual([]);
  });

  it('without a model are refused where no connection has them', async () => {
    serving.apply({ repositories: REPOSITORIES }, { type: 'Anthropic' });
    const reply = await moderate(WITHOUT_MODEL);
    expect(reply.status).toBe(400);
    expect(errorOf(reply)).toMatchObject({ code: 'operation_not_supported', param: 'model' });
  });

  it('without a model are refused for a key of certain models: the provider may choose another', async () => {
    const key = aKey(7);
    serving.apply({ repositories: REPOSITORIES, keys: { [hashKey(key)]: { id: 'key_7', repository: 'team-a/chat', models: ['alias'] } } });
    const reply = await moderate(WITHOUT_MODEL, key);
    expect(reply.status).toBe(400);
    expect(errorOf(reply)).toMatchObject({ code: 'model_missing', param: 'model' });
    expect(serving.provider.calls).toEqual([]);
  });

  it.each(['{"model":7}', '{"model":""}'])('with a model that is no name are refused: %s', async (body) => {
    expect(errorOf(await moderate(body))).toMatchObject({ code: 'model_missing', param: 'model' });
  });
});

describe('images', () => {
  it('reach the OpenAI SDK, and are counted by the tokens that they took', async () => {
    serving.provider.answer(json(200, IMAGE));
    const grown = await growthWhile(async () => {
      expect(await sdk(serving.gateway).images.generate({ model: 'alias', prompt: 'A cat' })).toMatchObject(IMAGE);
    });
    expect(serving.provider.calls[0]).toMatchObject({ url: '/v1/images/generations' });
    expect(sent()).toEqual({ model: 'vendor-1', prompt: 'A cat' });
    expect(grown('flashback_tokens_total', { direction: 'input' })).toBe(9);
    expect(grown('flashback_tokens_total', { direction: 'output' })).toBe(40);
  });

  it('of models that tell no tokens are no fault', async () => {
    serving.provider.answer(json(200, { created: 1, data: [{ url: 'https://images.example/1' }] }));
    const grown = await growthWhile(() => sdk(serving.gateway).images.generate({ model: 'alias', prompt: 'A cat' }));
    expect(grown('flashback_requests_without_usage_total')).toBe(0);
    expect(grown('flashback_requests_total', { operation: 'image_generation', status: '200' })).toBe(1);
  });

  it('can be streamed', async () => {
    const events = [
      { type: 'image_generation.partial_image', b64_json: 'AA', partial_image_index: 0 },
      { type: 'image_generation.completed', b64_json: 'AAAA', usage: IMAGE_USAGE },
    ];
    serving.provider.answer((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''));
    });
    const seen: unknown[] = [];
    const grown = await growthWhile(async () => {
      const stream = await sdk(serving.gateway).images.generate({ model: 'alias', prompt: 'A cat', stream: true, partial_images: 1 });
      for await (const event of stream) seen.push(event);
    });
    expect(seen).toEqual(events);
    expect(sent()).toEqual({ model: 'vendor-1', prompt: 'A cat', stream: true, partial_images: 1 });
    expect(grown('flashback_tokens_total', { direction: 'output' })).toBe(40);
  });
});

describe('speech', () => {
  it('reaches the OpenAI SDK byte for byte, under the content type of the provider', async () => {
    const sound = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 256));
    serving.provider.answer((response) => {
      response.writeHead(200, { 'content-type': 'audio/mpeg' });
      response.write(sound.subarray(0, 40_000));
      response.end(sound.subarray(40_000));
    });
    const grown = await growthWhile(async () => {
      const answer = await sdk(serving.gateway).audio.speech.create({ model: 'alias', voice: 'alloy', input: 'Hello' });
      expect(answer.headers.get('content-type')).toBe('audio/mpeg');
      expect(Buffer.from(await answer.arrayBuffer()).equals(sound)).toBe(true);
    });
    expect(serving.provider.calls[0]).toMatchObject({ url: '/v1/audio/speech' });
    expect(sent()).toEqual({ model: 'vendor-1', voice: 'alloy', input: 'Hello' });
    expect(grown('flashback_requests_without_usage_total')).toBe(0);
    expect(grown('flashback_requests_total', { operation: 'speech', status: '200' })).toBe(1);
  });

  it('that says by accident what tokens look like is not counted', async () => {
    serving.provider.answer((response) => response.writeHead(200, { 'content-type': 'audio/pcm' }).end('"usage":{"prompt_tokens":7}'));
    const grown = await growthWhile(() => call(serving.gateway, { path: '/v1/audio/speech', body: '{"model":"alias","input":"Hello"}' }));
    expect(grown('flashback_tokens_total')).toBe(0);
  });

  it('in events tells its tokens', async () => {
    const done = { type: 'speech.audio.done', usage: { input_tokens: 14, output_tokens: 101, total_tokens: 115 } };
    serving.provider.answer((response) =>
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(`data: ${JSON.stringify(done)}\n\n`),
    );
    const body = '{"model":"alias","input":"Hello","stream_format":"sse"}';
    const grown = await growthWhile(() => call(serving.gateway, { path: '/v1/audio/speech', body }));
    expect(grown('flashback_tokens_total', { direction: 'output' })).toBe(101);
  });
});

describe.each(['/v1/moderations', '/v1/images/generations', '/v1/audio/speech'])('%s', (path) => {
  const BODY = '{"model":"alias","input":"Hello","prompt":"Hello"}';

  it.each(['Anthropic', 'Google', 'AWS'] as const)('is refused for a provider of type %s, which has none', async (type) => {
    serving.apply({ repositories: REPOSITORIES }, { type });
    const reply = await call(serving.gateway, { path, body: BODY });
    expect(reply.status).toBe(400);
    expect(errorOf(reply)).toMatchObject({ code: 'operation_not_supported', param: 'model' });
    expect(serving.provider.calls).toEqual([]);
  });

  it('needs a key of its surface, the surface, and a model of the repository', async () => {
    expect((await call(serving.gateway, { path, key: null, body: BODY })).status).toBe(401);
    expect((await call(serving.gateway, { path, body: BODY.replace('alias', 'other') })).status).toBe(404);
    serving.apply({ repositories: { 'team-a/chat': aRepository({ models: MODELS, surfaces: ['Anthropic'] }) } });
    expect(errorOf(await call(serving.gateway, { path, body: BODY })).code).toBe('surface_not_enabled');
    expect(serving.provider.calls).toEqual([]);
  });

  it('takes POST only', async () => {
    expect((await call(serving.gateway, { path, method: 'GET' })).status).toBe(405);
  });

  it('passes on what the provider refuses, but no secret', async () => {
    serving.provider.answer(
      json(400, { error: { message: 'no upstream-secret-1', type: 'invalid_request_error', param: 'input', code: 'bad' } }),
    );
    const reply = await call(serving.gateway, { path, body: BODY });
    expect(reply.status).toBe(400);
    expect(errorOf(reply)).toMatchObject({ code: 'bad', param: 'input', message: 'no [key]' });
  });
});
