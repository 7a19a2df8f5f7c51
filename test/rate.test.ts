// How often something may happen.
import { expect, it } from 'vitest';
import { RateLimit, RateLimits } from '../src/rate.ts';
import { FakeClock } from './fake/clock.ts';

const OPTIONS = { burst: 2, perMinute: 60 };

it('lets a burst through, then says when the next may come', async () => {
  const clock = new FakeClock();
  const limit = new RateLimit(clock, OPTIONS);
  expect([limit.take(), limit.take(), limit.take(), limit.take()]).toEqual([0, 0, 1000, 1000]);
  await clock.advance(999);
  expect(limit.take()).toBe(1);
  await clock.advance(1);
  expect([limit.take(), limit.take()]).toEqual([0, 1000]);
});

it('saves up no more than the burst', async () => {
  const clock = new FakeClock();
  const limit = new RateLimit(clock, OPTIONS);
  await clock.advance(60_000);
  expect([limit.take(), limit.take(), limit.take()]).toEqual([0, 0, 1000]);
});

it('has those who are patient wait in a row', () => {
  const limit = new RateLimit(new FakeClock(), OPTIONS);
  expect([limit.reserve(2500), limit.reserve(2500), limit.reserve(2500), limit.reserve(2500), limit.reserve(2500)]).toEqual([0, 0, 1000, 2000, undefined]);
});

it('takes back what was not needed', () => {
  const limit = new RateLimit(new FakeClock(), OPTIONS);
  limit.take();
  limit.take();
  limit.giveBack();
  expect([limit.take(), limit.take()]).toEqual([0, 1000]);
});

it('counts each key by itself, and remembers only so many', async () => {
  const clock = new FakeClock();
  const limits = new RateLimits(clock, { burst: 1, perMinute: 60 }, 2);
  expect([limits.take('a'), limits.take('a'), limits.take('b')]).toEqual([0, 1000, 0]);
  expect(limits.take('c')).toBe(0);
  expect([limits.size, limits.take('b')]).toEqual([2, 1000]);
  await clock.advance(5000);
  limits.take('d');
  expect(limits.size).toBe(1);
});
