// Models as callers of Google's dialect see them: a listed method is one that works.
import { describe, expect, it } from 'vitest';
import { googleSurface as dialect } from '../../src/dialects/google/dialect.ts';
import { PROVIDERS } from '../../src/providers/index.ts';
import type { Operation, Provider } from '../../src/providers/provider.ts';
import { googleSurface } from '../../src/surfaces/google.ts';

const CONTENT = { parts: [{ text: 'Hi' }] };
const METHODS: Record<string, [Operation, Record<string, unknown>]> = {
  generateContent: ['chat', { contents: [CONTENT] }],
  streamGenerateContent: ['chat', { contents: [CONTENT] }],
  countTokens: ['count_tokens', { contents: [CONTENT] }],
  embedContent: ['embeddings', { content: CONTENT }],
};

function takes(provider: Provider, method: string, upstreamModel: string): boolean {
  const [operation, body] = METHODS[method]!;
  const raw = Buffer.from(JSON.stringify(body));
  const endpoint = provider.defaultEndpoint ?? 'https://llm.example.com/v1';
  const stream = method === 'streamGenerateContent';
  try {
    provider.toRequest({ operation, endpoint, dialect, model: 'm', upstreamModel, stream, raw, body });
    return true;
  } catch {
    return false;
  }
}

const methodsOf = (provider: Provider, upstreamModel: string): string[] => {
  const shown = googleSurface.showModel({ id: 'm', owner: 'main', provider: provider.type, upstreamModel });
  return (shown as { supportedGenerationMethods: string[] }).supportedGenerationMethods;
};

describe.each(Object.values(PROVIDERS))('a model of $type', (provider) => {
  it('has chats, whole and as a stream', () => {
    expect(methodsOf(provider, 'small-1')).toEqual(expect.arrayContaining(['generateContent', 'streamGenerateContent']));
  });

  it.each(['small-1', 'gemini-embedding-001'])('named %s has no method that is not served', (model) => {
    expect(methodsOf(provider, model).filter((method) => !takes(provider, method, model))).toEqual([]);
  });

  it('has counts of tokens where every model of its type has', () => {
    const isSure = provider.type !== 'AWS' && takes(provider, 'countTokens', 'small-1');
    expect(methodsOf(provider, 'small-1').includes('countTokens')).toBe(isSure);
  });
});

it('a model that embeds has no chats', () => {
  expect(methodsOf(PROVIDERS.Google!, 'gemini-embedding-001')).toEqual(['embedContent', 'countTokens']);
  expect(methodsOf(PROVIDERS.OpenAI!, 'text-embedding-3-small')).toEqual(['embedContent']);
});
