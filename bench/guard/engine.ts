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
import { percentile } from '../statistics.ts';
import type { Figure } from './aims.ts';
import { NO_ADVICE, NO_DATA } from './policy.ts';
import { numbers, prose } from './texts.ts';

const KILOBYTE = 1024;
const JUDGE_MILLISECONDS = 400;
export const ALL = readyPolicy(NO_DATA, detectorOf);
const JUDGED = readyPolicy(NO_ADVICE, detectorOf);
const PLAIN_PATTERN = detectorOf({ id: 'pattern', pattern: 'bluefinch' });
const signal = new AbortController().signal;

const contentOf = (text: string): Content => readRequestContent({ model: 'm', messages: [{ role: 'user', content: text }] });

/** Milliseconds of each run. */
async function timed(runs: number, work: (index: number) => unknown): Promise<number[]> {
  for (let index = 0; index < runs / 2; index++) await work(-1 - index);
  const times: number[] = [];
  for (let index = 0; index < runs; index++) {
    const start = performance.now();
    await work(index);
    times.push(performance.now() - start);
  }
  return times;
}

interface Aims {
  p50?: number;
  p99?: number;
}

function figures(what: string, times: readonly number[], aims: Aims = {}, unit: 'ms' | 'us' = 'ms'): Figure[] {
  const of = (name: 'p50' | 'p99', share: number): Figure => ({
    what: `${what}, ${name}`,
    value: percentile(times, share) * (unit === 'us' ? 1000 : 1),
    unit,
    ...(aims[name] === undefined ? {} : { aim: aims[name] }),
  });
  return [of('p50', 0.5), of('p99', 0.99)];
}

export async function detectors(scanner: Scanner): Promise<Figure[]> {
  const all: Figure[] = [];
  for (const [name, make] of Object.entries({ prose, numbers })) {
    for (const size of [1, 4, 32, 256]) {
      const contents = Array.from({ length: 20 }, (_none, index) => contentOf(make(size * KILOBYTE, 1000 * index)));
      const times = await timed(size > 64 ? 30 : 300, (index) => scanner.scan(contents.at(index % contents.length)!, ALL.detectors));
      all.push(...figures(`${size} KB of ${name}`, times, size === 4 && name === 'prose' ? { p50: 0.5 } : {}));
    }
  }
  const content = contentOf(prose(100));
  all.push(...figures('a few words to another thread and back', await timed(500, () => scanner.scan(content, [PLAIN_PATTERN])), { p50: 0.5 }));
  return all;
}

/** Answers honestly that all is allowed, after a while. */
function judgeAfter(milliseconds: number, waited: number[]): ModelJudge {
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

export async function judges(scanner: Scanner): Promise<Figure[]> {
  const waited: number[] = [];
  const parts = partsWith(scanner, judgeAfter(JUDGE_MILLISECONDS, waited));
  const contents = Array.from({ length: 60 }, (_none, index) => contentOf(prose(4 * KILOBYTE, 5000 + 97 * index)));
  const ask = async (content: Content): Promise<void> => {
    const { verdicts } = await evaluate({ content, policies: [ALL, JUDGED], phase: 'Request', before: [], signal }, parts);
    if ([...verdicts.values()].some(({ outcome }) => outcome !== 'allowed')) throw new Error('the judge has not answered');
  };
  const times = await timed(40, (index) => ask(contents.at(index)!));
  const overhead = times.map((time, index) => time - waited[waited.length - times.length + index]!);
  return figures(`4 KB, detectors and a judge of ${JUDGE_MILLISECONDS} ms, beyond the judge`, overhead, { p99: 5 });
}

export async function cached(scanner: Scanner): Promise<Figure[]> {
  const parts = partsWith(scanner, judgeAfter(0, []));
  const hits: Figure[] = [];
  for (const [size, aim] of [[1, 10], [32, 60]] as const) {
    const content = contentOf(prose(size * KILOBYTE));
    const asked = { content, policies: [JUDGED], phase: 'Request' as const, before: [], signal };
    await evaluate(asked, parts);
    hits.push(...figures(`verdict from the cache, ${size} KB`, await timed(3000, () => evaluate(asked, parts)), { p50: aim }, 'us'));
  }
  return hits;
}
