// The ways in which text hides what it says, each undone once. All take a text and give it back unchanged where there is nothing to undo.
import { replaceMapped, type Mapped } from './mapped.ts';

/** What people write all day and what has one form only: accents of Western Europe, Cyrillic, Kana, Han and Hangul, quotation marks. */
const PLAIN = '\\u00c0-\\u00ff\\u0400-\\u045f\\u3041-\\u3096\\u30a1-\\u30fa\\u4e00-\\u9fff\\uac00-\\ud7a3\\u00ab\\u00bb\\u2018-\\u201e\\u20ac';
/** A character that may have a plainer form. */
const FOREIGN = new RegExp(`[^\\t\\n\\r -~${PLAIN}]`, 'gu');
/** Also what controls terminals and layout, rings and boxes around letters, halves of characters, and Braille without a dot. */
const INVISIBLE = /^[\p{Default_Ignorable_Code_Point}\p{Me}\p{Cc}\p{Cf}\p{Cs}\u2800]$/u;
const DASH = /^[\p{Pd}\u2212]$/u;
const SPACE = /^[\p{Z}\f\v\u0085]$/u;
const DOT = /^[\u00b7\u2022\u2027\u2219\u22c5\u30fb]$/u;
/** Models read these as letters, and nobody sees them. */
const TAGS = { first: 0xe0020, last: 0xe007e, plain: 0x20 };
/** Letters and digits in rings, boxes and brackets, in rows: first and last, and what the first one is. */
const ENCLOSED: readonly [first: number, last: number, plain: string][] = [
  [0x2474, 0x247c, '1'],
  [0x2488, 0x2490, '1'],
  [0x2776, 0x277e, '1'],
  [0x2780, 0x2788, '1'],
  [0x278a, 0x2792, '1'],
  [0x1f101, 0x1f10a, '0'],
  [0x1f150, 0x1f169, 'a'],
  [0x1f170, 0x1f189, 'a'],
  [0x1f1e6, 0x1f1ff, 'a'],
];
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
  const row = ENCLOSED.find(([first, last]) => code >= first && code <= last);
  if (row !== undefined) return String.fromCharCode(row[2].charCodeAt(0) + code - row[0]);
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

/** Values of a form, where a plus stands for a space. */
const FORM_VALUE = /(?:=|%3d)[\w.%~-]{0,200}(?:\+[\w.%~-]{0,200}){1,64}/gi;

/** As in addresses and forms. */
export function decodePercent(mapped: Mapped): Mapped {
  const { text } = mapped;
  const spaced = text.includes('+') ? replaceMapped(mapped, FORM_VALUE, ([match]) => match.replaceAll('+', ' ')) : mapped;
  return text.includes('%') ? replaceMapped(spaced, /(?:%[0-9a-f]{2})+/gi, ([match]) => percentDecoded(match)) : spaced;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: ' ', f: ' ', '"': '"', '/': '/', '\\': '\\' };

const ESCAPE =
  /\\{1,4}u(?:([0-9a-fA-F]{4})|\{([0-9a-fA-F]{1,6})\})|\\{1,4}x([0-9a-fA-F]{2})|\\U(0[0-9a-fA-F]{7})|\\([nrtbfNRTBF"/\\])/g;

/** As in a string of JSON or of source code; signs before the letter may have been escaped themselves. */
export function decodeEscapes(mapped: Mapped): Mapped {
  if (!mapped.text.includes('\\')) return mapped;
  return replaceMapped(mapped, ESCAPE, ([match, unicode, braced, byte, long, letter]) => {
    const hex = unicode ?? braced ?? byte ?? long;
    if (hex === undefined) return ESCAPES[letter!.toLowerCase()] ?? match;
    const code = Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : match;
  });
}

const SIGNS: Readonly<Record<string, string>> = {
  '&': 'amp',
  "'": 'apos',
  ':': 'colon',
  ',': 'comma',
  '@': 'commat',
  '-': 'dash hyphen ndash mdash minus horbar',
  '$': 'dollar',
  '=': 'equals',
  '>': 'gt',
  '(': 'lpar',
  ')': 'rpar',
  '_': 'lowbar',
  '<': 'lt',
  '#': 'num',
  '%': 'percnt',
  '.': 'period middot',
  '+': 'plus',
  '"': 'quot',
  '/': 'sol',
  '\\': 'bsol',
  ' ': 'nbsp ensp emsp thinsp hairsp numsp puncsp tab',
  '\n': 'newline',
  '': 'shy zwj zwnj zerowidthspace lrm rlm nobreak',
};
/** By the name of an entity of HTML, in small letters. */
const ENTITIES: ReadonlyMap<string, string> = new Map(
  Object.entries(SIGNS).flatMap(([sign, names]) => names.split(' ').map((name) => [name, sign] as const)),
);

export function decodeEntities(mapped: Mapped): Mapped {
  if (!mapped.text.includes('&')) return mapped;
  return replaceMapped(mapped, /&(?:#0{0,9}(\d{1,7})|#x0{0,9}([0-9a-f]{1,6})|([a-z]{2,16})(?=;));?/gi, ([match, decimal, hex, name]) => {
    if (name !== undefined) return ENTITIES.get(name.toLowerCase()) ?? match;
    const code = decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : match;
  });
}
