// Requests for embeddings of callers, and what they get.
import { describe, expect, it } from 'vitest';
import { RequestError } from '../../../src/chat/dialect.ts';
import { Losses } from '../../../src/chat/losses.ts';
import { readEmbeddingRequest, writeEmbeddingAnswer } from '../../../src/dialects/openai-chat/embeddings.ts';

function read(body: Record<string, unknown>) {
  const losses = new Losses();
  return { request: readEmbeddingRequest(body, losses), lost: losses.names };
}

describe('a request for embeddings', () => {
  it('of one text, or of a list in its order', () => {
    expect(read({ model: 'm', input: 'one' })).toEqual({ request: { inputs: ['one'], dimensions: undefined }, lost: [] });
    expect(read({ model: 'm', input: ['one', 'two'], dimensions: 3, encoding_format: null }).request).toEqual({
      inputs: ['one', 'two'],
      dimensions: 3,
    });
  });

  it('tells what nobody else has', () => {
    expect(read({ input: 'one', user: 'u', future: 1 }).lost).toEqual(['user', 'future']);
  });

  it.each([
    [{}, 'input'],
    [{ input: [] }, 'input'],
    [{ input: [1, 2] }, 'input'],
    [{ input: [[1, 2]] }, 'input'],
    [{ input: 'a', dimensions: 0 }, 'dimensions'],
    [{ input: 'a', encoding_format: 'int8' }, 'encoding_format'],
  ])('%j is refused by the name of the field', (body, param) => {
    expect(() => read(body)).toThrow(expect.objectContaining({ name: RequestError.name, param }));
  });
});

it('numbers in base64 are 32-bit floats with the lowest byte first', () => {
  const answer = writeEmbeddingAnswer({ vectors: [[1, -0.5]], inputTokens: 3 }, 'm', { encoding_format: 'base64' });
  expect(answer).toEqual({
    object: 'list',
    data: [{ object: 'embedding', index: 0, embedding: Buffer.from([0, 0, 0x80, 0x3f, 0, 0, 0, 0xbf]).toString('base64') }],
    model: 'm',
    usage: { prompt_tokens: 3, total_tokens: 3 },
  });
});
