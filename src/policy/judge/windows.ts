// Cuts what is to be judged into questions that a model reads with care. Nothing is left out: pieces overlap, so that what stands at a
// cut is read whole in one of them.
import type { Part } from '../types.ts';
import type { Surroundings } from './line.ts';
import type { Unit } from './units.ts';

/** UTF-16 code units of one question, about 6000 tokens. */
const WINDOW = 24_000;
/** About 200 tokens. */
const OVERLAP = 800;
/** What a piece costs besides its text. */
const AROUND = 40;
/** UTF-16 code units of one part of the context: its end, which is nearest to what follows. */
const CONTEXT_REACH = 2000;

/** As much of a unit as fits into a question. */
export interface Piece {
  unit: Unit;
  text: string;
  /** Where it begins in the text of the part. */
  start: number;
}

function piecesOf(unit: Unit): Piece[] {
  const { text } = unit.part;
  if (text.length <= WINDOW) return [{ unit, text, start: 0 }];
  const pieces: Piece[] = [];
  for (let start = 0; start + OVERLAP < text.length; start += WINDOW - OVERLAP) {
    pieces.push({ unit, text: text.slice(start, start + WINDOW), start });
  }
  return pieces;
}

/** Pieces of one line in order, as many to a question as fit. */
export function windowsOf(units: readonly Unit[]): Piece[][] {
  return [...Map.groupBy(units, ({ line }) => line).values()].flatMap(windowsOfLine);
}

function windowsOfLine(units: readonly Unit[]): Piece[][] {
  const windows: Piece[][] = [];
  let size = Infinity;
  for (const piece of units.flatMap(piecesOf)) {
    if (size + piece.text.length + AROUND > WINDOW + AROUND) {
      windows.push([]);
      size = 0;
    }
    windows.at(-1)!.push(piece);
    size += piece.text.length + AROUND;
  }
  return windows;
}

/** Of each unit: all that a judge is shown in the windows that hold pieces of it. */
export function surroundingsIn(windows: readonly (readonly Piece[])[]): Map<Unit, Surroundings> {
  const reaches = new Map<Unit, { first: number; last: number }>();
  for (const window of windows) {
    const places = window.map(({ unit }) => unit.index);
    const [first, last] = [Math.min(...places), Math.max(...places)];
    for (const { unit } of window) {
      const known = reaches.get(unit);
      reaches.set(unit, { first: Math.min(first, known?.first ?? first), last: Math.max(last, known?.last ?? last) });
    }
  }
  return new Map([...reaches].map(([unit, { first, last }]) => [unit, unit.line.around(unit.index, first, last)]));
}

/** All that the pieces of one question need to be understood, as far as it is not asked about itself. */
export function contextOf(window: readonly Piece[]): Part[] {
  const asked = new Set(window.map(({ unit }) => unit.part));
  const before = new Set(window.flatMap(({ unit }) => unit.context));
  return [...before]
    .filter((part) => !asked.has(part))
    .map((part) => (part.text.length <= CONTEXT_REACH ? part : { ...part, text: part.text.slice(-CONTEXT_REACH) }));
}
