// Insertions are found near where they stand, and that must not depend on how far from the beginning of a sentence this is.
import { expect, it } from 'vitest';
import { findInsertions } from '../../../src/policy/compile/insertions.ts';

const SENTENCES = [
  '§ may, except for §, not be shared',
  '§ may (even if the customer agrees) not be shared',
  'nobody, unless the customer agrees, may share §',
  '§ darf, außer in tests, nicht weitergegeben werden',
  `§ with ${'very '.repeat(200)}long names, except for §, must not be shared`,
];
const PLACES = [1, 40, 100, 200, 400].map((items) => 'letters, '.repeat(items));

it.each(SENTENCES)('is found in and after a list of any length: %s', (sentence) => {
  const found = PLACES.map((list) => findInsertions(list + sentence).map(({ start, end, kind }) => [start - list.length, end - list.length, kind]));
  expect(found[0]).toHaveLength(1);
  for (const other of found) expect(other).toEqual(found[0]);
});
