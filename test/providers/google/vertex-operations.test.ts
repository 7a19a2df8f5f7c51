// What is not a chat, at Vertex AI: other paths and other bodies than those of the Gemini API.
import { describe, expect, it } from 'vitest';
import type { SurfaceDialect } from '../../../src/chat/dialect.ts';
import { anthropicSurface } from '../../../src/dialects/anthropic/dialect.ts';
import { googleSurface } from '../../../src/dialects/google/dialect.ts';
import { openAiChatSurface } from '../../../src/dialects/openai-chat/dialect.ts';
import { PROVIDERS } from '../../../src/providers/index.ts';
import type { Operation } from '../../../src/providers/provider.ts';

const ENDPOINT = 'https://europe-west1-aiplatform.googleapis.com/v1/projects/p/locations/europe-west1';
const MODEL = '/publishers/google/models/vendor-1';
const CONTENTS = [{ role: 'user', parts: [{ text: 'Hello' }] }];

function asked(operation: Operation, dialect: SurfaceDialect, body: Record<string, unknown>, upstreamModel = 'vendor-1') {
  const raw = Buffer.from(JSON.stringify(body));
  const request = { operation, endpoint: ENDPOINT, dialect, model: 'alias', upstreamModel, stream: false, raw, body };
  const made = PROVIDERS.Google!.toRequest(request);
  return [made.path, JSON.parse(String(made.body))];
}

describe('Vertex AI', () => {
  it('embeds by predictions', () => {
    expect(asked('embeddings', openAiChatSurface, { model: 'alias', input: 'one' })).toEqual([
      `${MODEL}:predict`,
      { instances: [{ content: 'one' }], parameters: { autoTruncate: false } },
    ]);
  });

  it('embeds by a single content with newer models', () => {
    expect(asked('embeddings', openAiChatSurface, { model: 'alias', input: ['one'], dimensions: 2 }, 'gemini-embedding-2')).toEqual([
      '/publishers/google/models/gemini-embedding-2:embedContent',
      { content: { parts: [{ text: 'one' }] }, embedContentConfig: { autoTruncate: false, outputDimensionality: 2 } },
    ]);
  });

  it.each([
    ['text-embedding-005', 250],
    ['gemini-embedding-001', 1],
    ['publishers/google/models/gemini-embedding-2', 1],
  ])('of %s takes %d texts at once, and says so to who asks for more', (model, most) => {
    const ask = (count: number) => asked('embeddings', openAiChatSurface, { model: 'alias', input: Array(count).fill('x') }, model);
    expect(ask(most)).toHaveLength(2);
    expect(() => ask(most + 1)).toThrow(`input has ${most + 1} texts, and this model takes ${most} in one request`);
  });

  it('embeds a single content of its own dialect, whose model stands in the address only', () => {
    const content = { parts: [{ text: 'one' }] };
    expect(asked('embeddings', googleSurface, { model: 'models/alias', content })).toEqual([`${MODEL}:embedContent`, { content }]);
  });

  it('has no batches of contents', () => {
    expect(() => asked('batch_embeddings', googleSurface, { requests: [] })).toThrow(
      expect.objectContaining({ code: 'operation_not_supported' }),
    );
  });

  it('counts a prompt without a whole request around it', () => {
    const counted = [`${MODEL}:countTokens`, { contents: CONTENTS }];
    expect(asked('count_tokens', googleSurface, { contents: CONTENTS })).toEqual(counted);
    expect(asked('count_tokens', googleSurface, { generateContentRequest: { model: 'models/alias', contents: CONTENTS } })).toEqual(
      counted,
    );
    const whole = { contents: CONTENTS, tool_config: {}, system_instruction: { parts: [{ text: 'Be brief.' }] }, safetySettings: [] };
    expect(asked('count_tokens', googleSurface, { generateContentRequest: whole })).toEqual([
      `${MODEL}:countTokens`,
      { contents: CONTENTS, system_instruction: whole.system_instruction },
    ]);
    const tools = [{ name: 'f', input_schema: { type: 'object' } }];
    const chosen = { model: 'alias', messages: [{ role: 'user', content: 'Hello' }], tools, tool_choice: { type: 'any' } };
    expect(asked('count_tokens', anthropicSurface, chosen)).toEqual([
      `${MODEL}:countTokens`,
      { contents: CONTENTS, tools: [{ functionDeclarations: [{ name: 'f' }] }] },
    ]);
    expect(asked('count_tokens', anthropicSurface, { model: 'alias', messages: [{ role: 'user', content: 'Hello' }] })).toEqual(counted);
  });
});
