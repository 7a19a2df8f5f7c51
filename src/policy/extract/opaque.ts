// What only its provider can read, such as the signature of a thought: letters at random, which say nothing. Words and keys in the place of
// it do, and nobody but this would see them.
import { decodeBase64 } from '../normalise/base64.ts';

const LONG_NUMBER = /\d{10}/;
const LETTERS = /^(?:[\w-]+:)?[\w+/=-]*$/;
/** What is encrypted has capitals and small letters in every stretch of this length. */
const STRETCH = 48;
/** Characters of text in a row; bytes at random make fewer, but for one in a thousand signatures. */
const SHORTEST_TEXT = 16;
/** What keys of vendors begin with: a word and a sign at which it ends, or letters of their own. */
const BEGIN_OF_KEY = /^[a-z][a-z0-9]{0,11}[_-]|(?<=[^A-Za-z0-9])(?:[a-z]{2,12}[_-]|A[KS]IA|AIza)/g;
const LONGEST_KEY = 256;

/** Whether a value has the letters of something encoded, of whatever length. */
export const looksEncoded = (value: string): boolean => LETTERS.test(value);

export function isEncrypted(value: string): boolean {
  if (!looksEncoded(value) || LONG_NUMBER.test(value) || value.length < STRETCH) return false;
  for (let at = 0; at + STRETCH <= value.length; at += STRETCH) {
    const stretch = value.slice(at, at + STRETCH);
    if (!/[A-Z]/.test(stretch) || !/[a-z]/.test(stretch)) return false;
  }
  return true;
}

/** What looks encrypted, and may be read all the same: text that is encoded in it, and what may be keys. Most often nothing. */
export function readableIn(encrypted: string): string[] {
  const texts = decodeBase64(encrypted).map(({ text }) => text).filter((text) => text.length >= SHORTEST_TEXT);
  return [...texts, ...[...encrypted.matchAll(BEGIN_OF_KEY)].map(({ index }) => encrypted.slice(index, index + LONGEST_KEY))];
}
