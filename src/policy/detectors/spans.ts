// What detectors have in common: looking for candidates, and for the words around them.
import type { Span } from '../types.ts';
import { traitsOf } from './traits.ts';

/** UTF-16 code units before and behind a match in which a word about it counts. */
const BEFORE = 48;
const BEHIND = 24;

/** Matches of a global expression that finds nothing empty, in order. matchAll() would copy the expression, and compile a long one anew, each time. */
export function* matchesOf(text: string, pattern: RegExp): Generator<RegExpExecArray> {
  for (let from = 0; ; ) {
    pattern.lastIndex = from;
    const match = pattern.exec(text);
    if (match === null) return;
    from = pattern.lastIndex;
    yield match;
  }
}

/** Matches of a global expression that `accept` agrees to, in order. */
export function spansOf(text: string, pattern: RegExp, accept: (match: RegExpExecArray) => boolean = () => true): Span[] {
  const spans: Span[] = [];
  for (const match of matchesOf(text, pattern)) {
    if (accept(match)) spans.push({ start: match.index, end: match.index + match[0].length });
  }
  return spans;
}

/** A word that says what a number is stands near it. */
export function hasWordNear(text: string, { start, end }: Span, words: RegExp, before = BEFORE, behind = BEHIND): boolean {
  return words.test(text.slice(Math.max(0, start - before), start)) || (behind > 0 && words.test(text.slice(end, end + behind)));
}

/** The same, in front only. */
export const hasWordBefore = (text: string, span: Span, words: RegExp, before = BEFORE): boolean => hasWordNear(text, span, words, before, 0);

export const digitsOf = (text: string): string => text.replace(/\D/g, '');

/** The check of payment cards, and of other numbers: each second digit from the right counts double. */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index]);
    const value = index % 2 === 1 ? digit * 2 : digit;
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
}

/** Three digits in a row somewhere: most texts have none, and then no number needs to be looked for. */
export const hasDigits = (text: string): boolean => traitsOf(text).digits >= 3 && /\d\D?\d\D?\d/.test(text);

/** In order, and of those that overlap only the first. */
export function inOrder(spans: readonly Span[]): Span[] {
  const kept: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    if (span.start >= (kept.at(-1)?.end ?? 0)) kept.push(span);
  }
  return kept;
}
