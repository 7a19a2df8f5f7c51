// Arguments that come piece by piece are one JSON text in every case.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PartialArgs } from '../../../src/dialects/google/partial-args.ts';

const step = fc.constantFrom('.a', '.b', '[0]', '[1]', "['c d']", '["e"]');
const path = fc.array(step, { maxLength: 4 }).map((steps) => `$${steps.join('')}`);
const value = fc.oneof(
  fc.record({ stringValue: fc.string({ unit: 'grapheme' }) }),
  fc.record({ numberValue: fc.double() }),
  fc.record({ boolValue: fc.boolean() }),
  fc.constant({ nullValue: 'NULL_VALUE' }),
  fc.jsonValue().map((other) => ({ stringValue: other })),
);
const piece = fc
  .tuple(fc.oneof(path, fc.jsonValue()), value, fc.boolean())
  .map(([jsonPath, said, willContinue]) => ({ jsonPath, ...said, willContinue }));

it('whatever the pieces, and in whatever order', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.array(piece, { maxLength: 3 }), fc.jsonValue()), { maxLength: 8 }), (lists) => {
      const args = new PartialArgs();
      const text = lists.map((list) => args.add(list)).join('') + args.end();
      expect(() => JSON.parse(text) as unknown).not.toThrow();
    }),
  );
});
