// What figures of `npm run bench:guard` come to. Nothing is timed here.
import { describe, expect, it } from 'vitest';
import { bestOf, stateOf, summaryOf, tableOf, type Figure } from '../../bench/guard/aims.ts';
import { figuresOf, timed } from '../../bench/guard/timing.ts';

const figure = (value: number, cpu?: number): Figure => {
  const common = { what: 'a figure', value, unit: 'ms', aim: 5 } as const;
  return cpu === undefined ? common : { ...common, cpu };
};

describe('a figure', () => {
  it('is met at its aim, and missed above it', () => {
    expect([4, 5, 5.1, NaN].map((value) => stateOf(figure(value)))).toEqual(['met', 'met', 'missed', 'missed']);
  });

  it('that is missed on the clock alone is undecided, never met', () => {
    expect(stateOf(figure(9, 5))).toBe('undecided');
    expect(stateOf(figure(9, 6))).toBe('missed');
    expect(tableOf('some', [figure(9, 5)])).toMatch(/9\.00 ms +5\.00 ms +5 ms +undecided$/);
  });

  it('without an aim comes to nothing', () => {
    const { aim: _aim, ...plain } = figure(9);
    expect(stateOf(plain)).toBeUndefined();
    expect(summaryOf([plain], 0)).toBe('guard: 0 met, 0 missed, 0 undecided, 0 not measured');
  });
});

describe('a measurement', () => {
  const tries = async (values: readonly Figure[][], mayRetry = true): Promise<{ figures: Figure[]; count: number }> => {
    let count = 0;
    const figures = await bestOf({ hasAim: true, measure: () => values[count++]! }, () => mayRetry);
    return { figures, count };
  };

  it('that misses no aim is not repeated', async () => {
    expect((await tries([[figure(4), figure(9, 1)]])).count).toBe(1);
  });

  it('that misses one is repeated until it is met, and says how often', async () => {
    const { figures, count } = await tries([[figure(9), figure(3)], [figure(4), figure(8)]]);
    expect(count).toBe(2);
    expect(figures).toEqual([{ ...figure(4), tries: 2 }, figure(3)]);
    expect(tableOf('some', figures)).toContain('met (try 2)');
  });

  it('that misses it three times is missed by the best of them', async () => {
    const { figures, count } = await tries([[figure(9)], [figure(7)], [figure(8)], [figure(1)]]);
    expect(count).toBe(3);
    expect(figures).toEqual([{ ...figure(7), tries: 3 }]);
    expect(tableOf('some', figures)).toContain('MISSED (best of 3)');
  });

  it('is not repeated when there is no time left', async () => {
    expect((await tries([[figure(9)], [figure(1)]], false)).count).toBe(1);
  });
});

it('with a tolerance only what is far off is missed', () => {
  expect(summaryOf([figure(4), figure(9, 8), figure(11, 10.5), figure(11, 9)], 0, 2)).toBe(
    'guard: 1 met, 1 missed, 2 over by less than 2 times, 0 undecided, 0 not measured',
  );
});

it('the summary counts figures as .ci/run reads them', () => {
  expect(summaryOf([figure(1), figure(2), figure(9), figure(9, 1)], 3)).toBe('guard: 2 met, 1 missed, 1 undecided, 3 not measured');
});

it('a median is that of the round that was disturbed least, a 99th percentile that of all runs', () => {
  const clock = [...Array.from({ length: 90 }, () => 7), ...Array.from({ length: 10 }, () => 2)];
  const [p50, p99] = figuresOf('work', { clock, cpu: clock }, { p50: 3 });
  expect(p50).toEqual({ what: 'work, p50', value: 2, cpu: 2, unit: 'ms', aim: 3 });
  expect(p99).toEqual({ what: 'work, p99', value: 7, cpu: 7, unit: 'ms' });
});

it('runs of a batch are told one by one on the clock and together in CPU time, those beforehand not at all', async () => {
  let runs = 0;
  const { clock, cpu } = await timed(6, () => runs++, 3);
  expect([runs, clock.length, cpu.length]).toEqual([9, 6, 2]);
});
