import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseDuration } from '../../src/api/duration.ts';

it.each([
  ['500ms', 500],
  ['10s', 10_000],
  ['5m', 300_000],
  ['1h', 3_600_000],
  ['1h30m', 5_400_000],
  ['1h2m3s4ms', 3_723_004],
  ['0s', 0],
  ['90m', 5_400_000],
])('%s is %d milliseconds', (text, milliseconds) => {
  expect(parseDuration(text)).toBe(milliseconds);
});

const NONSENSE = ['', '10', 'ms', '1d', '-1s', '1.5h', '1s1m', ' 1s', '1s ', '1S', '1h1h', 'ten seconds', '1s\n'];
it.each(NONSENSE)('%j is not a duration', (text) => {
  expect(() => parseDuration(text)).toThrow(RangeError);
  expect(() => parseDuration(text)).toThrow('write it like 500ms, 30s, 10m or 1h30m');
});

it('adds up whatever units are given', () => {
  const amount = fc.nat(99_999);
  fc.assert(
    fc.property(amount, amount, amount, amount, (h, m, s, ms) => {
      expect(parseDuration(`${h}h${m}m${s}s${ms}ms`)).toBe(h * 3_600_000 + m * 60_000 + s * 1_000 + ms);
    }),
  );
});
