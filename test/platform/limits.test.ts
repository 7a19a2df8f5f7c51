// How much of an operation there may be: refused beyond, with a time to wait, and served again afterwards.
import { describe, expect, it } from 'vitest';
import { Limiter, limitsOf, limitWords } from '../../src/platform/limits.ts';
import { OPERATIONS } from '../../src/platform/operations.ts';
import { PATIENCE } from '../../src/platform/turns.ts';
import { FakeClock, settle } from '../fake/clock.ts';

const NEVER = new Promise<never>(() => undefined);
const nothing = async (): Promise<string> => 'done';

it('serves so many at a time of a caller, and so many of all', async () => {
  const clock = new FakeClock();
  const limiter = new Limiter({ atOnce: { perCaller: 2, inAll: 3 } }, clock);
  const { promise, resolve } = Promise.withResolvers<string>();
  const held = limiter.run('anna', () => promise);
  void limiter.run('anna', () => NEVER);
  const third = expect(limiter.run('anna', nothing)).rejects.toMatchObject({ status: 429, retryAfter: 2 });
  void limiter.run('berta', () => NEVER);
  const fourth = expect(limiter.run('carla', nothing)).rejects.toMatchObject({ status: 503, retryAfter: 2 });
  await clock.advance(PATIENCE);
  await Promise.all([third, fourth]);
  expect(clock.pending).toBe(0);
  resolve('held');
  expect(await held).toBe('held');
  expect(await limiter.run('anna', nothing)).toBe('done');
});

it('lets what comes on top wait for its turn, in order, and passes over who has no room', async () => {
  const clock = new FakeClock();
  const limiter = new Limiter({ atOnce: { perCaller: 1, inAll: 2 } }, clock);
  const begun: string[] = [];
  const call = (caller: string, name: string): { end(): void; answer: Promise<string> } => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const work = (): Promise<string> => {
      begun.push(name);
      return promise;
    };
    return { end: () => resolve(name), answer: limiter.run(caller, work) };
  };
  const [first, second, third] = [call('anna', 'first'), call('anna', 'second'), call('anna', 'third')];
  const other = call('berta', 'other');
  const last = call('carla', 'last');
  await settle();
  expect(begun).toEqual(['first', 'other']);
  other.end();
  await settle();
  expect(begun).toEqual(['first', 'other', 'last']);
  first.end();
  await settle();
  expect(begun).toEqual(['first', 'other', 'last', 'second']);
  for (const one of [second, third, last]) one.end();
  expect(await Promise.all([first, second, third, other, last].map(({ answer }) => answer))).toEqual(['first', 'second', 'third', 'other', 'last']);
  expect(clock.pending).toBe(0);
});

it('lets no caller wait with more than a few', async () => {
  const limiter = new Limiter({ atOnce: { perCaller: 1, inAll: 1 } }, new FakeClock());
  for (let index = 0; index < 11; index += 1) void limiter.run('anna', () => NEVER);
  await expect(limiter.run('anna', nothing)).rejects.toMatchObject({ status: 429 });
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
