// Payment card numbers: length and first digits as the networks assign them, the check digit, and groups as people write them.
import type { Detector } from '../types.ts';
import { digitsOf, hasWordNear, passesLuhn, spansOf } from './spans.ts';

const CANDIDATE = /(?<![\w.+-])\d(?:[ \t\r\n.-]?\d){11,18}(?![\w-]|[.,]\d)/g;
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

/** One run, groups as on a card, or digit by digit. */
function isGrouped(text: string): boolean {
  const groups = text.split(/\D+/).map(({ length }) => length);
  return groups.length === 1 || groups.every((length) => length >= 3 && length <= 7) || groups.every((length) => length === 1) || groups.every((length) => length === 2);
}

export const card: Detector = {
  id: 'pii.card',
  title: 'payment card numbers',
  maxSpan: 40,
  mayMatch: (text) => /\d(?:[ \t\r\n.-]?\d){11}/.test(text),
  scan(text) {
    return spansOf(text, CANDIDATE, ({ 0: match, index }) => {
      const digits = digitsOf(match);
      const networks = NETWORKS.filter(({ prefix, lengths }) => prefix.test(digits) && lengths.includes(digits.length));
      if (networks.length === 0 || !passesLuhn(digits) || new Set(digits).size < 2 || !isGrouped(match)) return false;
      const isPlain = networks.some(({ needsWord }) => needsWord?.(digits.length) !== true);
      return isPlain || hasWordNear(text, { start: index, end: index + match.length }, CARD_WORDS);
    });
  },
};
