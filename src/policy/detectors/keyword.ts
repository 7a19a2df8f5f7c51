// Words and names that a policy quotes: case, spacing and the usual disguises set aside.
import type { Detector, Span } from '../types.ts';

const DISGUISES: Readonly<Record<string, string>> = { a: '[a4@]', b: '[b8]', e: '[e3]', g: '[g9]', i: '[i1!|]', l: '[l1|]', o: '[o0]', s: '[s5$]', t: '[t7+]', z: '[z2]' };
const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
/** Between letters that are written one by one. */
const GAP = String.raw`[\s._*-]?`;
const SPACED = String.raw`[\s._*-]`;

/** Letters in a row, each perhaps in disguise; and the same letter by letter. */
function patternOf(keyword: string): string {
  const letters = [...keyword.normalize('NFKC').toLowerCase()];
  const plain = letters.map((letter) => (/\s/.test(letter) ? String.raw`[\s_-]*` : (DISGUISES[letter] ?? escape(letter)))).join('');
  const words = letters.filter((letter) => /[\p{L}\p{N}]/u.test(letter));
  // Short words would be found in others that are written apart.
  const apart = words.length < 5 ? [] : [words.map((letter) => DISGUISES[letter] ?? escape(letter)).join(SPACED)];
  return [plain, ...apart].join('|');
}

/** `keywords`: at least one, none empty. */
export function keyword(keywords: readonly string[]): Detector {
  const wanted = [...new Set(keywords.map((word) => word.trim().toLowerCase()).filter((word) => word !== ''))].toSorted();
  const source = wanted.map((word) => `(?:${patternOf(word)})`).join('|');
  const pattern = new RegExp(String.raw`(?<![\p{L}\p{N}])(?:${source})(?:['’]?s|en|er|es)?(?![\p{L}\p{N}])`, 'giu');
  const longest = Math.max(...wanted.map(({ length }) => length));
  const firsts = wanted.map((word) => word[0]!);
  const scan = (text: string): Span[] => [...text.matchAll(pattern)].map(({ 0: match, index }) => ({ start: index, end: index + match.length }));
  return {
    id: `keyword:${wanted.join(',')}`,
    title: `the words ${wanted.map((word) => `"${word}"`).join(', ')}`,
    maxSpan: 2 * longest + 4,
    mayMatch: () => true,
    scan,
    // The end of the text may be the beginning of a name of several words, or of one that is written letter by letter.
    holdFrom(text) {
      const from = Math.max(0, text.length - 2 * longest - 4);
      const tail = text.slice(from).toLowerCase();
      const growing = new RegExp(String.raw`(?:^|[^\p{L}\p{N}])((?:[\p{L}\p{N}$@!|+]${GAP}){1,${2 * longest}})$`, 'u').exec(tail);
      const starts = [...tail.matchAll(/(?<![\p{L}\p{N}])[\p{L}\p{N}$@!|+]/gu)].map(({ index }) => index);
      const start = starts.find((index) => wanted.some((word) => isBeginning(word, tail.slice(index))));
      if (start !== undefined) return from + start;
      return growing === null || !firsts.includes(growing[1]![0]!) ? text.length : from + tail.length - growing[1]!.length;
    },
  };
}

/** Letters of the tail begin the word, spaces and marks between them aside. */
function isBeginning(word: string, tail: string): boolean {
  const plain = (text: string): string => text.replace(/[^\p{L}\p{N}]/gu, '');
  const begun = plain(tail);
  return begun !== '' && plain(word).startsWith(begun);
}
