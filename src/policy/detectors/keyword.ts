// Words and names that a policy quotes: case, spacing and the usual disguises set aside.
import type { Detector, Span } from '../types.ts';
import { spansOf } from './spans.ts';

const DISGUISES: Readonly<Record<string, string>> = { a: '[a4@]', b: '[b8]', e: '[e3]', g: '[g9]', i: '[i1!|]', l: '[l1|]', o: '[o0]', s: '[s5$]', t: '[t7+]', z: '[z2]' };
const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
/** Between letters that are written one by one. */
const SPACED = String.raw`[\s._*-]`;

/** Letters in a row, each perhaps in disguise; and the same letter by letter. */
function formsOf(keyword: string): string[][] {
  const letters = [...keyword.normalize('NFKC').toLowerCase()];
  const plain = letters.map((letter) => (/\s/.test(letter) ? String.raw`[\s_-]*` : (DISGUISES[letter] ?? escape(letter))));
  const words = letters.filter((letter) => /[\p{L}\p{N}]/u.test(letter));
  // Short words would be found in others that are written apart.
  const apart = words.length < 5 ? [] : [words.flatMap((letter, index) => [...(index === 0 ? [] : [SPACED]), DISGUISES[letter] ?? escape(letter)])];
  return [plain, ...apart];
}

const patternOf = (keyword: string): string => formsOf(keyword).map((form) => form.join('')).join('|');
/** The same as far as it has come. */
const beginningsOf = (keyword: string): string[] => formsOf(keyword).map((form) => form.reduceRight((rest, unit) => (rest === '' ? unit : `${unit}(?:${rest})?`), ''));

/** `keywords`: at least one, none empty. */
export function keyword(keywords: readonly string[]): Detector {
  const wanted = [...new Set(keywords.map((word) => word.trim().toLowerCase()).filter((word) => word !== ''))].toSorted();
  const source = wanted.map((word) => `(?:${patternOf(word)})`).join('|');
  const pattern = new RegExp(String.raw`(?<![\p{L}\p{N}])(?:${source})(?:['’]?s|en|er|es)?(?![\p{L}\p{N}])`, 'giu');
  const longest = Math.max(...wanted.map(({ length }) => length));
  const beginning = new RegExp(String.raw`(?<![\p{L}\p{N}])(?:${wanted.flatMap(beginningsOf).join('|')})$`, 'iu');
  const scan = (text: string): Span[] => spansOf(text, pattern);
  return {
    id: `keyword:${wanted.join(',')}`,
    title: `the words ${wanted.map((word) => `"${word}"`).join(', ')}`,
    maxSpan: 2 * longest + 4,
    mayMatch: () => true,
    scan,
    // The end of the text may be the beginning of a name of several words, or of one that is written letter by letter.
    holdFrom(text) {
      const from = Math.max(0, text.length - 2 * longest - 4);
      const begun = beginning.exec(text.slice(from));
      return begun === null ? text.length : from + begun.index;
    },
  };
}
