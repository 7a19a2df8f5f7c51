// Payment card numbers: length and first digits as the networks assign them, the check digit, and groups as people write them.
import type { Detector, Span } from '../types.ts';
import { iban } from './iban.ts';
import { digitsOf, hasWordNear, passesLuhn, spansOf } from './spans.ts';
import { traitsOf } from './traits.ts';

/** Groups of digits with one mark between them. */
const RUN = /(?<![\w.+-])\d+(?:[ \t\r\n.-]\d+)*(?![\w-]|[.,]\d)/g;
const MIN_DIGITS = 12;
const MAX_DIGITS = 19;
const CARD_WORDS = /card|karte|credit|kredit|debit|visa|master|maestro|amex|american express|diners|discover|jcb|unionpay|\bpan\b|\bcvv|\bcvc|carte|tarjeta|kaart/i;

interface Network {
  prefix: RegExp;
  lengths: readonly number[];
  /** Numbers of this kind are common enough among others that a word has to say what they are. */
  needsWord?: (length: number) => boolean;
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_none, index) => from + index);

/** Issuer identification numbers, ISO/IEC 7812. */
const NETWORKS: readonly Network[] = [
  { prefix: /^4/, lengths: [13, 16, 18, 19], needsWord: (length) => length !== 16 },
  { prefix: /^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, lengths: [16] },
  { prefix: /^3[47]/, lengths: [15] },
  { prefix: /^3(?:0[0-5]|095|6|[89])/, lengths: range(14, 19), needsWord: (length) => length !== 14 && length !== 16 },
  { prefix: /^(?:6011|64[4-9]|65)/, lengths: range(16, 19), needsWord: (length) => length !== 16 },
  { prefix: /^(?:352[89]|35[3-8]|2131|1800)/, lengths: range(15, 19), needsWord: (length) => length !== 16 },
  // Not assigned, but common in made-up data.
  { prefix: /^35/, lengths: [16], needsWord: () => true },
  { prefix: /^62/, lengths: range(16, 19), needsWord: (length) => length !== 16 },
  { prefix: /^(?:50|5[6-9]|6)/, lengths: range(12, 19), needsWord: () => true },
];

interface Group extends Span {
  length: number;
}

const groupsOf = (text: string, { start, end }: Span): Group[] =>
  [...text.slice(start, end).matchAll(/\d+/g)].map(({ 0: { length }, index }) => ({ start: start + index, end: start + index + length, length }));

/** One run, groups as on a card, or digit by digit. */
function isGrouped(groups: readonly Group[]): boolean {
  const all = (fits: (length: number) => boolean): boolean => groups.every(({ length }) => fits(length));
  return groups.length === 1 || all((length) => length >= 3 && length <= 7) || all((length) => length === 1) || all((length) => length === 2);
}

/** As cards are printed: told apart from numbers beside it, where those are of other lengths and a space stands between. */
const PRINTED = new Set(['4,4,4,4', '4,6,5', '4,6,4', '16', '15']);

function standsOut(text: string, groups: readonly Group[], before: Group | undefined, after: Group | undefined): boolean {
  const isOther = (beside: Group | undefined, own: Group, between: number): boolean =>
    beside === undefined || (beside.length !== own.length && /\s/.test(text[between]!));
  const [first, last] = [groups[0]!, groups.at(-1)!];
  return PRINTED.has(groups.map(({ length }) => length).join()) && isOther(before, first, first.start - 1) && isOther(after, last, last.end);
}

function isCard(text: string, groups: readonly Group[]): boolean {
  const span = { start: groups[0]!.start, end: groups.at(-1)!.end };
  const digits = digitsOf(text.slice(span.start, span.end));
  const networks = NETWORKS.filter(({ prefix, lengths }) => prefix.test(digits) && lengths.includes(digits.length));
  if (networks.length === 0 || new Set(digits).size < 2 || !isGrouped(groups) || !passesLuhn(digits)) return false;
  return networks.some(({ needsWord }) => needsWord?.(digits.length) !== true) || hasWordNear(text, span, CARD_WORDS);
}

/** The longest card that begins with group `first`; undefined: none does. */
function cardAt(text: string, groups: readonly Group[], first: number): Span | undefined {
  let digits = 0;
  let found: Span | undefined;
  for (let last = first; last < groups.length; last++) {
    digits += groups[last]!.length;
    if (digits > MAX_DIGITS) break;
    if (digits < MIN_DIGITS) continue;
    const some = groups.slice(first, last + 1);
    const isWhole = first === 0 && last === groups.length - 1;
    if ((isWhole || standsOut(text, some, groups[first - 1], groups[last + 1])) && isCard(text, some)) found = { start: some[0]!.start, end: groups[last]!.end };
  }
  return found;
}

export const card: Detector = {
  id: 'pii.card',
  title: 'payment card numbers',
  maxSpan: 40,
  mayMatch: (text) => traitsOf(text).digits >= MIN_DIGITS && /\d(?:[ \t\r\n.-]?\d){11}/.test(text),
  scan(text) {
    const spans: Span[] = [];
    for (const run of spansOf(text, RUN)) {
      const groups = groupsOf(text, run);
      for (let first = 0; first < groups.length; first++) {
        const found = groups[first]!.start < (spans.at(-1)?.end ?? 0) ? undefined : cardAt(text, groups, first);
        if (found !== undefined) spans.push(found);
      }
    }
    if (spans.length === 0) return spans;
    // One bank account in a hundred has groups that pass for a card.
    const accounts = iban.scan(text);
    return spans.filter(({ start, end }) => !accounts.some((account) => account.start <= start && end <= account.end));
  },
};
