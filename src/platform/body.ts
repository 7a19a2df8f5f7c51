// Reads the body of a request: JSON that means one thing, in text that everything behind can hold. Pure.
import { isUtf8 } from 'node:buffer';
import { ApiError } from './operation.ts';

/** The zero character, which databases do not take, and half of a pair, which is no text. */
const UNHOLDABLE = /\0|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;
/** How they come in JSON; only then it is worth looking through the values. */
const ESCAPED = /\\u(?:0000|d[89a-f])/i;

/** Whether text can be asked for and kept. */
export function isHoldable(text: string): boolean {
  return !UNHOLDABLE.test(text);
}

/** Without recursion: the depth is the sender's choice. */
function hasUnholdable(value: unknown): boolean {
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next === 'string' && !isHoldable(next)) return true;
    if (typeof next === 'object' && next !== null) for (const member of Object.values(next)) waiting.push(member);
  }
  return false;
}

/** Undefined: there is none. @throws ApiError 400, 415. */
export function parseBody(body: unknown, type: string | undefined): unknown {
  if (!Buffer.isBuffer(body) || body.length === 0) return undefined;
  if (type !== undefined && !/^application\/(?:json|[\w.-]+\+json)\s*(?:;|$)/i.test(type)) {
    throw new ApiError(415, 'the body must be sent with the content type application/json');
  }
  // Read with replacements, a credential would be another one.
  if (!isUtf8(body)) throw new ApiError(400, 'the body is not valid UTF-8');
  const text = body.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ApiError(400, 'the body is not valid JSON');
  }
  if (ESCAPED.test(text) && hasUnholdable(value)) throw new ApiError(400, 'the body holds a zero character, or half of a character (\\u0000, \\ud800 and the like)');
  return value;
}
