// Cross-validation: each text is scored by a model that has not seen it, and that several times over, since one division of the texts says little.
import { examplesOf } from './examples.ts';
import type { Text } from './data.ts';
import { FILES } from './files.ts';
import { randomFrom } from './random.ts';
import { quantized, scoreOf, train } from './regression.ts';

const FOLDS = 5;

/** Sets of harmless texts that the threshold is chosen on. Files are many, and easy to tell; deepset and moderation are harmless with errors. */
const POOL = new Set(['injection_notinject', 'benign_wildguard', 'overblock_cyber_frr', 'overblock_xstest', 'benign_clinc150_test']);

/** Log-odds of texts by models that have not seen them. */
export type Scores = ReadonlyMap<Text, number>;

/** `texts`: those that are only trained on, too. */
export function crossValidated(texts: readonly Text[], seed: number, margin: number): Scores {
  const measured = texts.filter(({ own }) => !own);
  const random = randomFrom(seed);
  const foldOf = new Map(measured.map((text) => [text, Math.floor(random() * FOLDS)]));
  const scores = new Map<Text, number>();
  for (let fold = 0; fold < FOLDS; fold++) {
    const seen = texts.filter((text) => foldOf.get(text) !== fold);
    const model = quantized(train(examplesOf(seen, random), random));
    for (const text of measured) if (foldOf.get(text) === fold) scores.set(text, scoreOf(model, text.text, margin));
  }
  return scores;
}

/** Above which a share of the harmless texts lies. */
export function thresholdFor(scores: Scores, share: number): number {
  const harmless = [...scores].filter(([{ label, set }]) => label === 0 && POOL.has(set)).map(([, score]) => score);
  return harmless.toSorted((a, b) => b - a)[Math.floor(harmless.length * share)]!;
}

interface Group {
  name: string;
  has(text: Text): boolean;
}

function groupsOf(texts: readonly Text[]): Group[] {
  const sets = [...new Set(texts.filter(({ own }) => !own).map(({ set }) => set))];
  const each = sets.flatMap((set) =>
    ([1, 0] as const).map((label) => ({
      name: `${set}, ${label === 1 ? 'attacks' : 'harmless'}`,
      has: (text: Text) => text.set === set && text.label === label,
    })),
  );
  const pool = { name: 'harmless sets that the threshold is chosen on', has: ({ set, label }: Text) => label === 0 && POOL.has(set) };
  return [...each, pool].filter(({ name, has }) => name.startsWith(FILES) || texts.some(has));
}

/** Lines of a table: what is flagged at the threshold of its run; mean, and the lowest and highest of the runs. */
export function reportOf(runs: readonly Scores[], share: number): string[] {
  const [first] = runs;
  if (first === undefined) return [];
  return groupsOf([...first.keys()]).flatMap(({ name, has }) => {
    const shares = runs.map((scores) => {
      const threshold = thresholdFor(scores, share);
      const rows = [...scores].filter(([text]) => has(text));
      return (100 * rows.filter(([, score]) => score > threshold).length) / rows.length;
    });
    const number = [...first.keys()].filter(has).length;
    if (number === 0) return [];
    const mean = shares.reduce((sum, each) => sum + each) / shares.length;
    return [`| ${name} | ${mean.toFixed(1)} % | ${Math.min(...shares).toFixed(1)} to ${Math.max(...shares).toFixed(1)} % | ${number} |`];
  });
}
