// Questions to the ledger in SQLite: a few at a time, each for a bounded time, and a long one is nobody else's wait.
import { describe, expect, it } from 'vitest';
import { LedgerTooSlowError, LedgerUnavailableError } from '../../../src/ledger/failures.ts';
import { READERS, Readers, type ReadingThread } from '../../../src/ledger/sqlite/readers.ts';
import { FakeClock, settle } from '../../fake/clock.ts';

const TIMEOUT = 10_000;

class FakeThread implements ReadingThread {
  gone = false;
  isEnding = false;
  readonly asked: unknown[] = [];
  #answer = Promise.withResolvers<unknown>();
  readonly #ended = Promise.withResolvers<void>();

  ask(_method: string, args: readonly unknown[]): Promise<unknown> {
    this.asked.push(args[0]);
    if (args[0] === undefined) return Promise.resolve();
    this.#answer = Promise.withResolvers();
    return this.#answer.promise;
  }

  answer(value: unknown): void {
    this.#answer.resolve(value);
  }

  break(): void {
    this.gone = true;
    this.#answer.reject(new Error('the thread has ended'));
  }

  end(): Promise<void> {
    this.isEnding = true;
    return this.#ended.promise;
  }

  /** SQLite has come to the end of its statement. */
  ended(): void {
    this.gone = true;
    this.#ended.resolve();
  }

  failed(error: Error): void {
    this.gone = true;
    this.#ended.reject(error);
  }
}

function fixture() {
  const threads: FakeThread[] = [];
  const clock = new FakeClock();
  const state = { error: undefined as Error | undefined };
  const start = (): FakeThread => {
    if (state.error !== undefined) throw state.error;
    const thread = new FakeThread();
    threads.push(thread);
    return thread;
  };
  const readers = new Readers({ start, timeout: TIMEOUT, clock });
  const ask = (question: string): Promise<unknown> => readers.ask('usage', [question]);
  const refusal = (question: string): Promise<unknown> => ask(question).then(() => 'answered', (error: unknown) => error);
  return { threads, clock, readers, state, ask, refusal };
}

describe('the readers of a ledger in SQLite', () => {
  it('are as many as there are questions at a time, up to a bound, and the rest waits its turn', async () => {
    const { threads, ask } = fixture();
    const answers = Array.from({ length: READERS + 2 }, (_, index) => ask(`q${index}`));
    await settle();
    expect(threads.map(({ asked }) => asked)).toEqual(Array.from({ length: READERS }, (_, index) => [`q${index}`]));
    for (const thread of threads) thread.answer('first');
    await settle();
    expect(threads.flatMap(({ asked }) => asked)).toHaveLength(READERS + 2);
    for (const thread of threads) thread.answer('second');
    expect(await Promise.all(answers)).toEqual([...Array.from({ length: READERS }, () => 'first'), 'second', 'second']);
    void ask('later');
    await settle();
    expect(threads).toHaveLength(READERS);
  });

  it('give a question up after its time, and answer others meanwhile', async () => {
    const { threads, clock, ask, refusal } = fixture();
    const long = refusal('long');
    const short = ask('short');
    await settle();
    threads[1]!.answer(1);
    expect(await short).toBe(1);
    await clock.advance(TIMEOUT);
    expect(await long).toEqual(new LedgerTooSlowError(TIMEOUT));
    expect(threads.map(({ isEnding }) => isEnding)).toEqual([true, false]);
    const next = ask('next');
    await settle();
    threads[1]!.answer(2);
    expect(await next).toBe(2);
  });

  it('do not become more while given up questions still take their processors, and say so to those who wait for their time', async () => {
    const { threads, clock, ask, refusal } = fixture();
    const long = Array.from({ length: READERS }, (_, index) => refusal(`long${index}`));
    await clock.advance(TIMEOUT);
    expect((await Promise.all(long)).every((error) => error instanceof LedgerTooSlowError)).toBe(true);
    const waiting = refusal('waiting');
    await clock.advance(TIMEOUT);
    expect(await waiting).toEqual(new LedgerUnavailableError('the ledger has too many long questions to answer'));
    expect(threads).toHaveLength(READERS);
    const patient = ask('patient');
    await settle();
    threads[0]!.ended();
    await settle();
    expect(threads).toHaveLength(READERS + 1);
    threads[READERS]!.answer('at last');
    expect(await patient).toBe('at last');
  });

  it('are replaced where one has ended by itself', async () => {
    const { threads, ask, refusal } = fixture();
    const broken = refusal('broken');
    await settle();
    threads[0]!.break();
    expect(await broken).toEqual(new Error('the thread has ended'));
    const next = ask('next');
    await settle();
    threads[1]!.answer('from another');
    expect(await next).toBe('from another');
  });

  it('refuse a question for which no thread can be started, and try again with the next one', async () => {
    const { threads, clock, state, ask, refusal } = fixture();
    state.error = new Error('out of memory');
    expect(await refusal('first')).toEqual(new LedgerUnavailableError('the ledger has no thread to read with: out of memory'));
    expect(clock.pending).toBe(0);
    state.error = undefined;
    const next = ask('next');
    await settle();
    expect(threads.map(({ asked }) => asked)).toEqual([['next']]);
    threads[0]!.answer(1);
    expect(await next).toBe(1);
  });

  it('let a question wait for a thread that there is where no other can be started', async () => {
    const { threads, state, ask } = fixture();
    const first = ask('first');
    state.error = new Error('out of memory');
    const second = ask('second');
    await settle();
    threads[0]!.answer(1);
    expect(await first).toBe(1);
    await settle();
    threads[0]!.answer(2);
    expect(await second).toBe(2);
  });

  it('refuse what waits where a thread that was given up cannot be replaced, or not even be ended', async () => {
    const { threads, clock, state, refusal } = fixture();
    const long = Array.from({ length: READERS }, (_, index) => refusal(`long${index}`));
    await clock.advance(TIMEOUT);
    await Promise.all(long);
    const waiting = [refusal('waiting'), refusal('too')];
    state.error = new Error('out of memory');
    threads[0]!.ended();
    threads[1]!.ended();
    threads[2]!.failed(new Error('cannot be ended'));
    const refused = new LedgerUnavailableError('the ledger has no thread to read with: out of memory');
    expect(await Promise.all(waiting)).toEqual([refused, refused]);
    expect(clock.pending).toBe(0);
  });

  it('are all ended when the ledger is closed, and take nothing any more', async () => {
    const { threads, readers, ask } = fixture();
    const first = ask('first');
    await settle();
    threads[0]!.answer('done');
    await first;
    const closed = readers.close();
    await settle();
    threads[0]!.ended();
    await closed;
    expect(threads.map(({ asked, isEnding }) => ({ asked, isEnding }))).toEqual([{ asked: ['first', undefined], isEnding: true }]);
    await expect(ask('late')).rejects.toThrow('the ledger is closed');
  });
});
