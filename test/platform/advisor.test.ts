// Rules are read beside the operator's loop: whatever somebody sends, it goes on, and what does not come to an end is given up.
import { afterEach, expect, it } from 'vitest';
import { ThreadAdvisor, type AdviceAnswer, type AdviceQuestion, type AdviceThread } from '../../src/platform/policies/advisor.ts';
import { advise } from '../../src/policy/advise/advise.ts';
import { FakeClock, settle } from '../fake/clock.ts';

/** A thread that answers when a test says so. */
class FakeThread implements AdviceThread {
  readonly asked: AdviceQuestion[] = [];
  isEnded = false;
  holds = false;
  #message: (answer: AdviceAnswer) => void = () => undefined;
  #error: (error: unknown) => void = () => undefined;

  postMessage(question: AdviceQuestion): void {
    this.asked.push(question);
  }

  on(event: 'message' | 'error', listener: ((answer: AdviceAnswer) => void) | ((error: unknown) => void)): void {
    if (event === 'message') this.#message = listener as (answer: AdviceAnswer) => void;
    else this.#error = listener as (error: unknown) => void;
  }

  answer(results: AdviceAnswer['results'] = []): void {
    this.#message({ number: this.asked.at(-1)?.number ?? 0, results });
  }

  fail(): void {
    this.#error(new Error('out of memory'));
  }

  async terminate(): Promise<void> {
    this.isEnded = true;
  }

  ref(): void {
    this.holds = true;
  }

  unref(): void {
    this.holds = false;
  }
}

let threads: FakeThread[] = [];
afterEach(() => {
  threads = [];
});

function stand(): { clock: FakeClock; advisor: ThreadAdvisor } {
  const clock = new FakeClock();
  const spawn = (): FakeThread => {
    const thread = new FakeThread();
    threads.push(thread);
    return thread;
  };
  return { clock, advisor: new ThreadAdvisor({ clock, spawn }) };
}

it('leaves the loop free while rules are read', async () => {
  // However slow the machine is, this clock stands still.
  const advisor = new ThreadAdvisor({ clock: new FakeClock() });
  // Slow enough to be seen: a list of so many parts takes half a second, in which the loop turns all the time.
  const rule = 'a,'.repeat(1200);
  let turns = 0;
  let isDone = false;
  const other = (): void => {
    turns += 1;
    if (!isDone) setImmediate(other);
  };
  setImmediate(other);
  const [advice] = await advisor.advise([rule]);
  isDone = true;
  expect(advice).toEqual(advise(rule));
  expect(turns).toBeGreaterThan(100);
});

it('asks one question after the other, of the same thread', async () => {
  const { advisor } = stand();
  const answers = [advisor.advise(['one']), advisor.recommend('two')];
  await settle();
  expect(threads.map(({ asked }) => asked.map(({ texts }) => texts))).toEqual([[['one']]]);
  threads[0]?.answer();
  await settle();
  expect(threads.map(({ asked }) => asked.map(({ kind, texts }) => [kind, ...texts]))).toEqual([[['advise', 'one'], ['recommend', 'two']]]);
  threads[0]?.answer();
  await Promise.all(answers);
  expect(threads[0]).toMatchObject({ holds: false, isEnded: false });
});

it('gives up what is not read in ten seconds, with its thread, and answers the next by another', async () => {
  const { clock, advisor } = stand();
  const slow = expect(advisor.advise(['slow'])).rejects.toMatchObject({ status: 400, message: expect.stringContaining('cannot be read in 10 s') as string });
  const next = advisor.advise(['next']);
  await clock.advance(10_000);
  await slow;
  expect(threads[0]?.isEnded).toBe(true);
  threads[1]?.answer();
  expect(await next).toEqual([]);
  expect(clock.pending).toBe(0);
});

it('tells of a thread that breaks, and starts another', async () => {
  const { advisor } = stand();
  const broken = expect(advisor.advise(['one'])).rejects.toThrow('out of memory');
  await settle();
  threads[0]?.fail();
  await broken;
  const next = advisor.advise(['two']);
  await settle();
  threads[1]?.answer();
  expect(await next).toEqual([]);
});
