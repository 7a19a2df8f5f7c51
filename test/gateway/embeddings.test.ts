// The OpenAI SDK asks for embeddings, and models of Google and at AWS make them.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { call, errorOf, sdk } from '../fake/caller.ts';
import { aRepository } from '../fake/gateway.ts';
import { sumOf } from '../fake/metrics.ts';
import { json } from '../fake/provider.ts';
import { startServing, type Serving } from '../fake/serving.ts';

const MODELS = { alias: { llm: 'team-a/main', upstream: 'vendor-1' } };
const ANSWER = { embeddings: [{ values: [0.5, -1] }, { values: [1, 0.25] }], usageMetadata: { promptTokenCount: 5 } };

let serving: Serving;
beforeAll(async () => {
  serving = await startServing();
});
beforeEach(() => {
  serving.apply({ repositories: { 'team-a/chat': aRepository({ models: MODELS }) } }, { type: 'Google' });
  serving.provider.calls.length = 0;
  serving.provider.answer(json(200, ANSWER));
});
afterAll(() => serving.close());

const sent = (): unknown => JSON.parse(serving.provider.calls.at(-1)?.body ?? '{}');

describe('embeddings of a Google model', () => {
  // Without a form the SDK asks for base64 and decodes it.
  it.each([undefined, 'float'] as const)('reach the OpenAI SDK as numbers (encoding_format: %s)', async (encoding_format) => {
    const format = encoding_format === undefined ? {} : { encoding_format };
    const answer = await sdk(serving.gateway).embeddings.create({ model: 'alias', input: ['one', 'two'], ...format });
    expect(answer).toMatchObject({
      object: 'list',
      model: 'alias',
      data: [
        { object: 'embedding', index: 0, embedding: [0.5, -1] },
        { index: 1, embedding: [1, 0.25] },
      ],
      usage: { prompt_tokens: 5, total_tokens: 5 },
    });
    expect(serving.provider.calls[0]).toMatchObject({ url: '/v1/models/vendor-1:batchEmbedContents' });
    expect(serving.provider.calls[0]?.headers).toMatchObject({ 'x-goog-api-key': 'upstream-secret-1' });
    expect(sent()).toEqual({
      requests: ['one', 'two'].map((text) => ({ model: 'models/vendor-1', content: { parts: [{ text }] } })),
    });
  });

  it('have the size that was asked for, and the length 1', async () => {
    serving.provider.answer(json(200, { embeddings: [{ values: [3, 4] }] }));
    const answer = await sdk(serving.gateway).embeddings.create({ model: 'alias', input: 'one', dimensions: 2, encoding_format: 'float' });
    expect(answer.data[0]?.embedding).toEqual([0.6, 0.8]);
    expect(sent()).toMatchObject({ requests: [{ outputDimensionality: 2 }] });
  });

  it('count as input where the provider tells tokens', async () => {
    const before = await serving.quiet();
    await sdk(serving.gateway).embeddings.create({ model: 'alias', input: ['one', 'two'] });
    const after = await serving.quiet();
    const grown = (name: string, labels = {}): number => sumOf(after, name, labels) - sumOf(before, name, labels);
    expect(grown('flashback_tokens_total')).toBe(5);
    expect(grown('flashback_tokens_total', { direction: 'input' })).toBe(5);
    expect(grown('flashback_requests_without_usage_total')).toBe(0);
    expect(grown('flashback_requests_total', { operation: 'embeddings', status: '200' })).toBe(1);
  });

  it('name what Google cannot take', async () => {
    const reply = await call(serving.gateway, { path: '/v1/embeddings', body: '{"model":"alias","input":["one","two"],"user":"u-1"}' });
    expect(reply.headers['x-flashback-dropped']).toBe('user');
  });

  it('of tokens are refused by the name of the field', async () => {
    const reply = await call(serving.gateway, { path: '/v1/embeddings', body: '{"model":"alias","input":[1,2,3]}' });
    expect(reply.status).toBe(400);
    expect(errorOf(reply)).toMatchObject({ code: 'request_invalid', param: 'input' });
    expect(serving.provider.calls).toEqual([]);
  });

  it('of more texts than one request can hold are refused by the name of the field and the limit', async () => {
    const reply = await call(serving.gateway, { path: '/v1/embeddings', body: JSON.stringify({ model: 'alias', input: Array(101).fill('x') }) });
    expect(reply.status).toBe(400);
    expect(errorOf(reply)).toMatchObject({ code: 'request_invalid', param: 'input', message: expect.stringContaining('101') as unknown });
    expect(errorOf(reply).message).toContain('takes 100 in one request');
    expect(serving.provider.calls).toEqual([]);
  });

  it('that are fewer than the texts become an error', async () => {
    const reply = await call(serving.gateway, { path: '/v1/embeddings', body: '{"model":"alias","input":["one","two","three"]}' });
    expect(reply.status).toBe(502);
    expect(errorOf(reply).code).toBe('provider_failed');
  });
});

describe('embeddings at AWS', () => {
  const COUNT = 'x-amzn-bedrock-input-token-count';
  const serve = (upstream: string): void => {
    const models = { alias: { llm: 'team-a/main', upstream } };
    serving.apply({ repositories: { 'team-a/chat': aRepository({ models }) } }, { type: 'AWS' });
  };
  const ask = (fields: object) => call(serving.gateway, { path: '/v1/embeddings', body: JSON.stringify({ model: 'alias', ...fields }) });

  // Without a form the SDK asks for base64 and decodes it.
  it.each([undefined, 'float'] as const)('are made by Titan, for the OpenAI SDK (encoding_format: %s)', async (encoding_format) => {
    serve('amazon.titan-embed-text-v2:0');
    serving.provider.answer(json(200, { embedding: [0.5, -1], inputTextTokenCount: 5, embeddingsByType: { float: [0.5, -1] } }));
    const format = encoding_format === undefined ? {} : { encoding_format };
    const answer = await sdk(serving.gateway).embeddings.create({ model: 'alias', input: 'one', dimensions: 256, ...format });
    expect(answer).toMatchObject({
      object: 'list',
      model: 'alias',
      data: [{ object: 'embedding', index: 0, embedding: [0.5, -1] }],
      usage: { prompt_tokens: 5, total_tokens: 5 },
    });
    expect(serving.provider.calls[0]).toMatchObject({ url: '/v1/model/amazon.titan-embed-text-v2%3A0/invoke' });
    expect(sent()).toEqual({ inputText: 'one', dimensions: 256 });
  });

  it('are made by Cohere for many texts, and counted by Bedrock', async () => {
    serve('cohere.embed-multilingual-v3');
    const made = { embeddings: [[0.5], [1]], texts: ['one', 'two'], response_type: 'embeddings_floats' };
    serving.provider.answer(json(200, made, { [COUNT]: '7' }));
    const before = await serving.quiet();
    const answer = await sdk(serving.gateway).embeddings.create({ model: 'alias', input: ['one', 'two'] });
    expect(answer.data.map(({ embedding }) => embedding)).toEqual([[0.5], [1]]);
    expect(answer.usage).toEqual({ prompt_tokens: 7, total_tokens: 7 });
    expect(sent()).toEqual({ texts: ['one', 'two'], input_type: 'search_document', truncate: 'NONE' });
    const after = await serving.quiet();
    const input = { direction: 'input' };
    expect(sumOf(after, 'flashback_tokens_total', input) - sumOf(before, 'flashback_tokens_total', input)).toBe(7);
  });

  it('serve a search where the caller says that this is one', async () => {
    serve('cohere.embed-v4:0');
    serving.provider.answer(json(200, { embeddings: { float: [[0.5]] } }));
    const reply = await ask({ input: 'one', input_type: 'search_query', dimensions: 512 });
    expect(reply.headers).not.toHaveProperty('x-flashback-dropped');
    expect(sent()).toMatchObject({ input_type: 'search_query', output_dimension: 512, embedding_types: ['float'] });
    const wrong = await ask({ input: 'one', input_type: 'question' });
    expect(errorOf(wrong)).toMatchObject({ code: 'request_invalid', param: 'input_type' });
  });

  it('name what nobody there knows', async () => {
    serve('amazon.titan-embed-text-v2:0');
    serving.provider.answer(json(200, { embedding: [1] }));
    const reply = await ask({ input: 'one', user: 'u-1', input_type: 'search_query' });
    expect(reply.headers['x-flashback-dropped']).toBe('user, input_type');
  });

  it.each([
    { model: 'amazon.titan-embed-text-v2:0', fields: { input: ['one', 'two'] }, param: 'input', says: 'one text' },
    { model: 'cohere.embed-english-v3', fields: { input: Array<string>(97).fill('one') }, param: 'input', says: '96 texts' },
    { model: 'cohere.embed-english-v3', fields: { input: 'one', dimensions: 512 }, param: 'dimensions', says: 'left out' },
  ])('are refused by the name of $param where $model could not make them', async ({ model, fields, param, says }) => {
    serve(model);
    const reply = await ask(fields);
    expect(reply.status).toBe(400);
    expect(errorOf(reply)).toMatchObject({ code: 'request_invalid', param, message: expect.stringContaining(says) as string });
    expect(serving.provider.calls).toEqual([]);
  });

  it('that are fewer than the texts become an error', async () => {
    serve('cohere.embed-english-v3');
    serving.provider.answer(json(200, { embeddings: [[1]] }));
    const reply = await ask({ input: ['one', 'two'] });
    expect([reply.status, errorOf(reply).code]).toEqual([502, 'provider_failed']);
  });

  it('are refused for a model that makes none', async () => {
    serve('amazon.nova-pro-v1:0');
    const reply = await ask({ input: 'one' });
    expect(reply.status).toBe(400);
    expect(errorOf(reply)).toMatchObject({ code: 'operation_not_supported', param: 'model' });
    expect(serving.provider.calls).toEqual([]);
  });
});
