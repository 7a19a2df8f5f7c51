// A text as people write it can hide what it says: this makes the other readings of it, each with the way back to the original.
import type { Span } from '../types.ts';

/** One reading of a text. */
export interface View {
  text: string;
  /** The span of the original that a span of this text was read from. */
  toOriginal(span: Span): Span;
}

const itself = (span: Span): Span => span;

/** All readings; the first is the text itself. */
export function viewsOf(text: string): View[] {
  return [{ text, toOriginal: itself }];
}
