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
  it.each(['Anthropic', 'AWS'] as const)(
    'is refused for a provider of type %s that makes none, in the envelope of Google',
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

describe('of a provider that speaks another dialect', () => {
  const OPENAI = { data: [{ index: 1, embedding: [1, 0.25] }, { index: 0, embedding: [0.5, -1] }], usage: { prompt_tokens: 5, total_tokens: 5 } };
  const COHERE = { embeddings: [[0.5, -1], [1, 0.25]] };
  const TWO = { requests: [{ model: 'models/alias', content: contentOf('one') }, { content: { parts: [{ text: 'two' }, { text: 'lines' }] } }] };
  const VECTORS = [{ values: [0.5, -1] }, { values: [1, 0.25] }];
  const serveModel = (type: ProviderType, upstream: string): void => {
    serve(type);
    const keys = { [hashKey(KEY)]: { id: 'key_gemini', repository: 'team-a/chat', type: 'Google' as const } };
    const models = { alias: { llm: 'team-a/main', upstream } };
    serving.apply({ keys, repositories: { 'team-a/chat': aRepository({ surfaces: ['Google'], models }) } }, { type });
  };

  it.each(['OpenAI', 'Other'] as const)('a batch has its vectors in order (%s)', async (type) => {
    serveModel(type, 'text-embedding-3-small');
    serving.provider.answer(json(200, OPENAI));
    const reply = await ask(BATCH, { requests: TWO.requests.map((request) => ({ ...request, outputDimensionality: 2 })) });
    expect(JSON.parse(reply.body)).toEqual({ embeddings: VECTORS, usageMetadata: { promptTokenCount: 5 } });
    expect(serving.provider.calls[0]).toMatchObject({ url: '/v1/embeddings' });
    expect(sent()).toEqual({ model: 'text-embedding-3-small', input: ['one', 'two\nlines'], dimensions: 2 });
  });

  it('a batch at AWS is told what its texts are for', async () => {
    serveModel('AWS', 'cohere.embed-multilingual-v3');
    serving.provider.answer(json(200, COHERE));
    const reply = await ask(BATCH, { requests: TWO.requests.map((request) => ({ ...request, taskType: 'RETRIEVAL_QUERY' })) });
    expect(JSON.parse(reply.body)).toEqual({ embeddings: VECTORS });
    expect(sent()).toMatchObject({ texts: ['one', 'two\nlines'], input_type: 'search_query' });
    expect(reply.headers['x-flashback-dropped']).toBeUndefined();
  });

  it('a single content has one vector', async () => {
    serveModel('AWS', 'amazon.titan-embed-text-v2:0');
    serving.provider.answer(json(200, { embedding: [0.5, -1], inputTextTokenCount: 3 }));
    const reply = await ask(ONE, { content: contentOf('one'), outputDimensionality: 256 });
    expect(JSON.parse(reply.body)).toEqual({ embedding: VECTORS[0], usageMetadata: { promptTokenCount: 3 } });
    expect(sent()).toEqual({ inputText: 'one', dimensions: 256 });
  });

  it('what it cannot take is named as the caller wrote it', async () => {
    serveModel('OpenAI', 'text-embedding-3-small');
    serving.provider.answer(json(200, { data: [{ index: 0, embedding: [1] }] }));
    const lost = async (path: string, body: object): Promise<unknown> => (await ask(path, body)).headers['x-flashback-dropped'];
    expect(await lost(ONE, { content: contentOf('one'), task_type: 'CLUSTERING', title: 'T' })).toBe('task_type, title');
    expect(await lost(BATCH, { requests: [{ content: contentOf('one'), taskType: 'FACT_VERIFICATION' }] })).toBe('requests[0].taskType');
    expect(await lost(ONE, { content: contentOf('one'), taskType: 'TASK_TYPE_UNSPECIFIED' })).toBeUndefined();
  });

  it.each([
    [BATCH, { requests: [] }, 'requests'],
    [BATCH, { requests: [{ content: contentOf('a') }, { content: contentOf('b'), outputDimensionality: 8 }] }, 'requests[1].outputDimensionality'],
    [BATCH, { requests: [{ model: 'models/other', content: contentOf('a') }] }, 'requests[0].model'],
    [ONE, {}, 'content'],
    [ONE, { content: { parts: [{ inlineData: { mimeType: 'image/png', data: 'AAAA' } }] } }, 'content.parts[0]'],
    [ONE, { content: contentOf('a'), outputDimensionality: 0 }, 'outputDimensionality'],
  ])('%s of %j is refused by its field', async (path, body, field) => {
    serveModel('OpenAI', 'text-embedding-3-small');
    const reply = await ask(path, body);
    expect(reply.status).toBe(400);
    const violations = expect.arrayContaining([expect.objectContaining({ fieldViolations: [expect.objectContaining({ field })] })]) as unknown;
    expect(JSON.parse(reply.body)).toMatchObject({ error: { status: 'INVALID_ARGUMENT', details: violations } });
    expect(serving.provider.calls).toEqual([]);
  });

  it('a batch that is more than one request of the model can hold is refused by its field', async () => {
    serveModel('AWS', 'amazon.titan-embed-text-v2:0');
    const reply = await ask(BATCH, TWO);
    expect(reply.status).toBe(400);
    expect(reply.body).toContain('requests must be at most one text');
  });

  it.each([{}, { data: [] }, { data: [{ embedding: 'AAAA' }] }, { data: [{ embedding: [1] }, { embedding: [2] }] }])(
    'an answer without a vector for each text is no answer: %j',
    async (answer) => {
      serveModel('OpenAI', 'text-embedding-3-small');
      serving.provider.answer(json(200, answer));
      const reply = await ask(ONE, { content: contentOf('one') }).catch(() => undefined);
      expect(reply?.status === 200 && reply.body !== '').toBe(false);
    },
  );
});
