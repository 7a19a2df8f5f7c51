// The model of injections: logistic regression over hashed features. What it was trained on and how good it is stands in docs/injection-model.md.
import { inflateRawSync } from 'node:zlib';
import { BUCKETS, codesOf, offsetOf } from './features.ts';
import { MODEL } from './weights.ts';
import { largeWindows, smallWindows, sumsOf, type Window } from './windows.ts';
import type { Span } from '../types.ts';

/** What hack/train-injection.ts writes. */
export interface StoredModel {
  /** Signed bytes, one per bucket; raw deflate, base64. */
  weights: string;
  /** Of a weight of 1, in log-odds. */
  scale: number;
  bias: number;
  /** Log-odds from which a text counts as an attack. */
  threshold: number;
  /** Small pieces of a long text have to be surer by so much. */
  margin: number;
}

function unpack(packed: string): Int8Array {
  const bytes = inflateRawSync(Buffer.from(packed, 'base64'));
  if (bytes.length !== BUCKETS)
    throw new Error('the weights of the model of injections do not fit its features; run hack/train-injection.ts');
  return new Int8Array(bytes.buffer, bytes.byteOffset, BUCKETS);
}

let unpacked: Int8Array | undefined;

/** Unpacked once, which takes milliseconds: whoever makes the detector ready does it before there is traffic, and nobody else has to. */
export const weights = (): Int8Array => (unpacked ??= unpack(MODEL.weights));

/** The surest piece of a text. `score`: log-odds above the threshold; more than 0 is an attack. */
export function surest(text: string): { score: number; window: Window } {
  const codes = codesOf(text);
  const { weight, count } = sumsOf(codes, weights());
  let best: { score: number; window: Window } = { score: -Infinity, window: { start: 0, end: codes.length, small: false } };
  for (const window of [...largeWindows(codes.length), ...smallWindows(codes.length)]) {
    const features = count[window.end]! - count[window.start]!;
    if (features === 0) continue;
    const sum = (weight[window.end]! - weight[window.start]!) * MODEL.scale;
    const score = MODEL.bias + sum / Math.sqrt(features) - MODEL.threshold - (window.small ? MODEL.margin : 0);
    if (score > best.score) best = { score, window };
  }
  return best;
}

/** The piece of a text that is most likely an attack; undefined: none is. */
export function findInjection(text: string): Span | undefined {
  const { score, window } = surest(text);
  return score > 0 ? { start: offsetOf(text, window.start), end: offsetOf(text, window.end) } : undefined;
}
