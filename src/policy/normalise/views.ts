// A text as people write it can hide what it says: these are the other readings of it, each with the way back to the original. One layer
// of each encoding is undone; plain text costs a look.
import type { Span } from '../types.ts';
import { decodeBase64 } from './base64.ts';
import { originalSpan, type Mapped } from './mapped.ts';
import { DISGUISED, unmask } from './look-alikes.ts';
import { decodeEntities, decodeEscapes, decodePercent, fold, FOREIGN_CHARACTER, NUMBER_WORD, unspell } from './readings.ts';

/** One reading of a text. */
export interface View {
  text: string;
  /** The span of the original that a span of this text was read from. */
  toOriginal(span: Span): Span;
}

const itself = (span: Span): Span => span;
/** Anything that one of the readings could change. */
const HIDES = new RegExp(
  [
    FOREIGN_CHARACTER,
    '%[0-9a-f]{2}',
    String.raw`\\[unxrtbf"/\\]`,
    String.raw`&\w{2,8};`,
    String.raw`&#x?\d`,
    String.raw`${NUMBER_WORD}[\s,.-]+${NUMBER_WORD}`,
    String.raw`[[({<]\s*(?:at|ät)\s*[\])}>]`,
    ' (?:dot|punkt) ',
  ].join('|'),
  'i',
);

const MASKED = new RegExp(DISGUISED, 'iu');
const isMasked = (text: string): boolean => /[\u0080-\uffff]/.test(text) && MASKED.test(text);

const asView = (mapped: Mapped): View => ({ text: mapped.text, toOriginal: (span) => originalSpan(mapped, span) });

/** All readings; the first is the text itself. What is decoded from base64 is read in all ways but this one. */
export function viewsOf(text: string): View[] {
  const views = readingsOf(text);
  for (const { text: decoded, start, end } of decodeBase64(text)) {
    for (const reading of readingsOf(decoded)) views.push({ text: reading.text, toOriginal: () => ({ start, end }) });
  }
  return views;
}

/** All but what is decoded from base64. */
export function readingsOf(text: string): View[] {
  const views: View[] = [{ text, toOriginal: itself }];
  if (HIDES.test(text)) {
    const original: Mapped = { text };
    const folded = fold(original);
    if (folded !== original) views.push(asView(folded));
    const decoded = decodeEntities(decodeEscapes(decodePercent(folded)));
    const plain = decoded === folded ? folded : fold(decoded);
    if (plain !== folded) views.push(asView(plain));
    const told = unspell(plain);
    if (told !== plain) views.push(asView(told));
    if (isMasked(plain.text)) views.push(asView(unmask(plain)));
  } else if (isMasked(text)) views.push(asView(unmask({ text })));
  return views;
}
