// Finds and replaces top-level values in the bytes of a JSON object without re-serialising it, so that what the
// application wrote (number formats, key order, unknown fields) reaches the provider byte for byte.

import { CLOSE_BRACE, CLOSE_BRACKET, COLON, COMMA, isSpace, OPEN_BRACE, OPEN_BRACKET, QUOTE, skipString } from './json-bytes.ts';

export interface Member {
  name: string;
  /** Byte offsets of the value, end exclusive, surrounding white space left out. */
  start: number;
  end: number;
}

/** Offset after the value that starts at `start`. */
function skipValue(json: Buffer, start: number): number {
  const first = json[start];
  if (first === QUOTE) return skipString(json, start);
  let depth = 0;
  let offset = start;
  while (offset < json.length) {
    const byte = json[offset];
    if (byte === QUOTE) {
      offset = skipString(json, offset);
      continue;
    }
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      if (depth === 0) return offset;
      depth--;
      if (depth === 0) return offset + 1;
    } else if (depth === 0 && (byte === COMMA || isSpace(byte))) return offset;
    offset++;
  }
  return offset;
}

/**
 * Members of a JSON object in the order of the text, duplicates included. `json` must already have passed JSON.parse as
 * an object: this only locates, it does not validate.
 */
export function topLevelMembers(json: Buffer): Member[] {
  const members: Member[] = [];
  let offset = json.indexOf(OPEN_BRACE) + 1;
  while (offset < json.length) {
    const open = json.indexOf(QUOTE, offset);
    if (open === -1) break;
    const close = skipString(json, open);
    const text = json.toString('utf8', open + 1, close - 1);
    const name = text.includes('\\') ? String(JSON.parse(`"${text}"`)) : text;
    let start = json.indexOf(COLON, close) + 1;
    while (isSpace(json[start])) start++;
    const end = skipValue(json, start);
    members.push({ name, start, end });
    offset = end;
    while (json[offset] !== COMMA) {
      if (offset >= json.length || json[offset] === CLOSE_BRACE) return members;
      offset++;
    }
  }
  return members;
}

/** The text with other values at the given members; `replacements` hold JSON text. */
export function spliceValues(json: Buffer, replacements: readonly { member: Member; json: string }[]): Buffer {
  const parts: Buffer[] = [];
  let offset = 0;
  for (const { member, json: text } of replacements.toSorted((a, b) => a.member.start - b.member.start)) {
    parts.push(json.subarray(offset, member.start), Buffer.from(text));
    offset = member.end;
  }
  parts.push(json.subarray(offset));
  return Buffer.concat(parts);
}

/** The text with one more member in front. The object must not be empty. */
export function insertFirst(json: Buffer, memberText: string): Buffer {
  const open = json.indexOf(OPEN_BRACE) + 1;
  return Buffer.concat([json.subarray(0, open), Buffer.from(`${memberText},`), json.subarray(open)]);
}
