// The ways in which text hides what it says, each undone once. All take a text and give it back unchanged where there is nothing to undo.
import { replaceMapped, type Mapped } from './mapped.ts';

/** Letters that people write all day and that have one form only: accents of Western Europe, Cyrillic, Kana, Han and Hangul. */
const PLAIN = '\\u00c0-\\u00ff\\u0400-\\u045f\\u3041-\\u3096\\u30a1-\\u30fa\\u4e00-\\u9fff\\uac00-\\ud7a3';
/** Source of an expression for a character that may have a plainer form. */
export const FOREIGN_CHARACTER = `[^\\t\\n\\r -~${PLAIN}]`;
const FOREIGN = new RegExp(FOREIGN_CHARACTER, 'gu');
/** Also what controls terminals, and rings and boxes around letters. */
const INVISIBLE = /^[\p{Default_Ignorable_Code_Point}\p{Me}\p{Cc}]$/u;
const DASH = /^[\p{Pd}\u2212]$/u;
const SPACE = /^[\p{Z}\f\v\u0085]$/u;
const DOT = /^[\u00b7\u2022\u2027\u2219\u22c5\u30fb]$/u;
/** Models read these as letters, and nobody sees them. */
const TAGS = { first: 0xe0020, last: 0xe007e, plain: 0x20 };
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

/** Other forms of letters and digits, marks that nobody sees, and dashes, as plain ones. */
export const fold = (mapped: Mapped): Mapped =>
  replaceMapped(replaceMapped(mapped, ACCENTED, ([letters]) => letters.normalize('NFC')), FOREIGN, ([character]) => plain(character));

/** A byte that is no letter spoils no other. */
const percentDecoded = (text: string): string => Buffer.from(text.replaceAll('%', ''), 'hex').toString('utf8');

export const decodePercent = (mapped: Mapped): Mapped => replaceMapped(mapped, /(?:%[0-9a-f]{2})+/gi, ([match]) => percentDecoded(match));

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: ' ', f: ' ', '"': '"', '/': '/', '\\': '\\' };

/** As in a string of JSON or of source code. */
export const decodeEscapes = (mapped: Mapped): Mapped =>
  replaceMapped(mapped, /\\(?:u([0-9a-f]{4})|x([0-9a-f]{2})|([nrtbf"/\\]))/gi, ([match, unicode, byte, letter]) => {
    const hex = unicode ?? byte;
    return hex === undefined ? (ESCAPES[letter!.toLowerCase()] ?? match) : String.fromCharCode(Number.parseInt(hex, 16));
  });

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

export const decodeEntities = (mapped: Mapped): Mapped =>
  replaceMapped(mapped, /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8})(?=;));?/gi, ([match, decimal, hex, name]) => {
    if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? match;
    const code = decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : match;
  });

const WORDS = 'zero oh one two three four five six seven eight nine';
const WOERTER = 'null eins zwei drei vier fünf sechs sieben acht neun';
const SPELLED: Readonly<Record<string, string>> = {
  ...Object.fromEntries(WOERTER.split(' ').map((word, digit) => [word, String(digit)])),
  ...Object.fromEntries(WORDS.replace('oh ', '').split(' ').map((word, digit) => [word, String(digit)])),
  zwo: '2',
  oh: '0',
  fuenf: '5',
};
/** Source of an expression for a digit in words. */
export const NUMBER_WORD = `(?:${Object.keys(SPELLED).join('|')})`;
/** Seven numbers in a row are no sentence. */
const SPELLED_NUMBER = new RegExp(`\\b${NUMBER_WORD}(?:[\\s,.-]+${NUMBER_WORD}){6,}\\b`, 'gi');
const HOST_DOT = String.raw`\s{0,3}(?:\.|[[({<]\s{0,3}(?:dot|punkt)\s{0,3}[\])}>])\s{0,3}`;
const AT = String.raw`\s{0,3}[[({<]\s{0,3}(?:at|ät|klammeraffe)\s{0,3}[\])}>]\s{0,3}`;
// Lengths are bounded, so that the time is, too.
const SPELLED_ADDRESS = new RegExp(String.raw`(?<![\w.+-])([\w.+-]{1,64})${AT}([\w-]{1,63}(?:${HOST_DOT}[\w-]{1,63}){1,8})`, 'gi');
const WORDY_ADDRESS = /(?<![\w.+-])([\w.+-]{1,64}) at ([\w-]{1,63}(?: (?:dot|punkt) [\w-]{1,63}){1,8})\b/gi;
const DOT_IN_BRACKETS = /\s*[[({<]\s*(?:dot|punkt)\s*[\])}>]\s*/gi;

/** Numbers and addresses in words. */
export function unspell(mapped: Mapped): Mapped {
  const numbers = replaceMapped(mapped, SPELLED_NUMBER, ([match]) =>
    match.toLowerCase().split(/[\s,.-]+/).map((word) => SPELLED[word] ?? word).join(''));
  const bracketed = replaceMapped(numbers, SPELLED_ADDRESS, ([, user, host]) => `${user}@${host!.replace(DOT_IN_BRACKETS, '.').replace(/\s+/g, '')}`);
  return replaceMapped(bracketed, WORDY_ADDRESS, ([, user, host]) => `${user}@${host!.replace(/ (?:dot|punkt) /gi, '.')}`);
}
