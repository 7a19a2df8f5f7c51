// Trains the model of injections and writes src/policy/injection/weights.ts. The same data gives the same file.
//
//   node hack/train-injection.ts DATA FILES      DATA: a directory with NAME.jsonl.gz for the sets of hack/injection/data.ts; FILES: one with
//                                                source code and documentation that is harmless, here node_modules after npm ci
//
// Figures come from cross-validation: each text is scored by models that have not seen it. The threshold is chosen there, too.
import { writeFile } from 'node:fs/promises';
import { deflateRawSync } from 'node:zlib';
import { readTexts } from './injection/data.ts';
import { readFiles } from './injection/files.ts';
import { examplesOf } from './injection/examples.ts';
import { randomFrom } from './injection/random.ts';
import { mixed, quantized, train } from './injection/regression.ts';
import { crossValidated, reportOf, thresholdFor } from './injection/validation.ts';

const SEEDS = [1, 2, 3];
/** Of harmless texts, what may be flagged in cross-validation. */
const FALSE_ALARMS = 0.0035;
const MARGIN = 1.5;

const [data, files] = process.argv.slice(2);
if (data === undefined || files === undefined) {
  process.stderr.write('usage: node hack/train-injection.ts DATA FILES\n');
  process.exit(2);
}

const texts = [...readTexts(data), ...readFiles(files)];
const runs = SEEDS.map((seed) => crossValidated(texts, seed, MARGIN));
const thresholds = runs.map((scores) => thresholdFor(scores, FALSE_ALARMS));
const threshold = thresholds.reduce((sum, each) => sum + each) / thresholds.length;
process.stdout.write(`cross-validation, thresholds ${thresholds.map((each) => each.toFixed(2)).join(', ')}:\n`);
process.stdout.write(`${reportOf(runs, FALSE_ALARMS).join('\n')}\n`);

const random = randomFrom(SEEDS[0]!);
// Steps of training are in random order; the mean of several runs depends less on it.
const { bytes, scale, bias } = quantized(mixed(SEEDS.map(() => train(examplesOf(texts, random), random))));
const packed = deflateRawSync(bytes, { level: 9 }).toString('base64');
const fields = { scale, bias, threshold, margin: MARGIN };
await writeFile(
  new URL('../src/policy/injection/weights.ts', import.meta.url),
  [
    '// Written by hack/train-injection.ts: do not edit. docs/injection-model.md says what it is.',
    "import type { StoredModel } from './model.ts';",
    '',
    `export const MODEL: StoredModel = {`,
    ...Object.entries(fields).map(([name, value]) => `  ${name}: ${value},`),
    `  weights: '${packed}',`,
    '};',
    '',
  ].join('\n'),
);
process.stdout.write(`wrote ${packed.length} characters of weights\n`);
