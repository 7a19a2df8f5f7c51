// Counting the tokens of a prompt, in Bedrock's form.
import { asRecord, type Json } from './json.ts';

/** Of a request that was written for an answer; how it should be given does not count. */
const COUNTED = ['messages', 'system', 'toolConfig'];

/** The body for count-tokens. */
export function countRequest(body: Readonly<Json>): Json {
  return { input: { converse: Object.fromEntries(Object.entries(body).filter(([name]) => COUNTED.includes(name))) } };
}

/** @throws Error when the JSON is no count. */
export function readCount(json: unknown): number {
  const count = asRecord(json)?.['inputTokens'];
  if (typeof count !== 'number' || !Number.isFinite(count)) throw new Error('the answer has no number `inputTokens`');
  return count;
}

/** A profile that spreads calls over regions cannot count, the model in it can. */
export function countingModelOf(model: string): string {
  return model.replace(/^(?:global|us|us-gov|eu|apac|jp|au|ca)\.(?=[a-z0-9-]+\.)/, '');
}
