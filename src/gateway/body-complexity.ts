// Refuses bodies that are small to send and dear to parse: JSON.parse blocks everybody, and its objects take a hundred times
// the bytes of their text.
import { GatewayError } from '../errors.ts';
import { CLOSE_BRACE, CLOSE_BRACKET, COMMA, OPEN_BRACE, OPEN_BRACKET, QUOTE, skipString } from '../providers/json-bytes.ts';

/** Below this no text is dear enough to be looked at. */
const FREE_BYTES = 256 * 1024;
const MAX_DEPTH = 500;
const MAX_VALUES = 1_000_000;

/** Walks over the structure, strings skipped, of what is not shorter than `free` bytes. Throws GatewayError body_too_complex. */
export function checkComplexity(raw: Buffer, free = FREE_BYTES): void {
  if (raw.length < free) return;
  let depth = 0;
  let values = 0;
  let offset = 0;
  while (offset < raw.length) {
    const byte = raw[offset];
    if (byte === QUOTE) {
      offset = skipString(raw, offset);
      continue;
    }
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth++;
      values++;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--;
    else if (byte === COMMA) values++;
    if (depth > MAX_DEPTH) throw new GatewayError('body_too_complex', `The request body is nested more than ${MAX_DEPTH} levels deep.`);
    if (values > MAX_VALUES) throw new GatewayError('body_too_complex', `The request body holds more than ${MAX_VALUES} values.`);
    offset++;
  }
}
