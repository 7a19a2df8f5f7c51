// Embeddings in the forms of the vendors at Bedrock.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { embeddingFormOf, readVectors } from '../../../src/dialects/bedrock/embeddings.ts';

const ONE = { inputs: ['Hello'], dimensions: undefined };
const SMALL = { inputs: ['Hello'], dimensions: 256 };
const formOf = (model: string) => embeddingFormOf(model)!;

describe('a request', () => {
  it.each([
    { model: 'amazon.titan-embed-text-v2:0', asked: SMALL, body: { inputText: 'Hello', dimensions: 256 } },
    { model: 'amazon.titan-embed-text-v1', asked: ONE, body: { inputText: 'Hello' } },
    { model: 'amazon.titan-embed-image-v1', asked: SMALL, body: { inputText: 'Hello', embeddingConfig: { outputEmbeddingLength: 256 } } },
    { model: 'amazon.titan-embed-image-v1', asked: ONE, body: { inputText: 'Hello' } },
    {
      model: 'amazon.nova-2-multimodal-embeddings-v1:0',
      asked: SMALL,
      body: {
        taskType: 'SINGLE_EMBEDDING',
        singleEmbeddingParams: {
          embeddingPurpose: 'GENERIC_INDEX',
          embeddingDimension: 256,
          text: { truncationMode: 'NONE', value: 'Hello' },
        },
      },
    },
    { model: 'cohere.embed-english-v3', asked: ONE, body: { texts: ['Hello'], input_type: 'search_document', truncate: 'NONE' } },
    {
      model: 'eu.cohere.embed-v4:0',
      asked: SMALL,
      body: { texts: ['Hello'], input_type: 'search_document', truncate: 'NONE', embedding_types: ['float'], output_dimension: 256 },
    },
    {
      model: 'arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-embed-text-v2:0',
      asked: SMALL,
      body: { inputText: 'Hello', dimensions: 256 },
    },
  ])('to $model has the form of its vendor', ({ model, asked, body }) => {
    expect(formOf(model).write(asked, 'search_document')).toEqual(body);
  });

  it.each(['anthropic.claude-sonnet-4-5-v1:0', 'amazon.nova-pro-v1:0', 'cohere.command-r-v1:0', ''])('to %s has none', (model) => {
    expect(embeddingFormOf(model)).toBeUndefined();
  });
});

describe('an answer', () => {
  it.each([
    { model: 'amazon.titan-embed-text-v2:0', answer: { embedding: [1, 2] }, vectors: [[1, 2]] },
    { model: 'amazon.nova-2-multimodal-embeddings-v1:0', answer: { embeddings: [{ embedding: [1] }] }, vectors: [[1]] },
    { model: 'cohere.embed-english-v3', answer: { embeddings: [[1], [2]] }, vectors: [[1], [2]] },
    { model: 'cohere.embed-v4:0', answer: { embeddings: { float: [[1], [2]] } }, vectors: [[1], [2]] },
  ])('of $model has its vectors in order', ({ model, answer, vectors }) => {
    expect(readVectors(formOf(model), answer, vectors.length)).toEqual(vectors);
  });

  it('with another number of vectors than of texts is none', () => {
    expect(() => readVectors(formOf('cohere.embed-english-v3'), { embeddings: [[1]] }, 2)).toThrow(/1 embeddings of 2 inputs/);
  });

  it('of any JSON is read or refused with an error of its own', () => {
    const models = ['amazon.titan-embed-text-v2:0', 'amazon.nova-2-multimodal-embeddings-v1:0', 'cohere.embed-v4:0'];
    const shapes = fc.oneof(fc.jsonValue(), fc.record({ embedding: fc.jsonValue(), embeddings: fc.jsonValue() }));
    fc.assert(
      fc.property(fc.constantFrom(...models), shapes, (model, answer) => {
        try {
          expect(readVectors(formOf(model), answer, 1)).toHaveLength(1);
        } catch (error) {
          expect(String(error)).toMatch(/embedding/);
        }
      }),
    );
  });
});
