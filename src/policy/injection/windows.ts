// A long text is judged in pieces, so that an attack is found in the middle of a document: pieces of two sizes, since short attacks drown in
// large pieces and long ones show only in large pieces.
import { eachRun, eachWord, NONE } from './features.ts';

/** A piece of a text; code units of codesOf, end exclusive. */
export interface Window {
  start: number;
  end: number;
  small: boolean;
}

/** Code units of a piece. */
export const LARGE = 1000;
export const SMALL = 300;
/** A text that is not much longer than a piece is one. */
const SLACK = 1.5;

function piecesOf(length: number, size: number, step: number, small: boolean): Window[] {
  if (length <= size * SLACK) return [{ start: 0, end: length, small }];
  const pieces: Window[] = [];
  for (let start = 0; start < length - size + step; start += step) pieces.push({ start, end: Math.min(length, start + size), small });
  return pieces;
}

export const largeWindows = (length: number): Window[] => piecesOf(length, LARGE, LARGE / 2, false);
export const smallWindows = (length: number): Window[] => (length <= SMALL * SLACK ? [] : piecesOf(length, SMALL, SMALL / 2, true));

/** Sums up to each code unit, so that the sum of any piece is one subtraction. */
export interface Sums {
  /** Of the weights of the features that begin before it. */
  weight: Int32Array;
  /** Of their number. */
  count: Int32Array;
}

/** `weights`: by bucket. */
export function sumsOf(codes: Uint16Array, weights: Int8Array): Sums {
  const weight = new Int32Array(codes.length + 1);
  const count = new Int32Array(codes.length + 1);
  const of = (bucket: number): number => (bucket === NONE ? 0 : weights[bucket]!);
  const one = (bucket: number): number => (bucket === NONE ? 0 : 1);
  eachWord(codes, (at, first, second, third) => {
    weight[at + 1] = of(first) + of(second) + of(third);
    count[at + 1] = 1 + one(second) + one(third);
  });
  let sum = 0;
  let number = 0;
  let end = 0;
  eachRun(codes, (at, first, second, third) => {
    end = at + 1;
    sum += weight[end]! + of(first) + of(second) + of(third);
    number += count[end]! + 1 + one(second) + one(third);
    weight[end] = sum;
    count[end] = number;
  });
  for (let at = end + 1; at <= codes.length; at++) {
    weight[at]! += weight[at - 1]!;
    count[at]! += count[at - 1]!;
  }
  return { weight, count };
}
