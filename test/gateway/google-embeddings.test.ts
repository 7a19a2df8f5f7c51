// Embeddings in Google's dialect, through its SDK and plain calls.
import { GoogleGenAI } from '@google/genai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hashKey } from '../../src/api/api-key.ts';
import type { ProviderType } from '../../src/api/resources.ts';
import { call } from '../fake/caller.ts';
import { aKey, aRepository } from '../fake/gateway.ts';
import { sumOf } from '../fake/metrics.ts';
import { json } from '../fake/provider.ts';
import { startServing, type Serving } from '../fake/serving.ts';

const KEY = aKey(3);
const MODELS = { 'small-1': { llm: 'team-a/main', upstream: 'small-1' }, alias: { llm: 'team-a/main', upstream: 'vendor-1' } };
const ONE = '/v1beta/models/alias:embedContent';
const BATCH = '/v1beta/models/alias:batchEmbedContents';
const contentOf = (text: string) => ({ parts: [{ text }] });

let serving: Serving;
beforeAll(async () => {
  serving = await startServing();
});
beforeEach(() => {
  serve('Google');
  serving.provider.calls.length = 0;
});
afterAll(() => serving.close());

function serve(type: ProviderType): void {
  const keys = { [hashKey(KEY)]: { id: 'key_gemini', repository: 'team-a/chat', type: 'Google' as const } };
  serving.apply({ keys, repositories: { 'team-a/chat': aRepository({ surfaces: ['Google'], models: MODELS }) } }, { type });
}

const sent = (): unknown => JSON.parse(serving.provider.calls.at(-1)?.body ?? '{}');
const ask = (path: string, body: object | string) =>
  call(serving.gateway, {
    path,
    key: null,
    headers: { 'x-goog-api-key': KEY },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

it('the Gen AI SDK gets one embedding for each content, under the name that the provider knows', async () => {
  serving.provider.answer(json(200, { embeddings: [{ values: [0.5, -1] }, { values: [1, 0.25] }] }));
  const client = new GoogleGenAI({ apiKey: KEY, vertexai: false, httpOptions: { baseUrl: serving.gateway.url } });
  const answer = await client.models.embedContent({ model: 'alias', contents: ['one', 'two'], config: { outputDimensionality: 2 } });
  expect(answer.embeddings?.map(({ values }) => values)).toEqual([
    [0.5, -1],
    [1, 0.25],
  ]);
  expect(serving.provider.calls[0]).toMatchObject({ url: '/v1/models/vendor-1:batchEmbedContents' });
  expect(sent()).toMatchObject({ requests: [{ model: 'models/vendor-1', outputDimensionality: 2 }, { model: 'models/vendor-1' }] });
});

describe('a single content', () => {
  it('that names no model passes as it was written', async () => {
    serving.provider.answer(json(200, { embedding: { values: [0.5, -1] } }));
    const body = '{ "content": {"parts":[{"text":"Grüße"}]}, "futureField": 1.0 }';
    const reply = await ask(ONE, body);
    expect(JSON.parse(reply.body)).toEqual({ embedding: { values: [0.5, -1] } });
    expect(serving.provider.calls[0]).toMatchObject({ url: '/v1/models/vendor-1:embedContent', body });
  });

  it.each(['models/alias', 'alias'])('that names the model %s gets the name that the provider knows', async (model) => {
    serving.provider.answer(json(200, { embedding: { values: [1] } }));
    await ask(ONE, { model, content: contentOf('one') });
    expect(sent()).toEqual({ model: 'models/vendor-1', content: contentOf('one') });
  });

  it.each(['{"\\u006dodel":"models/small-1"}', '{"model":7}'])('that names another model than its address is refused: %s', async (body) => {
    const reply = await ask(ONE, body);
    expect(reply.status).toBe(400);
    expect(reply.body).toContain('models/alias');
    expect(serving.provider.calls).toEqual([]);
  });

  it('is counted where the provider tells its tokens, and told as uncounted where not', async () => {
    const before = await serving.quiet();
    serving.provider.answer(json(200, { embedding: { values: [1] }, usageMetadata: { promptTokenCount: 5 } }));
    await ask(ONE, { content: contentOf('one') });
    serving.provider.answer(json(200, { embedding: { values: [1] } }));
    await ask(ONE, { content: contentOf('one') });
    const after = await serving.quiet();
    const grown = (name: string, labels = {}): number => sumOf(after, name, labels) - sumOf(before, name, labels);
    expect(grown('flashback_tokens_total', { direction: 'input' })).toBe(5);
    expect(grown('flashback_tokens_total', { direction: 'output' })).toBe(0);
    expect(grown('flashback_requests_without_usage_total')).toBe(1);
  });
});

it('a batch in which one request names another model is refused by its place', async () => {
  const reply = await ask(BATCH, {
    requests: [
      { model: 'models/alias', content: contentOf('one') },
      { model: 'models/small-1', content: contentOf('two') },
    ],
  });
  expect(reply.status).toBe(400);
  expect(reply.body).toContain('requests[1].model');
  expect(serving.provider.calls).toEqual([]);
});

describe.each([ONE, BATCH])('%s', (path) => {
  it.each(['OpenAI', 'Other', 'Anthropic', 'AWS'] as const)(
    'is refused for a provider of type %s, in the envelope of Google',
    async (type) => {
      serve(type);
      const reply = await ask(path, { requests: [], content: contentOf('one') });
      expect(reply.status).toBe(400);
      expect(JSON.parse(reply.body)).toMatchObject({
        error: {
          code: 400,
          status: 'INVALID_ARGUMENT',
          details: expect.arrayContaining([expect.objectContaining({ reason: 'OPERATION_NOT_SUPPORTED' })]) as unknown,
        },
      });
      expect(serving.provider.calls).toEqual([]);
    },
  );

  it('needs a key, and a model of the repository', async () => {
    expect((await call(serving.gateway, { path, key: null, body: '{}' })).status).toBe(401);
    expect((await ask(path.replace('alias', 'unknown'), {})).status).toBe(404);
  });

  it('passes on what the provider refuses', async () => {
    serving.provider.answer(json(400, { error: { code: 400, message: 'too long', status: 'INVALID_ARGUMENT' } }));
    const reply = await ask(path, {});
    expect(reply.status).toBe(400);
    expect(JSON.parse(reply.body)).toMatchObject({ error: { message: 'too long', status: 'INVALID_ARGUMENT' } });
  });
});
