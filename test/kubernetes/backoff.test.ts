// How long a loop waits between its attempts, and what ends a wait early.
import { afterEach, describe, expect, test } from 'vitest';
import { Retries } from '../../src/kubernetes/backoff.ts';
import { KubernetesError } from '../../src/kubernetes/kubernetes-error.ts';
import { ServerContact } from '../../src/kubernetes/server-contact.ts';
import { settle } from '../fake/clock.ts';
import { FakeClock } from './fixture.ts';

const clock = new FakeClock();
const contact = new ServerContact(clock);
const stop = new AbortController();
afterEach(() => clock.advance(120_000));

const failure = (code: number, retryAfterMs?: number): KubernetesError => new KubernetesError(code, 'Reason', 'message', retryAfterMs);
/** Always the longest wait that is possible. */
const newRetries = (): Retries => new Retries({ contact, clock, random: () => 1 });

/** Fails with each of the codes in turn; answers with how long each wait was, in milliseconds. */
async function waitsAfter(retries: Retries, codes: readonly number[]): Promise<number[]> {
  const waits: number[] = [];
  for (const code of codes) {
    retries.failed(failure(code));
    const over = retries.wait(stop.signal);
    waits.push(clock.waiting[0] ?? 0);
    clock.advance(waits.at(-1) ?? 0);
    await over;
  }
  return waits;
}

/** Everything has failed for a minute, and now a call of somebody else succeeds. */
function theServerReturns(): void {
  contact.saw(0);
  clock.advance(60_000);
  contact.saw(200);
}

describe('a wait', () => {
  test.each([
    ['is doubled while the server refuses', 500, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]],
    ['is doubled while the server denies, as one that starts does for a moment', 403, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]],
    ['stays short while nothing answers at all', 0, [1_000, 2_000, 4_000, 5_000, 5_000, 5_000, 5_000]],
  ])('%s', async (_what, code, expected) => {
    expect(await waitsAfter(newRetries(), expected.map(() => code))).toEqual(expected);
  });

  test('is short again when a server that was away denies or fails at first', async () => {
    expect(await waitsAfter(newRetries(), [0, 0, 0, 0, 403, 503, 403])).toEqual([1_000, 2_000, 4_000, 5_000, 1_000, 2_000, 4_000]);
  });

  test('is as long as any other where there are many that wait for the same server', async () => {
    const followers = new Retries({ contact, clock, random: () => 1, follows: true });
    expect(await waitsAfter(followers, [0, 0, 0, 0, 0, 0])).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000]);
  });

  test('does not take place after a success', async () => {
    const retries = newRetries();
    await retries.wait(stop.signal);
    await waitsAfter(retries, [500, 500, 500]);
    retries.succeeded();
    expect(await waitsAfter(retries, [500])).toEqual([1_000]);
  });
});

describe('the return of the server', () => {
  /** A loop whose turn is due in half a minute. */
  async function waiting(error: KubernetesError): Promise<{ retries: Retries; over: () => boolean }> {
    const retries = newRetries();
    await waitsAfter(retries, [500, 500, 500, 500, 500]);
    contact.saw(200);
    contact.saw(0);
    clock.advance(5_000);
    retries.failed(error);
    let over = false;
    void retries.wait(stop.signal).then(() => (over = true));
    await settle();
    return { retries, over: () => over };
  }

  test.each([
    ['that nothing answered', failure(0)],
    ['that was denied', failure(403)],
    ['that failed', failure(500)],
    ['that was sent away for two minutes', failure(503, 120_000)],
  ])('ends the wait of a loop %s within a second', async (_what, error) => {
    const { retries, over } = await waiting(error);
    contact.saw(200);
    await settle();
    // Not all in the same moment.
    expect(over()).toBe(false);
    clock.advance(1_000);
    await settle();
    expect(over()).toBe(true);
    expect(await waitsAfter(retries, [503, 403])).toEqual([1_000, 2_000]);
  });

  test('does not end the wait of a loop that was told of too many requests', async () => {
    const { over } = await waiting(failure(429, 20_000));
    contact.saw(200);
    clock.advance(19_000);
    await settle();
    expect(over()).toBe(false);
    clock.advance(3_000);
    await settle();
    expect(over()).toBe(true);
  });

  test('is nothing to a loop that does not wait', async () => {
    const retries = newRetries();
    theServerReturns();
    expect(await waitsAfter(retries, [500])).toEqual([1_000]);
  });

  test('leaves nothing behind when a loop is stopped in its wait', async () => {
    const own = new AbortController();
    const retries = newRetries();
    retries.failed(failure(500));
    const over = retries.wait(own.signal);
    own.abort();
    await over;
    expect(clock.waiting).toEqual([]);
    theServerReturns();
    expect(clock.waiting).toEqual([]);
  });
});
