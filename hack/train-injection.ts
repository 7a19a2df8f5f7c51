// Trains the model of injections and writes src/policy/injection/weights.ts. The same data gives the same file.
//
//   node hack/train-injection.ts DATA FILES      DATA: a directory with NAME.jsonl.gz for the sets of hack/injection/data.ts; FILES: one with
//                                                source code and documentation that is harmless, here node_modules after npm ci
//
// Figures come from cross-validation: each text is scored by a model that has not seen it. The threshold is chosen there, too.
import { writeFile } from 'node:fs/promises';
import { deflateRawSync } from 'node:zlib';
import { readTexts, type Text } from './injection/data.ts';
import { readFiles } from './injection/files.ts';
import { examplesOf } from './injection/examples.ts';
import { randomFrom } from './injection/random.ts';
import { quantized, scoreOf, train } from './injection/regression.ts';

const FOLDS = 5;
const SEED = 1;
/** Of harmless texts, what may be flagged in cross-validation. */
const FALSE_ALARMS = 0.004;
const MARGIN = 1.5;

const [data, files] = process.argv.slice(2);
if (data === undefined || files === undefined) {
  process.stderr.write('usage: node hack/train-injection.ts DATA FILES\n');
  process.exit(2);
}

const texts = [...readTexts(data), ...readFiles(files)];
const measured = texts.filter(({ own }) => !own);
const random = randomFrom(SEED);
const foldOf = new Map(measured.map((text) => [text, Math.floor(random() * FOLDS)]));

const scores = new Map<Text, number>();
for (let fold = 0; fold < FOLDS; fold++) {
  const model = quantized(
    train(
      examplesOf(
        texts.filter((text) => foldOf.get(text) !== fold),
        random,
      ),
      random,
    ),
  );
  for (const text of measured) if (foldOf.get(text) === fold) scores.set(text, scoreOf(model, text.text, MARGIN));
}

// Files are many, and easy to tell: they must not decide where the threshold is.
const benign = measured
  .filter(({ label, set }) => label === 0 && set !== 'files')
  .map((text) => scores.get(text)!)
  .toSorted((a, b) => b - a);
const threshold = benign[Math.floor(benign.length * FALSE_ALARMS)]!;
const share = (list: readonly Text[]): string =>
  `${((100 * list.filter((text) => scores.get(text)! > threshold).length) / list.length).toFixed(1)} % of ${list.length}`;

process.stdout.write(`cross-validation, ${FOLDS} folds; flagged at threshold ${threshold.toFixed(3)}:\n`);
for (const set of new Set(measured.map((text) => text.set))) {
  for (const label of [1, 0] as const) {
    const rows = measured.filter((text) => text.set === set && text.label === label);
    if (rows.length > 0) process.stdout.write(`  ${set} ${label === 1 ? 'attacks' : 'harmless'}: ${share(rows)}\n`);
  }
}
process.stdout.write(`  all harmless but files: ${share(measured.filter(({ label, set }) => label === 0 && set !== 'files'))}\n`);

const { bytes, scale, bias } = quantized(train(examplesOf(texts, random), random));
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
