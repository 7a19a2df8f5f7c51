import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Backoff } from '../../src/push/backoff.ts';

describe('Backoff', () => {
  it('grows from 0.2 to 30 seconds and stays there', () => {
    const backoff = new Backoff(() => 1);
    expect(Array.from({ length: 10 }, () => backoff.next())).toEqual([200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]);
    backoff.reset();
    expect(backoff.next()).toBe(200);
  });

  it('never leaves its bounds, whatever chance says', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 100 }), (chances) => {
        let at = 0;
        const backoff = new Backoff(() => chances[at++ % chances.length] ?? 0);
        for (const _ of chances) {
          const ms = backoff.next();
          expect(ms >= 200 && ms <= 30_000).toBe(true);
        }
      }),
    );
  });
});
