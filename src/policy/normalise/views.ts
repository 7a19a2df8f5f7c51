// A text as people write it can hide what it says: these are the other readings of it, each with the way back to the original. One layer
// of each encoding is undone; plain text costs a look.
import type { Span } from '../types.ts';
import { decodeBase64 } from './base64.ts';
import { unmask } from './look-alikes.ts';
import { originalSpan, type Mapped } from './mapped.ts';
import { Pieces } from './pieces.ts';
import { decodeEntities, decodeEscapes, decodePercent, fold } from './readings.ts';
import { unspell } from './spelled.ts';

/** One reading of a text. */
export interface View {
  text: string;
  /** The span of the original that a span of this text was read from. */
  toOriginal(span: Span): Span;
}

const itself = (span: Span): Span => span;
const asView = (mapped: Mapped): View => ({ text: mapped.text, toOriginal: mapped.before === undefined ? itself : (span) => originalSpan(mapped, span) });

/** All readings; the first is the text itself. What is decoded from base64 is read in all ways but this one. */
export function viewsOf(text: string): View[] {
  const { views, plain } = read(text);
  const pieces = new Pieces();
  for (const piece of decodeBase64(text)) pieces.add(piece);
  // Base64 may itself stand in a string of JSON, or be full of what nobody sees.
  if (plain.text !== text) for (const { text: said, ...span } of decodeBase64(plain.text)) pieces.add({ text: said, ...originalSpan(plain, span) });
  if (pieces.isEmpty) return views;
  const decoded = readingsOf(pieces.text());
  return [...views, ...decoded.map((view) => ({ text: view.text, toOriginal: (span: Span) => pieces.original(view.toOriginal(span)) }))];
}

/** All but what is decoded from base64. */
export const readingsOf = (text: string): View[] => read(text).views;

/** `plain`: with each of these encodings undone. */
function read(text: string): { views: View[]; plain: Mapped } {
  const original: Mapped = { text };
  const folded = fold(original);
  const decoded = decodeEntities(decodeEscapes(decodePercent(folded)));
  const plain = decoded === folded ? folded : fold(decoded);
  const readings = [original, folded, plain, unspell(plain), unmask(plain)];
  return { views: [...new Set(readings)].map(asView), plain };
}
