// Keys that tell by their form who has issued them.
import type { Detector, Span } from '../../types.ts';
import { inOrder, spansOf } from '../spans.ts';
import { traitsOf } from '../traits.ts';
import { holdLongRun, LONGEST } from './long-runs.ts';
import { looksRandom } from './randomness.ts';
import { FORMATS, type Format } from './vendor-formats.ts';

const anyOf = (formats: readonly Format[]): RegExp =>
  new RegExp(`(?<![A-Za-z0-9])(?:${formats.map(({ form }) => form).join('|')})(?![A-Za-z0-9])`, 'g');
const STRONG = anyOf(FORMATS.filter(({ weak }) => !weak));
const WEAK = anyOf(FORMATS.filter(({ weak }) => weak));
/** Words of prose are shorter, and names in source code have no digits. */
const SHORTEST = 19;
const MAY_HOLD = /\d|[A-Z]{8}/;
/** Two capitals in a row, or one letter between two: words that are written together have few of these, and keys without a digit many. */
const UNLIKE_WORDS = /[A-Z]{2}|[A-Z][a-z](?=[A-Z])/g;
const HAS_PREFIX = /[A-Za-z0-9][_-]/;
const isUnlikeWords = (run: string): boolean => HAS_PREFIX.test(run) && (run.match(UNLIKE_WORDS)?.length ?? 0) >= 2 && /[a-z]/.test(run);
/** As in the documentation of vendors. */
const SPECIMEN = /EXAMPLE|example|x{6,}|X{6,}|(.)\1{11,}|your[_-]/;

const isSpecimen = (text: string): boolean => SPECIMEN.test(text);

function keysIn(run: string): Span[] {
  return [
    ...spansOf(run, STRONG, ({ 0: match }) => !isSpecimen(match)),
    ...spansOf(run, WEAK, ({ 0: match }) => !isSpecimen(match) && looksRandom(match)),
  ];
}

const isLong = ({ start, end }: Span): boolean => end - start >= SHORTEST;

export const vendorKey: Detector = {
  id: 'secret.vendor-key',
  title: 'keys and tokens in the documented formats of their vendors, and hashes of passwords',
  maxSpan: LONGEST,
  mayMatch: (text) => traitsOf(text).runs.some(isLong),
  scan(text) {
    const spans: Span[] = [];
    for (const span of traitsOf(text).runs) {
      if (!isLong(span)) continue;
      const run = text.slice(span.start, span.end);
      if (!MAY_HOLD.test(run) && !isUnlikeWords(run)) continue;
      for (const { start, end } of keysIn(run)) spans.push({ start: span.start + start, end: span.start + end });
    }
    return inOrder(spans);
  },
  holdFrom: holdLongRun,
};
