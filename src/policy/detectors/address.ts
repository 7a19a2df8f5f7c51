// Postal addresses: a number and the name of a street, in the order of either side of the Atlantic. Often wrong: advisory.
import type { Detector } from '../types.ts';
import { inOrder, spansOf } from './spans.ts';
import { traitsOf } from './traits.ts';

const WORD = String.raw`[\p{Lu}][\p{L}.'’-]{1,24}`;
const ENGLISH = String.raw`\d{1,6}[A-Za-z]?,?\s(?:${WORD}\s){1,4}(?:Street|St|Road|Rd|Avenue|Ave|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Place|Pl|Square|Terrace|Way|Highway|Parkway|Crescent)\b\.?`;
const GERMAN = String.raw`(?:${WORD}(?:\s|-)?){0,3}\p{L}{2,24}(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|damm|ufer)\s?\d{1,4}(?:\s?[a-z])?\b`;
const GERMAN_APART = String.raw`(?:${WORD}(?:\s|-)){1,3}(?:Straße|Strasse|Str\.|Weg|Platz|Allee|Gasse|Ring|Damm|Ufer)\s?\d{1,4}(?:\s?[a-z])?\b`;
const ROMANCE = String.raw`\d{0,5},?\s?(?:rue|avenue|boulevard|place|chemin|calle|via|piazza)\s(?:(?:de|du|des|la|le|del|della)\s){0,2}${WORD}(?:\s\d{1,4})?`;
const POST_BOX = String.raw`(?:P\.?\s?O\.?\sBox|Postfach)\s\d{1,8}`;
const anyOf = (...forms: string[]): RegExp => new RegExp(`(?<![\\p{L}\\p{N}])(?:${forms.join('|')})`, 'gu');
const NUMBER_OR_NAME_FIRST = anyOf(ENGLISH, ROMANCE, POST_BOX);
const STREET_FIRST = anyOf(GERMAN_APART, GERMAN);
/** Each word with a capital may begin a street, so the end of one is looked for before. */
const STREET_ENDS = /(?:stra(?:ß|ss)e|str\.|weg|platz|allee|gasse|ring|damm|ufer)\s?\d/i;

export const address: Detector = {
  id: 'pii.address',
  title: 'postal addresses',
  advisory: true,
  maxSpan: 160,
  mayMatch: (text) => traitsOf(text).digits > 0,
  scan: (text) => inOrder([...spansOf(text, NUMBER_OR_NAME_FIRST), ...(STREET_ENDS.test(text) ? spansOf(text, STREET_FIRST) : [])]),
};
