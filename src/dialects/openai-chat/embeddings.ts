// Embeddings, as callers of OpenAI's dialect ask for them and read them.
import { RequestError } from '../../chat/dialect.ts';
import type { EmbeddingAnswer, EmbeddingRequest } from '../../chat/embeddings.ts';
import type { Losses } from '../../chat/losses.ts';
import { Fields } from './fields.ts';

const BYTES_OF_FLOAT = 4;

function inputsOf(input: unknown): string[] {
  const inputs: unknown[] = Array.isArray(input) ? input : [input];
  if (inputs.length > 0 && inputs.every((one) => typeof one === 'string')) return inputs;
  throw new RequestError('input', 'input must be a text or a list of texts; the provider of this model takes no tokens in their place.');
}

function checkFormat(format: string | undefined): void {
  if (format === undefined || format === 'float' || format === 'base64') return;
  throw new RequestError('encoding_format', 'encoding_format must be float or base64.');
}

export function readEmbeddingRequest(body: Readonly<Record<string, unknown>>, losses: Losses): EmbeddingRequest {
  const fields = new Fields(body, '');
  fields.skip('model');
  const inputs = inputsOf(fields.take('input'));
  const dimensions = fields.integer('dimensions', 1);
  checkFormat(fields.text('encoding_format'));
  fields.tellRest(losses);
  return { inputs, dimensions };
}

function toBase64(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * BYTES_OF_FLOAT);
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * BYTES_OF_FLOAT);
  return bytes.toString('base64');
}

/** `body`: the caller's, which says in which form it wants the numbers. */
export function writeEmbeddingAnswer(
  { vectors, inputTokens = 0 }: EmbeddingAnswer,
  model: string,
  body: Readonly<Record<string, unknown>>,
): object {
  const write = body['encoding_format'] === 'base64' ? toBase64 : (vector: readonly number[]) => vector;
  return {
    object: 'list',
    data: vectors.map((vector, index) => ({ object: 'embedding', index, embedding: write(vector) })),
    model,
    // Clients count on it being there.
    usage: { prompt_tokens: inputTokens, total_tokens: inputTokens },
  };
}
