// Answers that are kept: for how long, and counted from when.
import { expect, it } from 'vitest';
import { AnswerCache } from '../../src/kubernetes/answer-cache.ts';
import { FakeClock } from './fixture.ts';

it('keeps an answer from when it arrives, however long it was waited for, and asks once meanwhile', async () => {
  const clock = new FakeClock();
  const cache = new AnswerCache<string>(clock, (answer) => (answer === 'yes' ? 1_000 : 5_000), 10);
  const asked: PromiseWithResolvers<string>[] = [];
  const get = (): Promise<string> =>
    cache.get('key', () => {
      const question = Promise.withResolvers<string>();
      asked.push(question);
      return question.promise;
    });
  const first = get();
  clock.advance(6_000);
  const second = get();
  asked[0]!.resolve('yes');
  expect([await first, await second, asked.length]).toEqual(['yes', 'yes', 1]);
  clock.advance(999);
  expect([await get(), asked.length]).toEqual(['yes', 1]);
  clock.advance(1);
  const third = get();
  asked[1]!.resolve('no');
  expect(await third).toBe('no');
  clock.advance(4_999);
  expect([await get(), asked.length]).toEqual(['no', 2]);
});

it('keeps no failure', async () => {
  const cache = new AnswerCache<string>(new FakeClock(), () => 1_000, 10);
  await expect(cache.get('key', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  expect(await cache.get('key', async () => 'there')).toBe('there');
});
