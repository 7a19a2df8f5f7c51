// Which rows answer a question: every minute of the window once, in units as long as they may be.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { segmentsOf } from '../../src/ledger/segments.ts';
import { UNITS, type Unit } from '../../src/ledger/tables.ts';

const ALL = Object.keys(UNITS) as Unit[];
const DAY = UNITS.day;

it('covers a window without gap or overlap, with whole units that fit into buckets', () => {
  const window = fc.tuple(fc.nat(3_000_000), fc.nat(600_000), fc.constantFrom(undefined, 1, 7, 60, 90, 720, 1440, 43_200));
  fc.assert(
    fc.property(window, ([from, length, bucket]) => {
      const segments = segmentsOf({ from, to: from + length, bucket }, ALL, {});
      let at = from;
      for (const segment of segments) {
        const size = UNITS[segment.unit];
        expect([segment.from, segment.from % size, segment.to % size, bucket === undefined || bucket % size === 0]).toEqual([
          at,
          0,
          0,
          true,
        ]);
        at = segment.to;
      }
      expect(at).toBe(Math.max(from + length, from));
    }),
    { numRuns: 1000 },
  );
});

it('takes few segments for a year', () => {
  expect(segmentsOf({ from: 1001, to: 1001 + 365 * DAY }, ALL, {}).map(({ unit }) => unit)).toEqual([
    'minute',
    'hour',
    'day',
    'month',
    'day',
    'hour',
    'minute',
  ]);
});

it('grows to whole units where shorter ones are gone, each minute at most once', () => {
  const window = fc.record({
    from: fc.nat(200 * DAY),
    length: fc.integer({ min: 1, max: 100 * DAY }),
    hours: fc.nat(120),
    minutes: fc.nat(120),
  });
  fc.assert(
    fc.property(window, ({ from, length, hours, minutes }) => {
      const kept = { minute: (hours + minutes) * DAY, hour: hours * DAY };
      const segments = segmentsOf({ from, to: from + length, bucket: 1 }, ALL, kept);
      for (const { unit, from: start } of segments)
        expect(start).toBeGreaterThanOrEqual(unit === 'minute' ? kept.minute : unit === 'hour' ? kept.hour : 0);
      for (const [index, { from: start }] of segments.entries()) expect(start).toBe(index === 0 ? start : segments[index - 1]!.to);
      expect(segments[0]!.from).toBeLessThanOrEqual(from);
      expect(segments.at(-1)!.to).toBeGreaterThanOrEqual(from + length);
      expect(from - segments[0]!.from).toBeLessThan(DAY);
      expect(segments.at(-1)!.to - from - length).toBeLessThan(DAY);
    }),
    { numRuns: 1000 },
  );
});
