import { describe, expect, it } from 'vitest';
import { manualClock, type ManualClock } from '../../fake/manual-clock.ts';
import { ABANDONED, Lane, READY, type LaneWorker } from '../../../src/gateway/guard/lane.ts';

/** Answers when the test says so. */
class FakeWorker implements LaneWorker {
  readonly asked: unknown[] = [];
  isTerminated = false;
  readonly #isReady: boolean;
  readonly #listeners = new Map<string, (answer?: unknown) => void>();

  constructor(isReady: boolean) {
    this.#isReady = isReady;
  }

  postMessage(message: unknown): void {
    this.asked.push(message);
  }

  on(event: string, listener: (answer?: unknown) => void): void {
    this.#listeners.set(event, listener);
    if (event === 'message' && this.#isReady) listener(READY);
  }

  say(event: 'message' | 'error' | 'exit', answer?: unknown): void {
    this.#listeners.get(event)!(answer);
  }

  terminate(): Promise<number> {
    this.isTerminated = true;
    return Promise.resolve(1);
  }
}

/** `isReady`: its threads can be asked at once. */
function aLane(isReady = true): { lane: Lane; workers: FakeWorker[]; clock: ManualClock; ask(size: number, signal?: AbortSignal): Promise<unknown> } {
  const workers: FakeWorker[] = [];
  const clock = manualClock();
  const spawn = (): FakeWorker => {
    workers.push(new FakeWorker(isReady));
    return workers.at(-1)!;
  };
  const lane = new Lane({ spawn, clock, patience: (size) => 1000 * size, maxWaiting: 10 });
  return { lane, workers, clock, ask: (size, signal) => lane.ask(size, () => ({ message: size }), signal) };
}

const outcome = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: Error) => error.message);

describe('a lane', () => {
  it('asks its thread one question at a time, in order', async () => {
    const { workers, ask } = aLane();
    const answers = [ask(1), ask(2)];
    expect(workers[0]!.asked).toEqual([1]);
    workers[0]!.say('message', 'one');
    expect(workers[0]!.asked).toEqual([1, 2]);
    workers[0]!.say('message', 'two');
    expect(await Promise.all(answers)).toEqual(['one', 'two']);
  });

  it('refuses at once what is more than may wait, and takes questions again when there is room', async () => {
    const { workers, ask } = aLane();
    const running = ask(100);
    const waiting = ask(8);
    expect(await outcome(ask(3))).toBe('too much waits already');
    workers[0]!.say('message', 'done');
    const next = ask(3);
    workers[0]!.say('message', 'done');
    workers[0]!.say('message', 'done');
    expect(await Promise.all([running, waiting, next])).toEqual(['done', 'done', 'done']);
  });

  it('gives up on a question that takes too long, and goes on with the others in a new thread', async () => {
    const { workers, clock, ask } = aLane();
    const stuck = outcome(ask(1));
    const other = ask(2);
    clock.advance(1000);
    expect(await stuck).toBe('the thread has not come to an end');
    expect(workers[0]!.isTerminated).toBe(true);
    workers[0]!.say('message', 'late');
    workers[0]!.say('exit');
    workers[1]!.say('message', 'two');
    expect(await other).toBe('two');
  });

  it.each(['error', 'exit'] as const)('fails only the question under which its thread died (%s)', async (event) => {
    const { workers, ask } = aLane();
    const dead = outcome(ask(1));
    const other = ask(2);
    workers[0]!.say(event);
    expect(await dead).toBe('the thread has not come to an end');
    workers[1]!.say('message', 'two');
    expect(await other).toBe('two');
  });

  it('gives larger questions more time', async () => {
    const { workers, clock, ask } = aLane();
    const large = outcome(ask(3));
    clock.advance(2999);
    expect(workers[0]!.isTerminated).toBe(false);
    clock.advance(1);
    expect(await large).toBe('the thread has not come to an end');
  });

  it('forgets a question that nobody waits for any more, and has its room again', async () => {
    const { workers, ask } = aLane();
    const left = new AbortController();
    const running = ask(1);
    const gone = outcome(ask(9, left.signal));
    left.abort();
    expect(await gone).toBe('nobody waits for the answer');
    const next = ask(9);
    workers[0]!.say('message', 'one');
    workers[0]!.say('message', 'nine');
    expect(await Promise.all([running, next])).toEqual(['one', 'nine']);
    expect(workers[0]!.asked).toEqual([1, 9]);
  });

  it('does not begin with what nobody waits for', async () => {
    const { workers, ask } = aLane();
    expect(await outcome(ask(1, AbortSignal.abort()))).toBe('nobody waits for the answer');
    expect(workers).toEqual([]);
  });

  it('ends a question that nobody waits for any more, unless it is over soon', async () => {
    const { workers, clock, ask } = aLane();
    const left = new AbortController();
    const gone = outcome(ask(9, left.signal));
    const other = ask(1);
    left.abort();
    expect(await gone).toBe('nobody waits for the answer');
    clock.advance(ABANDONED - 1);
    expect(workers[0]!.isTerminated).toBe(false);
    clock.advance(1);
    expect(workers[0]!.isTerminated).toBe(true);
    workers[1]!.say('message', 'other');
    expect(await other).toBe('other');
  });

  it('keeps its thread when the answer that nobody waits for comes soon', async () => {
    const { workers, clock, ask } = aLane();
    const left = new AbortController();
    const gone = outcome(ask(9, left.signal));
    left.abort();
    workers[0]!.say('message', 'late');
    expect(await gone).toBe('nobody waits for the answer');
    const next = ask(1);
    clock.advance(ABANDONED);
    workers[0]!.say('message', 'next');
    expect([await next, workers.length]).toEqual(['next', 1]);
  });

  it('never gives what nobody waits for more time than it had', async () => {
    const { workers, clock, ask } = aLane();
    const left = new AbortController();
    const gone = outcome(ask(1, left.signal));
    clock.advance(999);
    left.abort();
    clock.advance(1);
    expect([await gone, workers[0]!.isTerminated]).toEqual(['nobody waits for the answer', true]);
  });

  it('does not count the time that its thread takes to start', async () => {
    const { workers, clock, ask } = aLane(false);
    const asked = outcome(ask(1));
    clock.advance(10_000);
    workers[0]!.say('message', READY);
    clock.advance(999);
    expect(workers[0]!.isTerminated).toBe(false);
    clock.advance(1);
    expect([await asked, workers[0]!.isTerminated]).toEqual(['the thread has not come to an end', true]);
  });

  it('gives up on a thread that does not start', async () => {
    const { workers, clock, ask } = aLane(false);
    const asked = outcome(ask(1));
    clock.advance(30_000);
    expect([await asked, workers[0]!.isTerminated]).toEqual(['the thread has not come to an end', true]);
  });

  it('lets a thread start that nobody waits for: the next question will need it', async () => {
    const { workers, clock, ask } = aLane(false);
    const left = new AbortController();
    const gone = outcome(ask(9, left.signal));
    left.abort();
    await gone;
    clock.advance(ABANDONED);
    expect(workers[0]!.isTerminated).toBe(false);
    workers[0]!.say('message', READY);
    clock.advance(ABANDONED);
    expect(workers[0]!.isTerminated).toBe(true);
  });
});
