// Work that several wait for at once.
import { expect, it } from 'vitest';
import { Flights } from '../../../src/policy/judge/flights.ts';
import { manualClock } from '../../fake/manual-clock.ts';

const patient = new AbortController().signal;

function started() {
  const clock = manualClock();
  const begun: { resolve(value: string): void; reject(error: Error): void; signal: AbortSignal }[] = [];
  const flights = new Flights<string>(clock);
  const work = async (signal: AbortSignal): Promise<string> => new Promise((resolve, reject) => begun.push({ resolve, reject, signal }));
  return { clock, begun, share: async (patience: number, signal = patient) => flights.share('key', signal, patience, work) };
}

it('whoever joins waits as long as it can, and no longer; whoever began it waits for the work to end', async () => {
  const { clock, begun, share } = started();
  const first = share(100);
  const second = share(50);
  const third = share(200);
  clock.advance(50);
  expect(await second).toBeUndefined();
  clock.advance(100);
  expect(begun.map(({ signal }) => signal.aborted)).toEqual([false]);
  begun[0]!.resolve('done');
  expect(await Promise.all([first, third])).toEqual([
    { value: 'done', isOwn: true },
    { value: 'done', isOwn: false },
  ]);
});

it('what was stopped, what has ended and what went wrong is begun anew by whoever comes next', async () => {
  const { begun, share } = started();
  const leaving = new AbortController();
  const stopped = share(100, leaving.signal);
  leaving.abort();
  expect(await stopped).toBeUndefined();
  expect(begun[0]!.signal.aborted).toBe(true);
  const broken = share(100);
  begun[1]!.reject(new Error('a bug'));
  await expect(broken).rejects.toThrow('a bug');
  const ended = share(100);
  begun[2]!.resolve('done');
  await ended;
  const next = share(100);
  begun[3]!.resolve('again');
  expect(await next).toEqual({ value: 'again', isOwn: true });
});
