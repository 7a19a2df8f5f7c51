// DEMO ONLY. Vectors that mean nothing, but are the same for the same text and have length one.
import { createHash } from 'node:crypto';
import { pieces } from './chat.ts';

export const DEFAULT_DIMENSIONS = 256;
export const MAX_DIMENSIONS = 3072;

/** A unit vector that depends on the text only. */
export function embed(text: string, dimensions: number): number[] {
  const values: number[] = [];
  for (let block = 0; values.length < dimensions; block += 1) {
    const digest = createHash('sha256').update(`${block}:${text}`).digest();
    for (let at = 0; at < digest.length && values.length < dimensions; at += 2) values.push(digest.readInt16LE(at) + 0.5);
  }
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}

function encode(vector: readonly number[], format: 'float' | 'base64'): number[] | string {
  return format === 'float' ? [...vector] : Buffer.from(Float32Array.from(vector).buffer).toString('base64');
}

export interface EmbeddingsRequest {
  model: string;
  /** One string, or several. */
  input: string | string[];
  dimensions: number;
  format: 'float' | 'base64';
}

/** The body of an answer to POST /v1/embeddings. */
export function embeddings({ model, input, dimensions, format }: EmbeddingsRequest): object {
  const texts = typeof input === 'string' ? [input] : input;
  const tokens = texts.reduce((sum, text) => sum + pieces(text).length, 0);
  return {
    object: 'list',
    model,
    data: texts.map((text, index) => ({ object: 'embedding', index, embedding: encode(embed(text, dimensions), format) })),
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}
