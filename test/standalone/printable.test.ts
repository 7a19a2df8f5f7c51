import fc from 'fast-check';
import { expect, it } from 'vitest';
import { printableLine, printableText } from '../../src/standalone/printable.ts';

it.each([
  ['\u001b[31mred\u001b[0m', '\uFFFD[31mred\uFFFD[0m'],
  ['\u009b2J\u0007', '\uFFFD2J\uFFFD'],
  ['gpj.\u202Eexe\u2066\u200F', 'gpj.\uFFFDexe\uFFFD\uFFFD'],
  ['a\r\n\tb\u2028c', 'a b\uFFFDc'],
  ['héllo … 日本 🙂', 'héllo … 日本 🙂'],
])('makes %j harmless', (text, expected) => {
  expect(printableLine(text)).toBe(expected);
});

it('keeps the lines of a text, and never lets a control through', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), (lines) => {
      const text = printableText(lines.join('\n'));
      expect(text).not.toMatch(/[^\P{Cc}\n]/u);
      expect(text.split('\n')).toHaveLength(lines.join('\n').split('\n').length);
    }),
  );
});
