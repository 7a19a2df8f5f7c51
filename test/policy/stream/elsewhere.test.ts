// Detectors that look in another thread: what waits for them, and what becomes of it.
import { describe, expect, it } from 'vitest';
import { StreamGate, type Clearance, type Piece } from '../../../src/policy/stream/gate.ts';
import type { Detector, Finding } from '../../../src/policy/types.ts';

const ANY: Detector = { id: 'any', title: 'anything', maxSpan: 64, mayMatch: () => true, scan: () => [] };

interface Run {
  gate: StreamGate<string>;
  released: string[];
  stops: string[];
  /** Looks under way: text, and their end. */
  looks: { text: string; find(word?: string): Promise<void>; fail(): Promise<void> }[];
  calls: { looked: number; unseen: number; done: number };
}

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 4; turn++) await Promise.resolve();
};

function aGate(onUnseen: Clearance<string> = { clear: false, reason: 'unseen' }): Run {
  const run = { released: [] as string[], stops: [] as string[], looks: [] as Run['looks'], calls: { looked: 0, unseen: 0, done: 0 } };
  const gate = new StreamGate<string>({
    detectors: [ANY],
    scan: ([part]) =>
      new Promise((resolve, reject) => {
        const { text, path } = part!;
        const find = async (word = ''): Promise<void> => {
          const start = text.indexOf(word);
          const finding: Finding = { detector: 'any', path, span: { start, end: start + word.length }, hash: '' };
          resolve(word === '' ? new Map() : new Map([['any', [finding]]]));
          await settled();
        };
        const fail = async (): Promise<void> => {
          reject(new Error('busy'));
          await settled();
        };
        run.looks.push({ text, find, fail });
      }),
    onFindings: () => ({ clear: false, reason: 'found' }),
    onUnseen: () => {
      run.calls.unseen++;
      return onUnseen;
    },
    onLooked: () => void run.calls.looked++,
    judge: undefined,
    mayKeep: () => true,
    onTooMuch: () => ({ clear: false, reason: 'too much' }),
    onUnjudged: () => ({ clear: false, reason: 'unjudged' }),
    broken: () => undefined,
    onUnscannable: () => ({ clear: true }),
    release: (pieces) => void run.released.push(...pieces.map(({ bytes }) => String(bytes))),
    stop: (reason) => void run.stops.push(reason),
    done: () => void run.calls.done++,
  });
  return { ...run, gate };
}

/** Words that need not wait for what may come. */
const piece = (text: string): Piece => ({
  bytes: text,
  events: [{ type: 'remark', key: 'said', path: 'said', text, isApart: false, isWhole: true, forDetectors: false }],
});

describe('detectors that look in another thread', () => {
  it('let nothing leave until they have looked', async () => {
    const { gate, looks, released } = aGate();
    gate.push(piece('This is fine. '));
    expect(released).toEqual([]);
    await looks[0]!.find();
    expect(released.join('')).toBe('This is fine. ');
  });

  it('are asked once at a time, and then about all that has come meanwhile', async () => {
    const { gate, looks } = aGate();
    for (const word of ['one ', 'two ', 'three ']) gate.push(piece(word));
    expect(looks.map(({ text }) => text)).toEqual(['one ']);
    await looks[0]!.find();
    expect(looks.map(({ text }) => text)).toEqual(['one ', 'one two three ']);
  });

  it('are asked once about pieces that come together', () => {
    const { gate, looks } = aGate();
    gate.pushAll(['one ', 'two ', 'three '].map(piece));
    expect(looks.map(({ text }) => text)).toEqual(['one two three ']);
  });

  it('stop the stream before what they find, and not what was in front of it', async () => {
    const { gate, looks, released, stops } = aGate();
    gate.pushAll(['one ', 'bad ', 'two '].map(piece));
    await looks[0]!.find('bad');
    expect([released.join(''), stops]).toEqual(['one ', ['found']]);
  });

  it('keep the end of a stream waiting, and look at all of it', async () => {
    const { gate, looks, released, calls } = aGate();
    gate.push(piece('all is well'));
    gate.end();
    expect(calls.done).toBe(0);
    for (let index = 0; index < looks.length; index++) await looks[index]!.find();
    expect(looks.at(-1)!.text).toBe('all is well');
    expect([released.join(''), calls.done]).toEqual(['all is well', 1]);
  });

  it('stop the stream when they cannot look', async () => {
    const { gate, looks, released, stops } = aGate();
    gate.push(piece('one '));
    await looks[0]!.fail();
    expect([released, stops]).toEqual([[], ['unseen']]);
  });

  it('let it pass when they cannot look and policies say so', async () => {
    const { gate, looks, released, calls } = aGate({ clear: true });
    gate.push(piece('one '));
    await looks[0]!.fail();
    expect([released.join(''), calls.unseen]).toEqual(['one ', 1]);
  });

  it('say nothing any more once nobody wants the stream', async () => {
    const { gate, looks, released, stops } = aGate();
    gate.push(piece('bad '));
    gate.close();
    await looks[0]!.find('bad');
    expect([released, stops]).toEqual([[], []]);
  });

  it('hold up whoever writes faster than they look, until they have looked', async () => {
    const { gate, looks, calls } = aGate();
    gate.push(piece('one '));
    expect(gate.isFull).toBe(false);
    gate.push(piece('a word '.repeat(200_000)));
    expect(gate.isFull).toBe(true);
    await looks[0]!.find();
    await looks[1]!.find();
    expect([gate.isFull, calls.looked]).toEqual([false, 2]);
  });
});
