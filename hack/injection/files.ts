// Source code and documentation as harmless texts: a part of the files below a directory, the same ones in each run.
import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Text } from './data.ts';
import { randomFrom } from './random.ts';

/** Name of their set. */
export const FILES = 'files';

const KINDS = '**/*.{js,mjs,cjs,ts,md,json,py,yaml,yml,sh,html,css,txt}';
const LARGEST = 200_000;
const COUNT = 2000;
/** UTF-16 code units that are taken of each. */
const PIECE = 1400;
const WEIGHT = 2;

/** Pieces of so many files, from anywhere in them. */
export function readFiles(directory: string): Text[] {
  const all = globSync(KINDS, { cwd: directory }).toSorted();
  const random = randomFrom(7);
  const texts: Text[] = [];
  const step = Math.max(1, all.length / COUNT);
  for (let at = 0; at < all.length; at += step) {
    const file = join(directory, all[Math.floor(at)]!);
    const where = random();
    if (!statSync(file).isFile() || statSync(file).size > LARGEST) continue;
    const text = readFileSync(file, 'utf8');
    const from = Math.floor(where * Math.max(0, text.length - PIECE));
    if (text.length > 80) texts.push({ set: FILES, text: text.slice(from, from + PIECE), label: 0, weight: WEIGHT, own: false });
  }
  return texts;
}
