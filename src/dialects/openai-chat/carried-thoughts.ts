// Thoughts on a call. Some SDKs send back nothing of an answer but its words, its calls and what Google signs a call with. So signed
// thoughts travel there too: on the first call, which comes after them.
import { isObject, type Json } from '../../chat/json.ts';
import type { ReasoningBlock } from '../../chat/request.ts';
import { CARRIED, readReasoningDetail, thoughtSignature } from './signatures.ts';

const isPlain = (detail: Json): boolean => detail['type'] === 'reasoning.text';

/** `details`: as in `reasoning_details`. The members that the first call gets. */
export function carry(details: readonly object[]): { extra_content?: object } {
  if (details.length === 0) return {};
  const all = details.filter(isObject);
  // The words of a single one are in `reasoning_content`, which these SDKs send back.
  const isSingle = all.filter(isPlain).length === 1;
  const light = all.map(({ text, ...rest }) => (isSingle || text === undefined ? rest : { ...rest, text }));
  const value = `${CARRIED}${Buffer.from(JSON.stringify(light)).toString('base64')}`;
  return { extra_content: { google: { thought_signature: value } } };
}

function parse(value: string): unknown[] {
  try {
    const details: unknown = JSON.parse(Buffer.from(value, 'base64').toString('utf8'));
    return Array.isArray(details) ? details : [];
  } catch {
    // Nobody but this gateway writes such, so it was cut on the way: the same as none.
    return [];
  }
}

/** Of `tool_calls` that came back. `words`: those of the thoughts, from the field of the message. */
export function readCarried(calls: readonly unknown[], words: string): ReasoningBlock[] {
  const values = calls.map((call) => thoughtSignature(isObject(call) ? call['extra_content'] : undefined));
  const value = values.find((one) => one.startsWith(CARRIED));
  if (value === undefined) return [];
  const details = parse(value.slice(CARRIED.length)).filter(isObject);
  const whole = details.map((detail) => (isPlain(detail) && detail['text'] === undefined ? { ...detail, text: words } : detail));
  return whole.map(readReasoningDetail).filter((block) => block !== undefined);
}
