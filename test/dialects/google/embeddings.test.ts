// Embeddings of the Gemini API and of Vertex AI.
import { describe, expect, it } from 'vitest';
import { readBatch, readContent, readPrediction, writeBatch, writePrediction } from '../../../src/dialects/google/embeddings.ts';

const TWO = { inputs: ['one', 'two'], dimensions: undefined };

describe('the Gemini API', () => {
  it('gets one request for each text, each with the name of the model', () => {
    expect(writeBatch({ inputs: ['one'], dimensions: 2 }, 'models/m')).toEqual({
      requests: [{ model: 'models/m', content: { parts: [{ text: 'one' }] }, outputDimensionality: 2 }],
    });
  });

  it('tells no tokens with older models', () => {
    expect(readBatch({ embeddings: [{ values: [3, 4] }, { values: [0] }] }, TWO)).toEqual({
      vectors: [[3, 4], [0]],
      inputTokens: undefined,
    });
  });
});

describe('Vertex AI', () => {
  it('gets instances, and must not cut them', () => {
    expect(writePrediction({ inputs: ['one', 'two'], dimensions: 2 })).toEqual({
      instances: [{ content: 'one' }, { content: 'two' }],
      parameters: { autoTruncate: false, outputDimensionality: 2 },
    });
  });

  it('gives one vector of one content', () => {
    const json = { embedding: { values: [3, 4] }, usageMetadata: { promptTokenCount: 3 } };
    expect(readContent(json, { inputs: ['one'], dimensions: undefined })).toEqual({ vectors: [[3, 4]], inputTokens: 3 });
    expect(() => readContent({}, { inputs: ['one'], dimensions: undefined })).toThrow('numbers');
  });

  it('tells the tokens of each', () => {
    const of = (values: number[], count: number) => ({ embeddings: { values, statistics: { token_count: count, truncated: false } } });
    expect(readPrediction({ predictions: [of([3, 4], 2), of([1, 0], 5)] }, TWO)).toEqual({
      vectors: [
        [3, 4],
        [1, 0],
      ],
      inputTokens: 7,
    });
  });
});

it('a vector that was cut to size gets the length 1 again, and one of zeros stays', () => {
  const cut = { inputs: ['one', 'two'], dimensions: 2 };
  expect(readBatch({ embeddings: [{ values: [3, 4] }, { values: [0, 0] }] }, cut).vectors).toEqual([
    [0.6, 0.8],
    [0, 0],
  ]);
});

it.each([
  null,
  {},
  { embeddings: [{ values: [1] }] },
  { embeddings: [{ values: [1] }, { values: ['1'] }] },
  { embeddings: [{ values: [1] }, {}] },
])('%j is no answer to two texts', (json) => {
  expect(() => readBatch(json, TWO)).toThrow(Error);
});
