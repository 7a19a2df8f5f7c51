// Counting the tokens of a prompt, in Google's form on both sides.
import { isObject, own } from '../../chat/json.ts';
import { toCamel } from './fields.ts';
import { asCount, asObject, type JsonObject } from './json.ts';

/** Of a request that was written for an answer; how it should be given does not count. */
const COUNTED = ['contents', 'systemInstruction', 'tools', 'toolConfig', 'cachedContent'];
/** What a count at Vertex AI can have; it refuses others. */
const COUNTED_AT_VERTEX = ['contents', 'systemInstruction', 'tools', 'generationConfig'];

const only = (body: Readonly<JsonObject>, names: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(body).filter(([name]) => names.includes(toCamel(name))));

/** A prompt in Google's form as Vertex AI counts it. */
export function vertexPrompt(prompt: Readonly<JsonObject>): JsonObject {
  return only(prompt, COUNTED_AT_VERTEX);
}

/** The body for :countTokens. `model`: its resource name at the Gemini API; undefined: Vertex AI, which takes prompts as they are. */
export function countRequest(body: Readonly<JsonObject>, model: string | undefined): JsonObject {
  const counted = only(body, COUNTED);
  return model === undefined ? vertexPrompt(counted) : { generateContentRequest: { model, ...counted } };
}

/** @throws Error when the JSON is no count. */
export function readCount(json: unknown): number {
  const answer = asObject(json);
  const count = asCount(own(answer, 'totalTokens'));
  if (count === undefined) throw new Error('the answer has no number `totalTokens`');
  return count;
}

export function writeCount(totalTokens: number): JsonObject {
  return { totalTokens };
}

/** What is to be counted of a caller's body: a whole request, or its contents alone. */
export function promptOf(body: Readonly<JsonObject>): JsonObject {
  const whole = own(body, 'generateContentRequest') ?? own(body, 'generate_content_request');
  return isObject(whole) ? whole : body;
}
