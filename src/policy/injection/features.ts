// What a text is made of, for the model of injections: runs of 3 to 5 characters and of 1 to 3 words, hashed into a fixed number of buckets.
// Training and use share this file, so that both see the same.

/** Buckets; a power of two. */
export const BUCKETS = 1 << 18;
const MASK = BUCKETS - 1;

const PRIME = 0x01000193;
const SEED = 0x811c9dc5 | 0;
const WORD_SEED = 0x2545f491 | 0;

/** Spreads all bits of a hash over those that count. */
const bucketOf = (hash: number): number => {
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (mixed ^ (mixed >>> 13)) & MASK;
};

/** The only letter that takes more code units in lower case. */
const LONGER_IN_LOWER_CASE = '\u0130';

const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13) || code === 0xa0;
/** Letters and digits, roughly: everything beyond Latin punctuation counts as a letter. */
const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code > 0xbf;

/** Lower case, all digits alike, white space as one space each, one at both ends; UTF-16 code units. */
export function codesOf(text: string): Uint16Array {
  const lower = text.replaceAll(LONGER_IN_LOWER_CASE, 'I').toLowerCase();
  const codes = new Uint16Array(lower.length + 2);
  let length = 0;
  codes[length++] = 32;
  for (let index = 0; index < lower.length; index++) {
    const code = lower.charCodeAt(index);
    if (!isSpace(code)) codes[length++] = code >= 48 && code <= 57 ? 48 : code;
    else if (codes[length - 1] !== 32) codes[length++] = 32;
  }
  if (codes[length - 1] !== 32) codes[length++] = 32;
  return codes.subarray(0, length);
}

/** Where in the text the code stands that codesOf has at `at`. */
export function offsetOf(text: string, at: number): number {
  let length = 1;
  let isAfterSpace = true;
  for (let index = 0; index < text.length; index++) {
    const space = isSpace(text.charCodeAt(index));
    if (space && isAfterSpace) continue;
    if (length >= at) return index;
    length++;
    isAfterSpace = space;
  }
  return text.length;
}

/** Stands for a feature that is not there, at the end or the beginning of a text. */
export const NONE = -1;
/** Buckets of three features that begin at the same code unit. */
type Each = (at: number, first: number, second: number, third: number) => void;

/** Runs of 3, 4 and 5 characters, in order. */
export function eachRun(codes: Uint16Array, each: Each): void {
  const last = codes.length - 2;
  for (let at = 0; at < last; at++) {
    const three = Math.imul(Math.imul(Math.imul(SEED ^ codes[at]!, PRIME) ^ codes[at + 1]!, PRIME) ^ codes[at + 2]!, PRIME);
    const four = at + 1 < last ? Math.imul(three ^ codes[at + 3]!, PRIME) : 0;
    const five = at + 2 < last ? Math.imul(four ^ codes[at + 4]!, PRIME) : 0;
    each(at, bucketOf(three), at + 1 < last ? bucketOf(four ^ 0x40) : NONE, at + 2 < last ? bucketOf(five ^ 0x50) : NONE);
  }
}

/** Each word alone, with the one before it, and with the two before it, in order. */
export function eachWord(codes: Uint16Array, each: Each): void {
  let word = WORD_SEED;
  let begin = -1;
  let last = 0;
  let beforeLast = 0;
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at]!;
    if (isLetter(code)) {
      if (begin === -1) begin = at;
      word = Math.imul(word ^ code, PRIME);
    } else if (begin !== -1) {
      const two = Math.imul(last, 31) ^ word;
      const three = Math.imul(Math.imul(beforeLast, 31) ^ last, 37) ^ word;
      each(begin, bucketOf(word), last === 0 ? NONE : bucketOf(two), beforeLast === 0 ? NONE : bucketOf(three));
      beforeLast = last;
      last = word;
      word = WORD_SEED;
      begin = -1;
    }
  }
}
