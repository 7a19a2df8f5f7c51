// What policies cost in this process, without any HTTP.
import { systemClock } from '../../src/clock.ts';
import { Scanner } from '../../src/gateway/guard/scanner.ts';
import { detectorOf } from '../../src/policy/detectors/index.ts';
import { evaluate, readyPolicy, type EngineParts } from '../../src/policy/evaluate.ts';
import { readRequestContent } from '../../src/policy/extract/content.ts';
import { CircuitBreaker } from '../../src/policy/judge/breaker.ts';
import { VerdictCache } from '../../src/policy/judge/cache.ts';
import { ModelJudge } from '../../src/policy/judge/model-judge.ts';
import type { Content } from '../../src/policy/types.ts';
import type { Figure, Measurement } from './aims.ts';
import { NO_ADVICE, NO_DATA } from './policy.ts';
import { numbers, prose } from './texts.ts';
import { figuresOf, timed, type Aims } from './timing.ts';

const KILOBYTE = 1024;
const JUDGE_MILLISECONDS = 400;
export const ALL = readyPolicy(NO_DATA, detectorOf);
export const JUDGED = readyPolicy(NO_ADVICE, detectorOf);
const PLAIN_PATTERN = detectorOf({ id: 'pattern', pattern: 'bluefinch' });
export const signal = new AbortController().signal;

const contentOf = (text: string): Content => readRequestContent({ model: 'm', messages: [{ role: 'user', content: text }] });

/** What detectors may take for prose of so many kilobytes, in ms. Lines of numbers take as long as they take. */
const AIMS: Readonly<Record<number, Aims>> = { 4: { p50: 0.5, p99: 3 }, 32: { p99: 15 } };

export function detectors(scanner: Scanner): Measurement[] {
  const texts = Object.entries({ prose, numbers }).flatMap(([name, make]) =>
    [1, 4, 32, 256].map((size): Measurement => {
      const aims = name === 'prose' ? AIMS[size] : undefined;
      return {
        hasAim: aims !== undefined,
        async measure() {
          const contents = Array.from({ length: 20 }, (_none, index) => contentOf(make(size * KILOBYTE, 1000 * index)));
          const scan = (index: number): unknown => scanner.scan(contents.at(index % contents.length)!, ALL.detectors);
          return figuresOf(`${size} KB of ${name}`, await timed(size > 64 ? 30 : 300, scan), aims);
        },
      };
    }),
  );
  const content = contentOf(prose(100));
  const toThread: Measurement = {
    hasAim: true,
    measure: async () =>
      figuresOf('a few words to another thread and back', await timed(500, () => scanner.scan(content, [PLAIN_PATTERN])), { p50: 0.5 }),
  };
  return [...texts, toThread];
}

/** Answers honestly that all is allowed, after a while. */
export function judgeAfter(milliseconds: number, waited: number[]): ModelJudge {
  const ask = async (body: Record<string, unknown>): Promise<{ status: number; body: string }> => {
    const start = performance.now();
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    waited.push(performance.now() - start);
    const { messages } = body as { messages: [{ content: string }, { content: string }] };
    const { nonce, parts } = JSON.parse(messages[1].content) as { nonce: string; parts: { i: number; text: string }[] };
    const results = [...messages[0].content.matchAll(/^## (P\d+)\nRule: (".*")$/gm)].map(([, policy, rule]) => {
      const canary = /must not hold the word (\w+)/.exec(rule!)?.[1];
      const part = canary === undefined ? undefined : parts.find(({ text }) => text.includes(canary));
      return part === undefined ? { policy, verdict: 'allowed', part: -1, evidence: '' } : { policy, verdict: 'violates', part: part.i, evidence: canary };
    });
    return { status: 200, body: JSON.stringify({ choices: [{ message: { content: JSON.stringify({ nonce, results }) }, finish_reason: 'stop' }] }) };
  };
  let count = 0;
  const chance = { random: (below: number) => count++ % below, token: () => `token${count++}` };
  return new ModelJudge({ name: 'bench/judge', ask, breaker: new CircuitBreaker(systemClock), clock: systemClock, chance, hash: String });
}

const partsWith = ({ scan }: Scanner, judge: ModelJudge): EngineParts => ({ scan, judgeOf: () => judge, cache: new VerdictCache(systemClock) });

export function judges(scanner: Scanner): Measurement[] {
  const measure = async (): Promise<Figure[]> => {
    const waited: number[] = [];
    const parts = partsWith(scanner, judgeAfter(JUDGE_MILLISECONDS, waited));
    const contents = Array.from({ length: 60 }, (_none, index) => contentOf(prose(4 * KILOBYTE, 5000 + 97 * index)));
    const ask = async (content: Content): Promise<void> => {
      const { verdicts } = await evaluate({ content, policies: [ALL, JUDGED], phase: 'Request', before: [], signal }, parts);
      if ([...verdicts.values()].some(({ outcome }) => outcome !== 'allowed')) throw new Error('the judge has not answered');
    };
    const { clock, cpu } = await timed(24, (index) => ask(contents.at(index)!));
    const beyond = clock.map((time, index) => time - waited[waited.length - clock.length + index]!);
    return figuresOf(`4 KB, detectors and a judge of ${JUDGE_MILLISECONDS} ms, beyond the judge`, { clock: beyond, cpu }, { p99: 5 });
  };
  return [{ hasAim: true, measure }];
}

const BATCH = 30;

export function cached(scanner: Scanner): Measurement[] {
  const parts = partsWith(scanner, judgeAfter(0, []));
  return [[1, 10] as const, [32, 60] as const].map(([size, aim]) => ({
    hasAim: true,
    async measure() {
      const content = contentOf(prose(size * KILOBYTE));
      const asked = { content, policies: [JUDGED], phase: 'Request' as const, before: [], signal };
      await evaluate(asked, parts);
      return figuresOf(`verdict from the cache, ${size} KB`, await timed(3000, () => evaluate(asked, parts), BATCH), { p50: aim }, 'us');
    },
  }));
}
