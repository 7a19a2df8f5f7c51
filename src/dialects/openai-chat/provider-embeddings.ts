// Embeddings, as servers of OpenAI's dialect are asked for them, and what they answer.
import type { EmbeddingAnswer, EmbeddingRequest } from '../../chat/embeddings.ts';
import { isObject, own } from '../../chat/json.ts';

export function writeEmbeddingRequest({ inputs, dimensions }: EmbeddingRequest, model: string): object {
  return { model, input: inputs, ...(dimensions === undefined ? {} : { dimensions }) };
}

const numberIn = (json: unknown, key: string): number | undefined => {
  const value = isObject(json) ? own(json, key) : undefined;
  return typeof value === 'number' ? value : undefined;
};

function vectorOf(entry: unknown): number[] {
  const vector = isObject(entry) ? own(entry, 'embedding') : undefined;
  if (Array.isArray(vector) && vector.length > 0 && vector.every((value) => typeof value === 'number')) return vector;
  throw new Error('an embedding has no numbers');
}

/** @throws Error when there is no vector of numbers for each input. */
export function readEmbeddingAnswer(json: unknown, { inputs }: EmbeddingRequest): EmbeddingAnswer {
  const data = isObject(json) ? own(json, 'data') : undefined;
  const entries: unknown[] = Array.isArray(data) ? data : [];
  if (entries.length !== inputs.length) throw new Error(`there are ${entries.length} embeddings of ${inputs.length} inputs`);
  const placed = entries.map((entry, place) => ({ index: numberIn(entry, 'index') ?? place, vector: vectorOf(entry) }));
  const vectors = placed.toSorted((a, b) => a.index - b.index).map(({ vector }) => vector);
  return { vectors, inputTokens: numberIn(isObject(json) ? own(json, 'usage') : undefined, 'prompt_tokens') };
}
