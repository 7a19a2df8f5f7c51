// The ways in which text hides what it says, each undone once. All take a text and give it back unchanged where there is nothing to undo.
import { replaceMapped, type Mapped } from './mapped.ts';

/** What people write all day and what has one form only: accents of Western Europe, Cyrillic, Kana, Han and Hangul, quotation marks. */
const PLAIN = '\\u00c0-\\u00ff\\u0400-\\u045f\\u3041-\\u3096\\u30a1-\\u30fa\\u4e00-\\u9fff\\uac00-\\ud7a3\\u00ab\\u00bb\\u2018-\\u201e\\u20ac';
/** A character that may have a plainer form. */
const FOREIGN = new RegExp(`[^\\t\\n\\r -~${PLAIN}]`, 'gu');
/** Also what controls terminals, and rings and boxes around letters. */
const INVISIBLE = /^[\p{Default_Ignorable_Code_Point}\p{Me}\p{Cc}]$/u;
const DASH = /^[\p{Pd}\u2212]$/u;
const SPACE = /^[\p{Z}\f\v\u0085]$/u;
const DOT = /^[\u00b7\u2022\u2027\u2219\u22c5\u30fb]$/u;
/** Models read these as letters, and nobody sees them. */
const TAGS = { first: 0xe0020, last: 0xe007e, plain: 0x20 };
const HAS_ACCENT = /[\u0300-\u036f]/;
/** A letter and the accents that follow it. */
const ACCENTED = /\p{L}[\u0300-\u036f]+/gu;
/** Also of other scripts, which NFKC leaves alone. */
const DIGIT = /^\p{Nd}$/u;

function digitOf(character: string): string {
  const code = character.codePointAt(0)!;
  // Digits of a script stand in a row of ten, which begins where no digit is before it.
  let zero = code;
  while (zero > code - 9 && DIGIT.test(String.fromCodePoint(zero - 1))) zero--;
  return String(code - zero);
}

function plain(character: string): string {
  const code = character.codePointAt(0)!;
  if (code >= TAGS.first && code <= TAGS.last) return String.fromCharCode(code - TAGS.first + TAGS.plain);
  if (SPACE.test(character)) return ' ';
  if (DOT.test(character)) return '.';
  if (INVISIBLE.test(character)) return '';
  const normal = character.normalize('NFKC');
  if (DASH.test(normal)) return '-';
  return DIGIT.test(normal) && normal > '9' ? digitOf(normal) : normal;
}

/** As many as a text of any script has; what is plainer for each is looked up again and again. */
const MOST_KNOWN = 4096;
const known = new Map<string, string>();

function plainOf(character: string): string {
  const before = known.get(character);
  if (before !== undefined) return before;
  const found = plain(character);
  if (known.size < MOST_KNOWN) known.set(character, found);
  return found;
}

/** Between words, and not between digits, a dash is no more than what it looks like: no text needs another reading for it. */
const isBetweenWords = (text: string, at: number): boolean =>
  text[at - 1] === ' ' && text[at + 1] === ' ' && !/\d/.test(text.slice(Math.max(0, at - 2), at + 3));

/** Other forms of letters and digits, marks that nobody sees, and dashes, as plain ones. */
export function fold(mapped: Mapped): Mapped {
  const composed = HAS_ACCENT.test(mapped.text) ? replaceMapped(mapped, ACCENTED, ([letters]) => letters.normalize('NFC')) : mapped;
  return replaceMapped(composed, FOREIGN, ({ 0: character, index }) =>
    DASH.test(character) && isBetweenWords(composed.text, index) ? character : plainOf(character),
  );
}

/** A byte that is no letter spoils no other. */
const percentDecoded = (text: string): string => Buffer.from(text.replaceAll('%', ''), 'hex').toString('utf8');

export const decodePercent = (mapped: Mapped): Mapped =>
  mapped.text.includes('%') ? replaceMapped(mapped, /(?:%[0-9a-f]{2})+/gi, ([match]) => percentDecoded(match)) : mapped;

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: ' ', f: ' ', '"': '"', '/': '/', '\\': '\\' };

/** As in a string of JSON or of source code. */
export function decodeEscapes(mapped: Mapped): Mapped {
  if (!mapped.text.includes('\\')) return mapped;
  return replaceMapped(mapped, /\\(?:u([0-9a-f]{4})|x([0-9a-f]{2})|([nrtbf"/\\]))/gi, ([match, unicode, byte, letter]) => {
    const hex = unicode ?? byte;
    return hex === undefined ? (ESCAPES[letter!.toLowerCase()] ?? match) : String.fromCharCode(Number.parseInt(hex, 16));
  });
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  apos: "'",
  colon: ':',
  commat: '@',
  dash: '-',
  equals: '=',
  gt: '>',
  hyphen: '-',
  lt: '<',
  nbsp: ' ',
  period: '.',
  quot: '"',
  shy: '',
  zwj: '',
  zwnj: '',
};

export function decodeEntities(mapped: Mapped): Mapped {
  if (!mapped.text.includes('&')) return mapped;
  return replaceMapped(mapped, /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8})(?=;));?/gi, ([match, decimal, hex, name]) => {
    if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? match;
    const code = decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : match;
  });
}
