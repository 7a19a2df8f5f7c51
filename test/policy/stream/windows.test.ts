// What a judge has not cleared never leaves a stream, whatever its pieces and however late its verdicts come.
import { expect, it } from 'vitest';
import { StreamGate, type Clearance } from '../../../src/policy/stream/gate.ts';
import type { Part } from '../../../src/policy/types.ts';
import { seeded, type Random } from './seeded.ts';

const RUNS = 500;
const FORBIDDEN = 'you should sue them at once';
const WORDS = ['the', 'contract', 'says', 'that', 'nothing', 'of', 'this', 'is', 'yours', 'and', 'they', 'may', 'ask.', 'Well,', 'then', 'go', 'on'];

const wordsOf = ({ below, pick }: Random): string => Array.from({ length: below(400) }, () => pick(WORDS)).join(' ');

interface Run {
  text: string;
  released: string;
  stopped: boolean;
  done: boolean;
}

/** A text in random pieces, in one or two blocks, and a judge that answers at random moments; it knows what is forbidden when it sees all of it. */
async function run(seed: number, isForbidden: boolean, whole: boolean): Promise<Run> {
  const random = seeded(seed);
  const { below } = random;
  const text = `${wordsOf(random)} ${isForbidden ? FORBIDDEN : 'you may'} ${wordsOf(random)}`;
  const asked: { verdict: Clearance<string>; answer(verdict: Clearance<string>): void }[] = [];
  const result: Run = { text, released: '', stopped: false, done: false };
  const check = (fresh: Part[], before: Part[]): Promise<Clearance<string>> => {
    const seen = fresh.map((part) => part.text).join('');
    expect(text).toContain(seen);
    expect(before.every((part) => text.includes(part.text))).toBe(true);
    return new Promise((answer) => void asked.push({ verdict: seen.includes(FORBIDDEN) ? { clear: false, reason: 'forbidden' } : { clear: true }, answer }));
  };
  const answerOne = async (): Promise<void> => {
    const { verdict, answer } = asked.shift()!;
    answer(verdict);
    await Promise.resolve();
    await Promise.resolve();
  };
  const gate = new StreamGate<string>({
    detectors: [],
    scan: () => new Map(),
    onFindings: () => ({ clear: true }),
    judge: { whole, check },
    mayKeep: () => true,
    onTooMuch: () => ({ clear: false, reason: 'too much' }),
    onUnjudged: () => ({ clear: false, reason: 'unjudged' }),
    broken: () => undefined,
    onUnseen: () => ({ clear: true }),
    onUnscannable: () => ({ clear: true }),
    release: (pieces) => void (result.released += pieces.map(({ bytes }) => String(bytes)).join('')),
    stop: () => void (result.stopped = true),
    done: () => void (result.done = true),
  });
  gate.push({ bytes: '', events: [{ type: 'open', choice: 0, block: { type: 'text' } }] });
  for (let at = 0; at < text.length; ) {
    const piece = text.slice(at, (at += 1 + below(30)));
    gate.push({ bytes: piece, events: [{ type: 'delta', choice: 0, text: piece }] });
    if (below(4) === 0 && asked.length > 0) await answerOne();
  }
  gate.end();
  while (asked.length > 0) await answerOne();
  return result;
}

it('of 500 answers that violate, none leaves with what violates', async () => {
  for (let seed = 0; seed < RUNS; seed++) {
    const { text, released, stopped, done } = await run(seed, true, seed % 5 === 0);
    expect([stopped, done], `seed ${seed}`).toEqual([true, false]);
    expect(released, `seed ${seed}`).not.toContain(FORBIDDEN);
    expect(text.startsWith(released)).toBe(true);
    if (seed % 5 === 0) expect(released, 'judged as a whole').toBe('');
  }
});

it('of 500 answers that do not, each leaves letter by letter', async () => {
  for (let seed = 0; seed < RUNS; seed++) {
    const { text, released, stopped, done } = await run(seed, false, seed % 5 === 0);
    expect([stopped, done], `seed ${seed}`).toEqual([false, true]);
    expect(released, `seed ${seed}`).toBe(text);
  }
});
