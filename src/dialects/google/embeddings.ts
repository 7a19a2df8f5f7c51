// Embeddings, as the Gemini API and Vertex AI have them.
import type { Usage } from '../../chat/answer.ts';
import type { EmbeddingAnswer, EmbeddingRequest } from '../../chat/embeddings.ts';
import { own } from '../../chat/json.ts';
import { asArray, asCount, asObject, defined, type JsonObject } from './json.ts';

function tokensIn(json: unknown): number | undefined {
  return asCount(own(asObject(own(asObject(json), 'usageMetadata')), 'promptTokenCount'));
}

/** Only newer models tell it. */
export function readEmbeddingUsage(json: unknown): Usage | undefined {
  const inputTokens = tokensIn(json);
  return inputTokens === undefined ? undefined : { inputTokens, outputTokens: 0, cachedInputTokens: 0, reasoningTokens: 0 };
}

/** For :batchEmbedContents. `model`: its resource name, which each request has to repeat. */
export function writeBatch({ inputs, dimensions }: EmbeddingRequest, model: string): JsonObject {
  return { requests: inputs.map((text) => defined({ model, content: { parts: [{ text }] }, outputDimensionality: dimensions })) };
}

/** For :predict of Vertex AI, which would cut off what is too long without a word. */
export function writePrediction({ inputs, dimensions }: EmbeddingRequest): JsonObject {
  return {
    instances: inputs.map((content) => ({ content })),
    parameters: defined({ autoTruncate: false, outputDimensionality: dimensions }),
  };
}

/** For :embedContent of Vertex AI, which newer models have in place of predictions. Of one text. */
export function writeContent({ inputs: [text = ''], dimensions }: EmbeddingRequest): JsonObject {
  return { content: { parts: [{ text }] }, embedContentConfig: defined({ autoTruncate: false, outputDimensionality: dimensions }) };
}

function vectorOf(embedding: unknown): number[] {
  const values = own(asObject(embedding), 'values');
  if (Array.isArray(values) && values.every((value) => typeof value === 'number')) return values;
  throw new Error('an embedding has no numbers');
}

/** Google's vectors have length 1 only in their full size, those of other providers always. */
function normalized(vector: number[]): number[] {
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((value) => value / length);
}

function checked(vectors: number[][], { inputs, dimensions }: EmbeddingRequest): number[][] {
  if (vectors.length !== inputs.length) throw new Error(`there are ${vectors.length} embeddings of ${inputs.length} inputs`);
  return dimensions === undefined ? vectors : vectors.map(normalized);
}

/** @throws Error when the JSON is no answer to the request. */
export function readBatch(json: unknown, request: EmbeddingRequest): EmbeddingAnswer {
  const vectors = asArray(own(asObject(json), 'embeddings')).map(vectorOf);
  return { vectors: checked(vectors, request), inputTokens: tokensIn(json) };
}

/** The same of Vertex AI. */
export function readPrediction(json: unknown, request: EmbeddingRequest): EmbeddingAnswer {
  const embeddings = asArray(own(asObject(json), 'predictions')).map((prediction) => asObject(own(asObject(prediction), 'embeddings')));
  const counts = embeddings.map((embedding) => asCount(own(asObject(own(embedding, 'statistics')), 'token_count')));
  const told = counts.filter((count) => count !== undefined);
  const inputTokens = told.length === 0 ? undefined : told.reduce((sum, count) => sum + count, 0);
  return { vectors: checked(embeddings.map(vectorOf), request), inputTokens };
}

/** The same of a single content. */
export function readContent(json: unknown, request: EmbeddingRequest): EmbeddingAnswer {
  return { vectors: checked([vectorOf(own(asObject(json), 'embedding'))], request), inputTokens: tokensIn(json) };
}
