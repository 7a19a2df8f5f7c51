// The bytes that give JSON its structure, and the way past a string.

export const QUOTE = 0x22;
const BACKSLASH = 0x5c;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;
export const OPEN_BRACKET = 0x5b;
export const CLOSE_BRACKET = 0x5d;
export const COMMA = 0x2c;
export const COLON = 0x3a;

/** Offset after the closing quote of the string that opens at `open`. */
export function skipString(json: Buffer, open: number): number {
  let close = json.indexOf(QUOTE, open + 1);
  while (close !== -1) {
    let escapes = 0;
    while (json[close - 1 - escapes] === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return close + 1;
    close = json.indexOf(QUOTE, close + 1);
  }
  return json.length;
}

/** The same in text, of which a short piece costs less to walk over than bytes. */
export function skipTextString(text: string, open: number): number {
  let close = text.indexOf('"', open + 1);
  while (close !== -1) {
    let escapes = 0;
    while (text.charCodeAt(close - 1 - escapes) === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return close + 1;
    close = text.indexOf('"', close + 1);
  }
  return text.length;
}

export function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
