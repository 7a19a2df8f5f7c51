// Cuts what is to be judged into questions that a model reads with care. Nothing is left out: pieces overlap, so that what stands at a
// cut is read whole in one of them.
import type { Part } from '../types.ts';

/** UTF-16 code units of one question, about 6000 tokens. */
const WINDOW = 24_000;
/** About 200 tokens. */
const OVERLAP = 800;
/** What a piece costs besides its text. */
const AROUND = 40;

/** A part as pieces that fit into a question. */
export function splitPart(part: Part): Part[] {
  if (part.text.length <= WINDOW) return [part];
  const pieces: Part[] = [];
  for (let start = 0; start + OVERLAP < part.text.length; start += WINDOW - OVERLAP) {
    pieces.push({ ...part, text: part.text.slice(start, start + WINDOW) });
  }
  return pieces;
}

/** Pieces in order, as many to a question as fit. */
export function windowsOf(pieces: readonly Part[]): Part[][] {
  const windows: Part[][] = [];
  let size = Infinity;
  for (const piece of pieces) {
    if (size + piece.text.length + AROUND > WINDOW + AROUND) {
      windows.push([]);
      size = 0;
    }
    windows.at(-1)!.push(piece);
    size += piece.text.length + AROUND;
  }
  return windows;
}
