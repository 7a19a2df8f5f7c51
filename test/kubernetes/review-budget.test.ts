// How much is asked about callers.
import { expect, it } from 'vitest';
import { addressGroup, ReviewBudget } from '../../src/kubernetes/review-budget.ts';
import { FakeClock } from './fixture.ts';

it.each([
  ['10.0.0.1', '10.0.0.1'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8:1:2::1', '2001:db8:1:2'],
  ['2001:DB8::1', '2001:db8:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['::1', '0:0:0:0'],
  ['', ''],
])('%s counts as %s', (address, group) => {
  expect(addressGroup(address)).toBe(group);
});

it('lets nobody ask about more rights than half of what there is, and has the next ones wait their turn', async () => {
  const clock = new FakeClock();
  const budget = new ReviewBudget(clock);
  for (let at = 0; at < 2500; at += 1) await budget.access('anna');
  let isAnswered = false;
  const next = budget.access('anna').then(() => (isAnswered = true));
  await budget.access('berta');
  expect([isAnswered, clock.waiting]).toEqual([false, [4]]);
  clock.advance(4);
  await next;
  expect(isAnswered).toBe(true);
});

it('refuses whoever would wait for longer than five seconds', async () => {
  const clock = new FakeClock();
  const budget = new ReviewBudget(clock);
  const all = Array.from({ length: 2500 + 1250 }, () => budget.access('anna'));
  await expect(budget.access('anna')).rejects.toMatchObject({ status: 429, retryAfter: 5 });
  clock.advance(5_000);
  await Promise.all(all);
});
