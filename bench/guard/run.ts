// `npm run bench:guard`: what policies cost in the process, without any HTTP. Figures of different machines do not compare; the machine should
// do nothing else. `npm run bench` has the row "all detectors" beside plain passing on.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { systemClock } from '../../src/clock.ts';
import { WrittenSource } from '../../src/gateway/guard/source.ts';
import { Scanner } from '../../src/gateway/guard/scanner.ts';
import { detectorOf } from '../../src/policy/detectors/index.ts';
import { evaluate, readyPolicy, type EngineParts } from '../../src/policy/evaluate.ts';
import { readRequestContent } from '../../src/policy/extract/content.ts';
import { CircuitBreaker } from '../../src/policy/judge/breaker.ts';
import { VerdictCache } from '../../src/policy/judge/cache.ts';
import { ModelJudge } from '../../src/policy/judge/model-judge.ts';
import { StreamGate } from '../../src/policy/stream/gate.ts';
import type { Content } from '../../src/policy/types.ts';
import { formatTable, percentile } from '../statistics.ts';
import { NO_ADVICE, NO_DATA } from './policy.ts';
import { numbers, prose } from './texts.ts';

const KILOBYTE = 1024;
const JUDGE_MILLISECONDS = 400;
const ALL = readyPolicy(NO_DATA, detectorOf);
const JUDGED = readyPolicy(NO_ADVICE, detectorOf);
const signal = new AbortController().signal;
const scanner = new Scanner({ key: new Uint8Array(32), clock: systemClock });

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

const row = (name: string, times: readonly number[], unit = 1): string[] => [name, ...[0.5, 0.99].map((share) => (percentile(times, share) * unit).toFixed(unit === 1 ? 2 : 1))];

async function detectors(): Promise<void> {
  const rows = [['detectors, ms', 'p50', 'p99']];
  for (const [name, make] of Object.entries({ prose, numbers })) {
    for (const size of [1, 4, 32, 256]) {
      const contents = Array.from({ length: 20 }, (_none, index) => contentOf(make(size * KILOBYTE, 1000 * index)));
      const times = await timed(size > 64 ? 30 : 300, (index) => scanner.scan(contents.at(index % contents.length)!, ALL.detectors));
      rows.push(row(`${size} KB of ${name}`, times));
    }
  }
  console.log(`\n${formatTable(rows)}`);
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

function partsWith(judge: ModelJudge): EngineParts {
  const { scan } = scanner;
  return { scan, judgeOf: () => judge, cache: new VerdictCache(systemClock) };
}

async function judges(): Promise<void> {
  const waited: number[] = [];
  const parts = partsWith(judgeAfter(JUDGE_MILLISECONDS, waited));
  const contents = Array.from({ length: 60 }, (_none, index) => contentOf(prose(4 * KILOBYTE, 5000 + 97 * index)));
  const ask = async (content: Content): Promise<void> => {
    const { verdicts } = await evaluate({ content, policies: [ALL, JUDGED], phase: 'Request', before: [], signal }, parts);
    if ([...verdicts.values()].some(({ outcome }) => outcome !== 'allowed')) throw new Error('the judge has not answered');
  };
  const times = await timed(40, (index) => ask(contents.at(index)!));
  const overhead = times.map((time, index) => time - waited[waited.length - times.length + index]!);
  const rows = [['policy of a judge, ms beyond the judge', 'p50', 'p99'], row(`4 KB, detectors and a judge of ${JUDGE_MILLISECONDS} ms`, overhead)];
  console.log(`\n${formatTable(rows)}`);

  const cached = partsWith(judgeAfter(0, []));
  const hits = [['verdict from the cache, us', 'p50', 'p99']];
  for (const size of [1, 32]) {
    const content = contentOf(prose(size * KILOBYTE));
    const asked = { content, policies: [JUDGED], phase: 'Request' as const, before: [], signal };
    await evaluate(asked, cached);
    hits.push(row(`${size} KB`, await timed(3000, () => evaluate(asked, cached)), 1000));
  }
  console.log(`\n${formatTable(hits)}`);
}

/** CPU microseconds of each chunk of a stream of words. */
function streams(): void {
  const rows = [['stream, us per chunk', 'median', 'worst']];
  const tokens = prose(8 * KILOBYTE).match(/ ?\w+|[.\s]/g)!;
  for (const [name, isJudged] of [['all detectors', false], ['all detectors and a judge', true]] as const) {
    const times = Array.from({ length: 9 }, () => {
      const gate = new StreamGate<string>({
        detectors: ALL.detectors.filter(({ whole }) => whole !== true),
        scan: (parts) => scanner.scan({ parts: [...parts], unscannable: [] }, ALL.detectors),
        onUnseen: () => ({ clear: true }),
        onFindings: () => ({ clear: true }),
        judge: isJudged ? { whole: false, check: () => Promise.resolve({ clear: true as const }) } : undefined,
        mayKeep: () => true,
        onTooMuch: () => ({ clear: false, reason: 'too much' }),
        onUnjudged: () => ({ clear: false, reason: 'unjudged' }),
        broken: () => undefined,
        onUnscannable: () => ({ clear: true }),
        release: () => undefined,
        stop: () => undefined,
        done: () => undefined,
      });
      gate.push({ bytes: '', events: [{ type: 'open', choice: 0, block: { type: 'text' } }] });
      const start = process.cpuUsage();
      for (const text of tokens) gate.push({ bytes: text, events: [{ type: 'delta', choice: 0, text }] });
      gate.end();
      const { user, system } = process.cpuUsage(start);
      return (user + system) / tokens.length;
    }).slice(2);
    rows.push([name, percentile(times, 0.5).toFixed(1), Math.max(...times).toFixed(1)]);
  }
  console.log(`\n${formatTable(rows)}`);
}

/** How long the event loop stands still while requests of this size are read and looked at. */
async function stalls(): Promise<void> {
  const rows = [['requests one after another, ms', 'longest stall', 'until looked at, median']];
  const shapes = {
    '4 KB of numbers': { model: 'm', messages: [{ role: 'user', content: numbers(4 * KILOBYTE) }] },
    '64 KB of numbers': { model: 'm', messages: [{ role: 'user', content: numbers(64 * KILOBYTE) }] },
    '8 MB of prose': { model: 'm', messages: [{ role: 'user', content: prose(8 * KILOBYTE * KILOBYTE) }] },
    '8 MB in 4000 messages': { model: 'm', messages: Array.from({ length: 4000 }, (_none, index) => ({ role: 'user', content: prose(2 * KILOBYTE, index) })) },
    '4 MB in 100000 pieces': { model: 'm', messages: [{ role: 'user', content: Array.from({ length: 100_000 }, () => ({ type: 'text', text: 'a word' })) }] },
  };
  for (const [name, body] of Object.entries(shapes)) {
    const bytes = Buffer.from(JSON.stringify(body));
    const look = async (): Promise<void> => {
      const { content, found } = await new WrittenSource(scanner, { kind: 'request', contentType: 'application/json', bytes }, () => readRequestContent(body)).read([ALL]);
      await evaluate({ content, found, policies: [ALL], phase: 'Request', before: [], signal }, partsWith(judgeAfter(0, [])));
    };
    await look();
    const histogram = monitorEventLoopDelay({ resolution: 1 });
    histogram.enable();
    const times = await timed(bytes.length > KILOBYTE * KILOBYTE ? 3 : 50, look);
    histogram.disable();
    // The histogram counts from one tick to the next: a millisecond of them is no stall.
    rows.push([name, (histogram.max / 1e6 - 1).toFixed(1), percentile(times, 0.5).toFixed(1)]);
  }
  console.log(`\n${formatTable(rows)}`);
}

console.log(`Node ${process.version}, ${ALL.detectors.length} detectors`);
await detectors();
await judges();
streams();
await stalls();
await scanner.close();
