// Models of OpenAI's that have the Responses API alone, for callers of every dialect.
import { describe, expect, it } from 'vitest';
import type { SurfaceDialect } from '../../../src/chat/dialect.ts';
import { anthropicSurface } from '../../../src/dialects/anthropic/dialect.ts';
import { googleSurface } from '../../../src/dialects/google/dialect.ts';
import { openAiChatSurface } from '../../../src/dialects/openai-chat/dialect.ts';
import { openAiResponsesSurface } from '../../../src/dialects/openai-responses/dialect.ts';
import { PROVIDERS } from '../../../src/providers/index.ts';
import type { GatewayRequest, UpstreamRequest } from '../../../src/providers/provider.ts';

type Json = Record<string, unknown>;

const provider = PROVIDERS.OpenAI!;
const ENDPOINT = 'https://api.openai.com/v1';
const SURFACES: Record<string, { dialect: SurfaceDialect; body: Json }> = {
  chat: { dialect: openAiChatSurface, body: { messages: [{ role: 'user', content: 'Hi' }] } },
  anthropic: { dialect: anthropicSurface, body: { max_tokens: 100, messages: [{ role: 'user', content: 'Hi' }] } },
  google: { dialect: googleSurface, body: { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] } },
  responses: { dialect: openAiResponsesSurface, body: { input: 'Hi' } },
};
const NAMES = Object.keys(SURFACES);

function requestOf(surface: string, upstreamModel: string, endpoint = ENDPOINT, more: Json = {}): GatewayRequest {
  const { dialect, body: said } = SURFACES[surface]!;
  const body = { model: 'alias', ...said, ...more };
  return { operation: 'chat', endpoint, dialect, raw: Buffer.from(JSON.stringify(body)), body, model: 'alias', upstreamModel, stream: false };
}

function answered(request: GatewayRequest, upstream: UpstreamRequest, answer: Json): Json {
  const newId = (): string => 'a'.repeat(24);
  const reader = provider.readAnswer({ request, upstream, contentType: 'application/json', secrets: [], requestId: 'r', created: 1, newId });
  const parts = [reader.push(Buffer.from(JSON.stringify(answer))), reader.end()];
  return JSON.parse(parts.map((part) => String(part ?? '')).join('')) as Json;
}

describe.each(NAMES)('a caller of %s', (surface) => {
  it.each(['o3-pro', 'gpt-5-pro-2025-10-06', 'gpt-5.1-codex-max', 'codex-mini-latest', 'o4-mini-deep-research'])('reaches %s', (model) => {
    const { path, body, losses } = provider.toRequest(requestOf(surface, model));
    expect(path).toBe('/responses');
    expect(JSON.parse(String(body))).toMatchObject({ model, input: expect.anything() as unknown });
    expect(losses?.names ?? []).toEqual([]);
  });
});

it.each([
  ['gpt-5-mini', ENDPOINT],
  ['gpt-5-prototype', ENDPOINT],
  ['gpt-5-pro', 'https://llm.example.com/v1'],
  ['gpt-5-pro', 'https://my.openai.azure.com'],
])('%s at %s is asked for chat completions', (model, endpoint) => {
  for (const surface of NAMES.filter((name) => name !== 'responses'))
    expect(provider.toRequest(requestOf(surface, model, endpoint)).path).toMatch(/\/chat\/completions$/);
});

it('an embedding of a model that is called alike is no chat', () => {
  const request = { ...requestOf('chat', 'gpt-5-pro'), operation: 'embeddings' as const };
  expect(provider.toRequest(request).path).toBe('/embeddings');
});

it('thoughts of such a model come back signed as it signed them, through an SDK of another vendor', () => {
  const thought = { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'Hm.' }], encrypted_content: 'gAAAAAsealed' };
  const call = { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'look', arguments: '{"at":"x"}', status: 'completed' };
  const usage = { input_tokens: 3, output_tokens: 5, total_tokens: 8, input_tokens_details: { cached_tokens: 0 }, output_tokens_details: { reasoning_tokens: 4 } };
  const answer = { id: 'resp_1', object: 'response', status: 'completed', model: 'gpt-5-pro', output: [thought, call], usage };
  const tools = [{ name: 'look', input_schema: { type: 'object', properties: { at: { type: 'string' } } } }];
  const first = requestOf('anthropic', 'gpt-5-pro', ENDPOINT, { tools });
  const heard = answered(first, provider.toRequest(first), answer);
  expect(heard).toMatchObject({ stop_reason: 'tool_use', content: [{ type: 'thinking', thinking: 'Hm.' }, { type: 'tool_use', name: 'look', input: { at: 'x' } }] });

  const [, { id }] = heard['content'] as [Json, Json];
  const result = { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: 'seen' }] };
  const messages = [{ role: 'user', content: 'Hi' }, { role: 'assistant', content: heard['content'] }, result];
  const { body } = provider.toRequest(requestOf('anthropic', 'gpt-5-pro', ENDPOINT, { tools, messages }));
  expect((JSON.parse(String(body)) as { input: Json[] }).input).toMatchObject([
    { role: 'user' },
    { type: 'reasoning', encrypted_content: 'gAAAAAsealed' },
    { type: 'function_call', name: 'look' },
    { type: 'function_call_output' },
  ]);
});
