// How much of an operation there may be: refused beyond, with a time to wait, and served again afterwards.
import { describe, expect, it } from 'vitest';
import { Limiter, limitsOf, limitWords } from '../../src/platform/limits.ts';
import { OPERATIONS } from '../../src/platform/operations.ts';
import { FakeClock } from '../fake/clock.ts';

const NEVER = new Promise<never>(() => undefined);
const nothing = async (): Promise<string> => 'done';

it('serves so many at a time of a caller, and so many of all', async () => {
  const limiter = new Limiter({ atOnce: { perCaller: 2, inAll: 3 } }, new FakeClock());
  const { promise, resolve } = Promise.withResolvers<string>();
  const held = limiter.run('anna', () => promise);
  void limiter.run('anna', () => NEVER);
  await expect(limiter.run('anna', nothing)).rejects.toMatchObject({ status: 429, retryAfter: 2 });
  void limiter.run('berta', () => NEVER);
  await expect(limiter.run('carla', nothing)).rejects.toMatchObject({ status: 503, retryAfter: 2 });
  resolve('held');
  expect(await held).toBe('held');
  expect(await limiter.run('anna', nothing)).toBe('done');
});

it('gives the place back of a call that fails', async () => {
  const limiter = new Limiter({ atOnce: { perCaller: 1, inAll: 1 } }, new FakeClock());
  await expect(limiter.run('anna', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await limiter.run('anna', nothing)).toBe('done');
});

it('serves so many of a caller in a minute, and says in how many seconds the next', async () => {
  const clock = new FakeClock();
  const limiter = new Limiter({ rate: { burst: 2, perMinute: 6 } }, clock);
  await limiter.run('anna', nothing);
  await limiter.run('anna', nothing);
  await expect(limiter.run('anna', nothing)).rejects.toMatchObject({ status: 429, retryAfter: 10 });
  expect(await limiter.run('berta', nothing)).toBe('done');
  await clock.advance(10_000);
  expect(await limiter.run('anna', nothing)).toBe('done');
  await expect(limiter.run('anna', nothing)).rejects.toMatchObject({ status: 429 });
});

describe.each(OPERATIONS.filter(({ method }) => method !== 'get').map((operation) => ({ ...operation, operation })))('$id', ({ operation }) => {
  it('may not be repeated at will', () => {
    const limits = limitsOf(operation);
    expect(limits?.rate?.perMinute).toBeLessThanOrEqual(3000);
    expect(limitWords(limits ?? {})).toMatch(/in a minute of a caller/);
  });
});

it.each(['validateAiLlm', 'validatePolicies', 'recommendPolicies', 'sendPrompt'])('%s, which costs others something, is bounded at a time in all', (id) => {
  expect(OPERATIONS.find((operation) => operation.id === id)?.limits?.atOnce?.inAll).toBeLessThanOrEqual(128);
});
