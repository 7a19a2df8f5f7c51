// What policies cost a stream: CPU time of each chunk, and how many tokens it is held back.
import type { Scanner } from '../../src/gateway/guard/scanner.ts';
import { StreamGate } from '../../src/policy/stream/gate.ts';
import { percentile } from '../statistics.ts';
import type { Figure } from './aims.ts';
import { ALL } from './engine.ts';
import { prose } from './texts.ts';

function gateOf(scanner: Scanner, isJudged: boolean, release: (count: number) => void): StreamGate<string> {
  const options = {
    detectors: ALL.detectors.filter(({ whole }) => whole !== true),
    scan: (parts: readonly Parameters<Scanner['scan']>[0]['parts'][number][]) => scanner.scan({ parts: [...parts], unscannable: [] }, ALL.detectors),
    onUnseen: () => ({ clear: true as const }),
    onFindings: () => ({ clear: true as const }),
    judge: isJudged ? { whole: false, check: () => Promise.resolve({ clear: true as const }) } : undefined,
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
function costs(scanner: Scanner, isJudged: boolean): number[] {
  const runs = Array.from({ length: 9 }, () => {
    const gate = gateOf(scanner, isJudged, () => undefined);
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
  const gate = gateOf(scanner, false, (count) => {
    for (let index = 0; index < count; index++, left++) if (left >= 0) delayed.push(come - left);
  });
  for (const text of tokens) {
    come++;
    gate.push({ bytes: text, events: [{ type: 'delta', choice: 0, text }] });
  }
  return delayed;
}

export function streams(scanner: Scanner): Figure[] {
  const held = delays(scanner);
  return [
    { what: 'chunk under all detectors, CPU, median', value: percentile(costs(scanner, false), 0.5), unit: 'us' },
    { what: 'chunk under all detectors and a judge, CPU, median', value: percentile(costs(scanner, true), 0.5), unit: 'us' },
    { what: 'token held back by all detectors, p50', value: percentile(held, 0.5), unit: 'tokens', aim: 1 },
    { what: 'token held back by all detectors, p99', value: percentile(held, 0.99), unit: 'tokens', aim: 4 },
    { what: 'first token held back by all detectors', value: held[0] ?? NaN, unit: 'tokens', aim: 1 },
  ];
}
