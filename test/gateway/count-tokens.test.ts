// Counting the tokens of a prompt, through unmodified SDKs and plain calls.
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hashKey } from '../../src/api/api-key.ts';
import type { ProviderType } from '../../src/api/resources.ts';
import { call, errorOf } from '../fake/caller.ts';
import { aKey, aRepository } from '../fake/gateway.ts';
import { sumOf } from '../fake/metrics.ts';
import { json } from '../fake/provider.ts';
import { startServing, type Serving } from '../fake/serving.ts';

const CLAUDE_KEY = aKey(2);
const GEMINI_KEY = aKey(3);
const MODELS = { 'small-1': { llm: 'team-a/main', upstream: 'small-1' }, alias: { llm: 'team-a/main', upstream: 'vendor-1' } };
const PATH = '/v1/messages/count_tokens';
const BODY = '{"model":"alias","messages":[{"role":"user","content":"Hello"}],"future_field":1.0}';

let serving: Serving;
beforeAll(async () => {
  serving = await startServing();
});
beforeEach(() => {
  serving.provider.calls.length = 0;
});
afterAll(() => serving.close());

function serve(type: ProviderType): void {
  const repository = aRepository({ surfaces: ['OpenAI', 'Anthropic', 'Google'], models: MODELS });
  const keys = {
    [hashKey(aKey(1))]: { id: 'key_openai', repository: 'team-a/chat' },
    [hashKey(CLAUDE_KEY)]: { id: 'key_claude', repository: 'team-a/chat', type: 'Anthropic' as const },
    [hashKey(GEMINI_KEY)]: { id: 'key_gemini', repository: 'team-a/chat', type: 'Google' as const },
  };
  serving.apply({ keys, repositories: { 'team-a/chat': repository } }, { type });
}

const sent = (): unknown => JSON.parse(serving.provider.calls.at(-1)?.body ?? '{}');
const anthropic = (): Anthropic => new Anthropic({ apiKey: CLAUDE_KEY, baseURL: serving.gateway.url, maxRetries: 0 });
const ask = (body = BODY, key = CLAUDE_KEY) => call(serving.gateway, { path: PATH, key, body });
const MESSAGES = [{ role: 'user' as const, content: 'Hello' }];
const TOOLS = [{ name: 'look', input_schema: { type: 'object' as const, properties: { at: { type: 'string' } } } }];

describe('the Anthropic SDK', () => {
  it('counts at a provider of the Anthropic dialect', async () => {
    serve('Anthropic');
    serving.provider.answer(json(200, { input_tokens: 14, future_field: 1 }));
    expect(await anthropic().messages.countTokens({ model: 'alias', messages: MESSAGES })).toEqual({ input_tokens: 14, future_field: 1 });
    expect(serving.provider.calls[0]).toMatchObject({ url: '/v1/messages/count_tokens' });
    expect(sent()).toEqual({ model: 'vendor-1', messages: MESSAGES });
  });

  it('counts at Google, with system text and tools', async () => {
    serve('Google');
    serving.provider.answer(json(200, { totalTokens: 31, promptTokensDetails: [{ modality: 'TEXT', tokenCount: 31 }] }));
    const thinking = { type: 'enabled' as const, budget_tokens: 2048 };
    const count = await anthropic().messages.countTokens({
      model: 'alias',
      system: 'Be kind.',
      messages: MESSAGES,
      tools: TOOLS,
      thinking,
    });
    expect(count).toEqual({ input_tokens: 31 });
    expect(serving.provider.calls[0]).toMatchObject({ url: '/v1/models/vendor-1:countTokens' });
    expect(sent()).toEqual({
      generateContentRequest: {
        model: 'models/vendor-1',
        contents: [{ role: 'user', parts: [{ text: 'Hello' }] }],
        systemInstruction: expect.objectContaining({ parts: [{ text: 'Be kind.' }] }) as object,
        tools: [{ functionDeclarations: [expect.objectContaining({ name: 'look' })] }],
      },
    });
  });

  it('counts at AWS, with system text and tools', async () => {
    serve('AWS');
    serving.provider.answer(json(200, { inputTokens: 31 }));
    const count = await anthropic().messages.countTokens({ model: 'alias', system: 'Be kind.', messages: MESSAGES, tools: TOOLS });
    expect(count).toEqual({ input_tokens: 31 });
    expect(serving.provider.calls[0]).toMatchObject({ url: '/v1/model/vendor-1/count-tokens' });
    expect(sent()).toEqual({
      input: {
        converse: {
          messages: [{ role: 'user', content: [{ text: 'Hello' }] }],
          system: [{ text: 'Be kind.' }],
          toolConfig: { tools: [{ toolSpec: expect.objectContaining({ name: 'look' }) as object }] },
        },
      },
    });
  });
});

describe('the Gen AI SDK', () => {
  const google = (): GoogleGenAI => new GoogleGenAI({ apiKey: GEMINI_KEY, vertexai: false, httpOptions: { baseUrl: serving.gateway.url } });

  it('counts at Google', async () => {
    serve('Google');
    serving.provider.answer(json(200, { totalTokens: 31, cachedContentTokenCount: 4 }));
    const count = await google().models.countTokens({ model: 'alias', contents: 'Hello' });
    expect([count.totalTokens, count.cachedContentTokenCount]).toEqual([31, 4]);
    expect(serving.provider.calls[0]).toMatchObject({ url: '/v1/models/vendor-1:countTokens' });
    expect(sent()).toEqual({ contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] });
  });

  it('counts at a provider of the Anthropic dialect', async () => {
    serve('Anthropic');
    serving.provider.answer(json(200, { input_tokens: 14 }));
    expect((await google().models.countTokens({ model: 'alias', contents: 'Hello' })).totalTokens).toBe(14);
    expect(serving.provider.calls[0]).toMatchObject({ url: '/v1/messages/count_tokens' });
    expect(sent()).toEqual({ model: 'vendor-1', messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }] });
  });

  it('is told in its own envelope where the provider has no counts', async () => {
    serve('Other');
    await expect(google().models.countTokens({ model: 'alias', contents: 'Hello' })).rejects.toMatchObject({
      name: 'ApiError',
      status: 400,
      message: expect.stringContaining('OPERATION_NOT_SUPPORTED') as string,
    });
  });
});

describe('a whole request that Google shall count', () => {
  const CONTENTS = [{ role: 'user', parts: [{ text: 'Hello' }] }];
  const SYSTEM = { parts: [{ text: 'Be kind.' }] };
  const askGoogle = (whole: object) =>
    call(serving.gateway, {
      path: '/v1beta/models/alias:countTokens',
      key: GEMINI_KEY,
      body: JSON.stringify({ generateContentRequest: whole }),
    });

  it('is called by the name that Google knows', async () => {
    serve('Google');
    serving.provider.answer(json(200, { totalTokens: 31 }));
    expect((await askGoogle({ model: 'models/alias', contents: CONTENTS, systemInstruction: SYSTEM })).status).toBe(200);
    expect(sent()).toEqual({ generateContentRequest: { model: 'models/vendor-1', contents: CONTENTS, systemInstruction: SYSTEM } });
  });

  it('of another model than that of the address is refused', async () => {
    serve('Google');
    const reply = await askGoogle({ model: 'models/other', contents: CONTENTS });
    expect(reply.status).toBe(400);
    expect(reply.body).toContain('generateContentRequest.model');
    expect(serving.provider.calls).toEqual([]);
  });

  it('is counted with its system text at Anthropic', async () => {
    serve('Anthropic');
    serving.provider.answer(json(200, { input_tokens: 14 }));
    const reply = await askGoogle({ model: 'models/alias', contents: CONTENTS, systemInstruction: SYSTEM });
    expect(JSON.parse(reply.body)).toEqual({ totalTokens: 14 });
    expect(sent()).toMatchObject({ model: 'vendor-1', system: [{ type: 'text', text: 'Be kind.' }] });
  });
});

describe('a count', () => {
  it('of the same dialect reaches the provider as it was written, but for the alias', async () => {
    serve('Anthropic');
    serving.provider.answer(json(200, { input_tokens: 14 }));
    expect((await ask()).status).toBe(200);
    expect(serving.provider.calls[0]?.body).toBe(BODY.replace('alias', 'vendor-1'));
  });

  it.each(['OpenAI', 'Other'] as const)('is refused for a provider of type %s, which has none', async (type) => {
    serve(type);
    const reply = await ask();
    expect(reply.status).toBe(400);
    expect(JSON.parse(reply.body)).toMatchObject({ type: 'error', error: { type: 'invalid_request_error' } });
    expect(reply.body).toContain('count_tokens');
    await serving.quiet();
    expect(serving.gateway.logs.at(-1)).toMatchObject({ code: 'operation_not_supported', operation: 'count_tokens', path: PATH });
    expect(serving.provider.calls).toEqual([]);
  });

  it('is no usage, and the lack of any is no fault', async () => {
    serve('Anthropic');
    serving.provider.answer(json(200, { input_tokens: 14, usage: { input_tokens: 14, output_tokens: 3 } }));
    const before = await serving.quiet();
    await ask();
    const after = await serving.quiet();
    const grown = (name: string, labels = {}): number => sumOf(after, name, labels) - sumOf(before, name, labels);
    expect(grown('flashback_tokens_total')).toBe(0);
    expect(grown('flashback_requests_without_usage_total')).toBe(0);
    expect(grown('flashback_requests_total', { operation: 'count_tokens', status: '200' })).toBe(1);
  });

  it('needs a key of its own surface', async () => {
    serve('Anthropic');
    const reply = await ask(BODY, aKey(1));
    expect(reply.status).toBe(403);
    expect(JSON.parse(reply.body)).toMatchObject({ type: 'error', error: { type: 'permission_error' } });
    expect((await call(serving.gateway, { path: PATH, key: null, body: BODY })).status).toBe(401);
  });

  it('of a model that the repository does not have is refused', async () => {
    serve('Anthropic');
    const reply = await ask(BODY.replace('alias', 'unknown'));
    expect(reply.status).toBe(404);
    expect(JSON.parse(reply.body)).toMatchObject({ type: 'error', error: { type: 'not_found_error' } });
  });

  it('of messages that are none names the field', async () => {
    serve('Google');
    const reply = await ask('{"model":"alias","messages":"Hello"}');
    expect(reply.status).toBe(400);
    expect(errorOf(reply).message).toContain('messages');
  });

  it('whose answer has no number becomes an error of its own', async () => {
    serve('Google');
    serving.provider.answer(json(200, { totalTokens: 'many' }));
    const reply = await ask(BODY.replace(',"future_field":1.0', ''));
    expect(reply.status).toBe(502);
    await serving.quiet();
    expect(serving.gateway.logs.at(-1)).toMatchObject({ code: 'provider_failed' });
  });

  it('that the provider refuses keeps its words and status', async () => {
    serve('Google');
    serving.provider.answer(json(400, { error: { code: 400, message: 'no such part', status: 'INVALID_ARGUMENT' } }));
    const reply = await ask();
    expect(reply.status).toBe(400);
    expect(JSON.parse(reply.body)).toMatchObject({ type: 'error', error: { type: 'invalid_request_error', message: 'no such part' } });
  });
});
