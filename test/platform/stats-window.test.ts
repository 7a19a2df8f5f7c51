// Windows, buckets and summaries: for every window, every bucket and any moment.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_AMOUNTS } from '../../src/platform/stats/amounts.ts';
import { AI } from '../../src/platform/stats/points.ts';
import { demandFewPoints, MAX_SERIES_POINTS, rank, seriesOf } from '../../src/platform/stats/series.ts';
import { summarise } from '../../src/platform/stats/summary.ts';
import {
  BUCKETS,
  MAX_POINTS,
  parseDate,
  parseRange,
  startsOf,
  stretchOf,
  WINDOWS,
  type BucketName,
  type WindowName,
} from '../../src/platform/stats/window.ts';

const windows = Object.keys(WINDOWS) as WindowName[];
const buckets = Object.keys(BUCKETS) as BucketName[];
const moment = fc.integer({ min: 1_500_000_000_000, max: 4_102_444_800_000 });

describe.each(windows)('a window of %s', (window) => {
  const { length } = WINDOWS[window];

  it('has between 100 and 400 points by default', () => {
    const { bucket, bucketName } = stretchOf(window, undefined, 0);
    expect(bucketName).toBe(WINDOWS[window].bucket);
    expect(length / bucket).toBeGreaterThanOrEqual(100);
    expect(length / bucket).toBeLessThanOrEqual(400);
  });

  it.each(buckets)('in buckets of %s ends with the bucket that now is in, or is refused with the fix', (name) => {
    if (length / BUCKETS[name] > MAX_POINTS) {
      expect(() => stretchOf(window, name, 0)).toThrow(`timeBucketSize ${name} makes`);
      return;
    }
    fc.assert(
      fc.property(moment, (now) => {
        const stretch = stretchOf(window, name, now);
        expect(stretch.end).toBeGreaterThan(now);
        expect(stretch.end - stretch.bucket).toBeLessThanOrEqual(now);
        expect(stretch.start % stretch.bucket).toBe(0);
        expect(stretch.end - stretch.start).toBe(length);
        const starts = startsOf(stretch);
        expect(starts).toHaveLength(length / stretch.bucket);
        expect(starts[0]).toBe(stretch.start);
        expect(starts.at(-1)).toBe(stretch.end - stretch.bucket);
      }),
      { numRuns: 20 },
    );
  });
});

it('as many series as are answered have fewer points together than the limit, in every window and bucket that is', () => {
  for (const window of windows) {
    for (const name of buckets.filter((one) => WINDOWS[window].length / BUCKETS[one] <= MAX_POINTS)) {
      const stretch = stretchOf(window, name, 0);
      const most = Math.floor(MAX_SERIES_POINTS / startsOf(stretch).length);
      expect(() => demandFewPoints(most, stretch)).not.toThrow();
      expect(() => demandFewPoints(most + 1, stretch)).toThrow(`take a limit of ${most} at most`);
    }
  }
});

it('every bucket divides a day, so that days begin at midnight', () => {
  for (const size of Object.values(BUCKETS)) expect(86_400_000 % size).toBe(0);
});

describe('summaries', () => {
  it('of no value are zero', () => expect(summarise([])).toEqual({ total: 0, avg: 0, stdDev: 0, min: 0, max: 0, p10: 0, p50: 0, p90: 0 }));

  it('of known values are what the textbook says', () => {
    expect(summarise([7, 1, 3, 5, 9])).toEqual({ total: 25, avg: 5, stdDev: Math.sqrt(8), min: 1, max: 9, p10: 1.8, p50: 5, p90: 8.2 });
  });

  it('keep their order, whatever the values, and do not depend on that of the values', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1e9 }), { minLength: 1, maxLength: 200 }), (values) => {
        const { min, p10, p50, p90, max, avg, total, stdDev } = summarise(values);
        const rising = [min, p10, p50, p90, max];
        expect(rising.toSorted((a, b) => a - b)).toEqual(rising);
        expect(avg).toBeGreaterThanOrEqual(min - 1e-6);
        expect(avg).toBeLessThanOrEqual(max + 1e-6);
        expect(total).toBe(values.reduce((sum, value) => sum + value, 0));
        expect(stdDev).toBeLessThanOrEqual((max - min) / 2 + 1e-6);
        expect(summarise(values.toReversed()).p90).toBe(p90);
      }),
    );
  });
});

describe('series', () => {
  it('have each bucket once, in order, and lose nothing', () => {
    const stretch = stretchOf('24h', '1h', Date.parse('2026-11-27T12:34:56Z'));
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 23 })), fc.integer({ min: 1, max: 1_000_000 }), (filled, tokens) => {
        const rows = filled.map((index) => ({
          at: stretch.start + index * stretch.bucket,
          dimensions: {},
          amounts: { ...NO_AMOUNTS, tokensIn: tokens + index },
          conversations: 1,
        }));
        const { series, summary } = seriesOf(rows, stretch, AI);
        expect(series.map(({ ts }) => ts)).toEqual(startsOf(stretch));
        expect(series.reduce((sum, point) => sum + point['tokensIn']!, 0)).toBe(
          rows.reduce((sum, { amounts }) => sum + amounts.tokensIn, 0),
        );
        expect(summary.total).toBe(rows.reduce((sum, { amounts }) => sum + amounts.tokensIn, 0));
        expect(series.filter(({ activeConversations }) => activeConversations === 0)).toHaveLength(24 - filled.length);
      }),
    );
  });

  it('pages of entities are the whole, each once, the greatest first', () => {
    const use = (tokensIn: number) => ({ ...NO_AMOUNTS, tokensIn, conversations: 0 });
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 40 }), fc.integer({ min: 1, max: 7 }), (amounts, limit) => {
        const entities = amounts.map((amount, index) => ({ id: `e${index}`, use: use(amount) }));
        const pages = Array.from({ length: Math.ceil(amounts.length / limit) }, (_, index) =>
          rank(entities, AI, { limit, offset: index * limit }),
        );
        const all = pages.flatMap(({ page }) => page);
        expect(new Set(all.map(({ id }) => id)).size).toBe(amounts.length);
        expect(all.map(({ use: { tokensIn } }) => tokensIn)).toEqual(amounts.toSorted((a, b) => b - a));
        for (const { total, sum } of pages) expect([total, sum]).toEqual([amounts.length, amounts.reduce((a, b) => a + b, 0)]);
      }),
    );
  });
});

describe('dates', () => {
  it.each(['2026-11-27', '2026-11-27T08:00Z', '2026-11-27T08:00:00.123Z', '2026-11-27T08:00:00+01:00'])('%s is one', (text) => {
    expect(parseDate('from', text)).toBe(Date.parse(text));
  });

  it.each(['yesterday', '1764230400000', '2026', '2026-13-40', '11/27/2026', ''])('"%s" is none, and the error names the field', (text) => {
    expect(() => parseDate('startDate', text)).toThrow(/^startDate must be a date in ISO 8601 form/);
  });

  it('a range that ends before it begins is refused by the names of both', () => {
    expect(() => parseRange({ from: 'startDate', to: 'endDate' }, '2026-11-28', '2026-11-27')).toThrow(
      'startDate must not be after endDate',
    );
    expect(parseRange({ from: 'from', to: 'to' }, undefined, '2026-11-27T00:00:00Z')).toEqual({ to: Date.parse('2026-11-27') });
  });

  it('ends with a date that has no time after that day', () => {
    const names = { from: 'from', to: 'to' };
    const end = Date.parse('2026-11-28');
    expect(parseRange(names, '2026-11-27', '2026-11-27')).toEqual({ from: end - 86_400_000, to: end });
    expect(parseRange(names, '2026-11-27T08:00:00Z', '2026-11-27')).toEqual({ from: Date.parse('2026-11-27T08:00:00Z'), to: end });
    expect(() => parseRange(names, '2026-11-28', '2026-11-27')).toThrow('from must not be after to');
  });
});
