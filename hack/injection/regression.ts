// Logistic regression by stochastic gradient descent with a rate for each weight (AdaGrad).
import { BUCKETS, codesOf } from '../../src/policy/injection/features.ts';
import { largeWindows, smallWindows, sumsOf } from '../../src/policy/injection/windows.ts';
import type { Example } from './examples.ts';
import { shuffle } from './random.ts';

export interface Model {
  weights: Float32Array;
  bias: number;
}

const EPOCHS = 12;
const RATE = 0.5;
const DECAY = 1e-6;
/** What is so sure already teaches nothing. */
const SURE = 1e-3;

/** Sorts the examples anew. */
export function train(examples: Example[], random: () => number): Model {
  const weights = new Float32Array(BUCKETS);
  const seen = new Float32Array(BUCKETS).fill(1e-6);
  let bias = 0;
  let seenBias = 1e-6;
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    shuffle(examples, random);
    for (const { buckets, values, label, weight } of examples) {
      let sum = bias;
      for (let index = 0; index < buckets.length; index++) sum += weights[buckets[index]!]! * values[index]!;
      const slope = (1 / (1 + Math.exp(-sum)) - label) * weight;
      if (Math.abs(slope) < SURE) continue;
      for (let index = 0; index < buckets.length; index++) {
        const bucket = buckets[index]!;
        const gradient = slope * values[index]! + DECAY * weights[bucket]!;
        seen[bucket]! += gradient * gradient;
        weights[bucket]! -= (RATE * gradient) / Math.sqrt(seen[bucket]!);
      }
      seenBias += slope * slope;
      bias -= (RATE * slope) / Math.sqrt(seenBias);
    }
  }
  return { weights, bias };
}

/** The mean of models. */
export function mixed(models: readonly Model[]): Model {
  const share = 1 / models.length;
  const weights = new Float32Array(BUCKETS);
  for (const model of models) for (let bucket = 0; bucket < BUCKETS; bucket++) weights[bucket]! += share * model.weights[bucket]!;
  return { weights, bias: models.reduce((sum, { bias }) => sum + share * bias, 0) };
}

/** As it is stored: weights in bytes, `scale` gives them their size back. */
export interface Quantized {
  bytes: Int8Array;
  scale: number;
  bias: number;
}

/** The largest weights are cut off, so that the others keep their differences. */
export function quantized({ weights, bias }: Model): Quantized {
  const sizes = weights.map(Math.abs).toSorted();
  const largest = sizes[Math.floor(sizes.length * 0.9999)]!;
  const scale = largest / 127;
  return { bytes: Int8Array.from(weights, (weight) => Math.max(-127, Math.min(127, Math.round(weight / scale)))), scale, bias };
}

/** Log-odds of a text: of its surest piece. `margin`: see StoredModel. */
export function scoreOf({ bytes, scale, bias }: Quantized, text: string, margin: number): number {
  const codes = codesOf(text);
  const { weight, count } = sumsOf(codes, bytes);
  let best = -Infinity;
  for (const { start, end, small } of [...largeWindows(codes.length), ...smallWindows(codes.length)]) {
    const features = count[end]! - count[start]!;
    if (features > 0) best = Math.max(best, bias + ((weight[end]! - weight[start]!) * scale) / Math.sqrt(features) - (small ? margin : 0));
  }
  return best;
}
