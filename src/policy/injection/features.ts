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

const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13) || code === 0xa0;
/** Letters and digits, roughly: everything beyond Latin punctuation counts as a letter. */
const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code > 0xbf;

/** Lower case, all digits alike, white space as one space each; UTF-16 code units. */
export function codesOf(text: string): Uint16Array {
  const lower = text.toLowerCase();
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

/** Calls `each` with the bucket of every feature and the code unit at which it begins, in order of characters first, words last. */
export function eachFeature(codes: Uint16Array, each: (bucket: number, at: number) => void): void {
  const { length } = codes;
  for (let at = 0; at + 2 < length; at++) {
    let hash = Math.imul(Math.imul(Math.imul(SEED ^ codes[at]!, PRIME) ^ codes[at + 1]!, PRIME) ^ codes[at + 2]!, PRIME);
    each(bucketOf(hash), at);
    if (at + 3 >= length) continue;
    hash = Math.imul(hash ^ codes[at + 3]!, PRIME);
    each(bucketOf(hash ^ 0x40), at);
    if (at + 4 >= length) continue;
    hash = Math.imul(hash ^ codes[at + 4]!, PRIME);
    each(bucketOf(hash ^ 0x50), at);
  }
  let word = WORD_SEED;
  let begin = -1;
  let last = 0;
  let beforeLast = 0;
  for (let at = 0; at < length; at++) {
    const code = codes[at]!;
    if (isLetter(code)) {
      if (begin === -1) begin = at;
      word = Math.imul(word ^ code, PRIME);
    } else if (begin !== -1) {
      each(bucketOf(word), begin);
      if (last !== 0) each(bucketOf(Math.imul(last, 31) ^ word), begin);
      if (beforeLast !== 0) each(bucketOf(Math.imul(Math.imul(beforeLast, 31) ^ last, 37) ^ word), begin);
      beforeLast = last;
      last = word;
      word = WORD_SEED;
      begin = -1;
    }
  }
}
