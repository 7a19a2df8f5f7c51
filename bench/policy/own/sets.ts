// The texts of this repository: those that are written down in test/fixtures/policy, and those made here from templates, the same in each
// run.
import { fileURLToPath } from 'node:url';
import { setsIn, type Example, type Sets } from '../sets.ts';
import { attacks } from './attacks.ts';
import { diceOf } from './dice.ts';
import { edges, personalData } from './personal.ts';
import { rules } from './rules.ts';
import { secrets } from './secrets.ts';
import { coding, everyday, triggers } from './sentences.ts';

const SEED = 2026;
const WRITTEN = fileURLToPath(new URL('../../../test/fixtures/policy', import.meta.url));

const MADE: Readonly<Record<string, () => Example[]>> = {
  own_pii: () => personalData(diceOf(SEED)),
  own_edges: () => edges(diceOf(SEED + 1)),
  own_secrets: () => secrets(diceOf(SEED + 2)),
  own_benign: () => everyday(diceOf(SEED + 3)),
  own_coding: () => coding(diceOf(SEED + 4)),
  own_triggers: () => triggers(diceOf(SEED + 5)),
  own_injection: () => attacks(diceOf(SEED + 6)),
  own_rules: rules,
};

/** Written ones first. */
export function ownSets(): Sets {
  const written = setsIn(WRITTEN);
  const known = new Map<string, readonly Example[]>();
  return (name) => {
    if (!known.has(name)) {
      const examples = [...(written(name) ?? []), ...(MADE[name]?.() ?? [])];
      if (examples.length > 0) known.set(name, examples);
    }
    return known.get(name);
  };
}
