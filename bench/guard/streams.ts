// What policies cost a stream: CPU time of each chunk, and how many tokens it is held back.
import type { Scanner } from '../../src/gateway/guard/scanner.ts';
import { StreamGate, type GateOptions } from '../../src/policy/stream/gate.ts';
import { percentile } from '../statistics.ts';
import type { Figure, Measurement } from './aims.ts';
import { ALL, JUDGED, judgeAfter, signal } from './engine.ts';
import { prose } from './texts.ts';
import { cpuSince, figuresOf } from './timing.ts';

type Check = NonNullable<GateOptions<string>['judge']>['check'];
const CLEAR: Check = () => Promise.resolve({ clear: true });

function gateOf(scanner: Scanner, check: Check | undefined, release: (count: number) => void): StreamGate<string> {
  const options = {
    detectors: ALL.detectors.filter(({ whole }) => whole !== true),
    scan: (parts: readonly Parameters<Scanner['scan']>[0]['parts'][number][]) => scanner.scan({ parts: [...parts], unscannable: [] }, ALL.detectors),
    onUnseen: () => ({ clear: true as const }),
    onFindings: () => ({ clear: true as const }),
    judge: check === undefined ? undefined : { whole: false, check },
    mayKeep: () => true,
    onTooMuch: () => ({ clear: false as const, reason: 'too much' }),
    onUnjudged: () => ({ clear: false as const, reason: 'unjudged' }),
    broken: () => undefined,
    onUnscannable: () => ({ clear: true as const }),
    release: (pieces: readonly unknown[]) => release(pieces.length),
    stop: () => undefined,
    done: () => undefined,
  };
  const gate = new StreamGate<string>(options);
  gate.push({ bytes: '', events: [{ type: 'open', choice: 0, block: { type: 'text' } }] });
  return gate;
}

const tokens = prose(8 * 1024).match(/ ?\w+|[.\s]/g)!;

/** CPU microseconds of each chunk of a stream of words. */
function costs(scanner: Scanner, check?: Check): number[] {
  const runs = Array.from({ length: 9 }, () => {
    const gate = gateOf(scanner, check, () => undefined);
    const start = process.cpuUsage();
    for (const text of tokens) gate.push({ bytes: text, events: [{ type: 'delta', choice: 0, text }] });
    gate.end();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / tokens.length;
  });
  return runs.slice(2);
}

/** Tokens that have come when each of them leaves, itself left out. */
function delays(scanner: Scanner): number[] {
  const delayed: number[] = [];
  let come = -1;
  // The piece that opens the text says nothing.
  let left = -1;
  const gate = gateOf(scanner, undefined, (count) => {
    for (let index = 0; index < count; index++, left++) if (left >= 0) delayed.push(come - left);
  });
  for (const text of tokens) {
    come++;
    gate.push({ bytes: text, events: [{ type: 'delta', choice: 0, text }] });
  }
  return delayed;
}

const JUDGE_MILLISECONDS = 50;

/** Of a stream that is gated by a judge: tokens that had come when it was asked, and milliseconds from the last of them on, beyond the judge. */
async function firstToken(scanner: Scanner): Promise<{ tokens: number; clock: number; cpu: number }> {
  const waited: number[] = [];
  const judge = judgeAfter(JUDGE_MILLISECONDS, waited);
  let asked = false;
  const { promise: released, resolve } = Promise.withResolvers<void>();
  const check: Check = async (parts, context) => {
    asked = true;
    const { verdicts } = await judge.judge({ phase: 'Response', policies: [JUDGED.policy], parts, context, timeout: 3000, signal });
    if (verdicts[0]!.outcome !== 'allowed') throw new Error('the judge has not answered');
    return { clear: true };
  };
  const gate = gateOf(scanner, check, (count) => count > 0 && resolve());
  let come = 0;
  let start = 0;
  let before = process.cpuUsage();
  while (!asked) {
    const text = tokens[come++]!;
    before = process.cpuUsage();
    start = performance.now();
    gate.push({ bytes: text, events: [{ type: 'delta', choice: 0, text }] });
  }
  await released;
  return { tokens: come, clock: performance.now() - start - waited[0]!, cpu: cpuSince(before) };
}

async function gated(scanner: Scanner): Promise<Figure[]> {
  const runs: Awaited<ReturnType<typeof firstToken>>[] = [];
  for (let run = 0; run < 30; run++) runs.push(await firstToken(scanner));
  const times = { clock: runs.slice(10).map(({ clock }) => clock), cpu: runs.slice(10).map(({ cpu }) => cpu) };
  return [
    { what: 'first token under a judge, tokens it waits for', value: Math.max(...runs.map((run) => run.tokens)), unit: 'tokens', aim: 40 },
    ...figuresOf('first token under a judge, beyond these tokens and the judge', times, { p99: 10 }),
  ];
}

function held(scanner: Scanner): Figure[] {
  const delayed = delays(scanner);
  return [
    { what: 'token held back by all detectors, p50', value: percentile(delayed, 0.5), unit: 'tokens', aim: 1 },
    { what: 'token held back by all detectors, p99', value: percentile(delayed, 0.99), unit: 'tokens', aim: 4 },
    { what: 'first token held back by all detectors', value: delayed[0] ?? NaN, unit: 'tokens', aim: 1 },
  ];
}

export function streams(scanner: Scanner): Measurement[] {
  const chunk = (what: string, check?: Check): Measurement => ({
    hasAim: false,
    measure: () => [{ what, value: percentile(costs(scanner, check), 0.5), unit: 'us' }],
  });
  return [
    chunk('chunk under all detectors, CPU, median'),
    chunk('chunk under all detectors and a judge, CPU, median', CLEAR),
    { hasAim: true, measure: () => held(scanner) },
    { hasAim: true, measure: () => gated(scanner) },
  ];
}
