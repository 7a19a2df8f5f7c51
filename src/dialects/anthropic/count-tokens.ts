// Counting the tokens of a prompt, in Anthropic's form on both sides.
import { isObject } from '../../chat/json.ts';
import { numberAt } from './values.ts';

/** Of a request that was written for an answer. */
const COUNTED = ['model', 'messages', 'system', 'tools', 'tool_choice', 'thinking', 'output_config'];

/** The body for /v1/messages/count_tokens, which refuses what only an answer needs. */
export function countRequest(body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body).filter(([name]) => COUNTED.includes(name)));
}

/** @throws Error when the JSON is no count. */
export function readCount(json: unknown): number {
  const count = isObject(json) ? numberAt(json, 'input_tokens') : undefined;
  if (count === undefined) throw new Error('the answer has no number `input_tokens`');
  return count;
}

export function writeCount(inputTokens: number): object {
  return { input_tokens: inputTokens };
}
