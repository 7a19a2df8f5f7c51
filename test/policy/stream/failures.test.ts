// A stream whose detectors or judge cannot say anything goes on, or ends, as their policies say; and what only shows in the whole is still found.
import { describe, expect, it } from 'vitest';
import type { ChatEvent } from '../../../src/chat/answer.ts';
import { StreamGate, type Clearance, type GateOptions } from '../../../src/policy/stream/gate.ts';
import type { Detector, Finding } from '../../../src/policy/types.ts';

const OPEN: ChatEvent = { type: 'open', choice: 0, block: { type: 'text' } };
const CLOSE: ChatEvent = { type: 'close', choice: 0 };
const CLEAR = { clear: true } as const;
const refused = (reason: string): Clearance<string> => ({ clear: false, reason });
const delta = (text: string): ChatEvent => ({ type: 'delta', choice: 0, text });
const NONE: Detector = { id: 'none', title: 'nothing', maxSpan: 8, mayMatch: () => true, scan: () => [] };
const finding = (start: number, end: number): Finding => ({ detector: 'none', path: '', span: { start, end }, hash: 'h' });

interface Run {
  gate: StreamGate<string>;
  released: string[];
  stops: string[];
  ends: string[];
}

function aGate(changes: Partial<GateOptions<string>>): Run {
  const run: Omit<Run, 'gate'> = { released: [], stops: [], ends: [] };
  const gate = new StreamGate<string>({
    detectors: [NONE],
    onFindings: () => refused('found'),
    scan: () => new Map(),
    judge: undefined,
    onUnseen: () => refused('unseen'),
    onUnjudged: () => refused('unjudged'),
    mayKeep: () => true,
    onTooMuch: () => refused('too much'),
    onUnscannable: () => refused('unread'),
    release: (pieces) => void run.released.push(...pieces.map(({ bytes }) => String(bytes))),
    stop: (reason) => void run.stops.push(reason),
    broken: () => void run.ends.push('broken'),
    done: () => void run.ends.push('done'),
    ...changes,
  });
  return { ...run, gate };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
function say({ gate }: Run, ...texts: string[]): void {
  gate.push({ bytes: '', events: [OPEN] });
  for (const text of texts) gate.push({ bytes: text, events: [delta(text)] });
}
const LONG = Array.from({ length: 200 }, () => 'well and so ');

describe('what only shows in the whole', () => {
  /** From the first word on. */
  const whole: GateOptions<string>['scan'] = ([part]) => new Map(/^alpha[\s\S]*omega/.test(part!.text) ? [['none', [finding(0, part!.text.length)]]] : []);
  const later: GateOptions<string>['scan'] = (parts) => (parts[0]!.text.length > 1000 ? Promise.resolve(whole(parts)) : whole(parts));

  it.each([
    ['at once', whole],
    ['elsewhere', later],
  ])('stops a stream before the end of its text has left, looked for %s', async (_where, scan) => {
    const run = aGate({ scan });
    say(run, 'alpha ', ...LONG, 'omega ');
    run.gate.push({ bytes: 'END', events: [CLOSE] });
    run.gate.end();
    await turn();
    expect([run.stops, run.ends, run.released.includes('END')]).toEqual([['found'], [], false]);
    expect(run.released.join('')).toContain('well');
  });

  it('stops a stream whose text has no end', () => {
    const run = aGate({ scan: whole });
    say(run, 'alpha ', ...LONG, 'omega ');
    run.gate.end();
    expect([run.stops, run.ends]).toEqual([['found'], []]);
  });

  it('is looked for once', () => {
    const lengths: number[] = [];
    const run = aGate({
      scan: ([part]) => {
        lengths.push(part!.text.length);
        return new Map();
      },
    });
    say(run, ...LONG);
    run.gate.push({ bytes: '', events: [CLOSE] });
    run.gate.end();
    expect(lengths.filter((length) => length === LONG.join('').length)).toHaveLength(1);
  });
});

it('a finding that stops nothing is told once, however often its text is read again', () => {
  const told: number[] = [];
  const scan: GateOptions<string>['scan'] = ([part]) => {
    const at = part!.text.indexOf('omega');
    return new Map(at === -1 ? [] : [['none', [finding(at, at + 5)]]]);
  };
  const run = aGate({
    scan,
    onFindings: (found) => {
      told.push(...[...found.values()].flat().map(({ span }) => span.start));
      return CLEAR;
    },
  });
  say(run, 'the omega ', ...LONG, 'and ');
  run.gate.push({ bytes: '', events: [CLOSE] });
  run.gate.end();
  expect([told, run.ends]).toEqual([[4], ['done']]);
});

describe('detectors that fail', () => {
  const fail = (): never => {
    throw new Error('broken');
  };

  it.each<[string, GateOptions<string>['scan']]>([
    ['at once', fail],
    ['elsewhere', () => Promise.reject(new Error('broken'))],
  ])('stop the stream, or are left out, as is said of them: %s', async (_where, scan) => {
    const closed = aGate({ scan });
    const open = aGate({ scan, onUnseen: () => CLEAR });
    for (const run of [closed, open]) {
      say(run, 'It is ', 'a day ');
      await turn();
      run.gate.end();
      await turn();
    }
    expect([closed.stops, closed.ends, closed.released]).toEqual([['unseen'], [], []]);
    expect([open.stops, open.ends, open.released.join('')]).toEqual([[], ['done'], 'It is a day ']);
  });

  it('in an unforeseen way end the stream, and not the process', async () => {
    const run = aGate({ scan: () => Promise.resolve(new Map([['none', [finding(0, 2)]]])), onFindings: fail });
    say(run, 'It is a day ');
    await turn();
    expect(run.ends).toEqual(['broken']);
  });
});

describe('a judge that fails', () => {
  it.each([false, true])('stops the stream, or is left out, as is said of it; asked about the whole: %s', async (whole) => {
    const judge = { whole, check: () => Promise.reject(new Error('broken')) };
    const closed = aGate({ judge });
    const open = aGate({ judge, onUnjudged: () => CLEAR });
    for (const run of [closed, open]) {
      say(run, ...LONG);
      await turn();
      run.gate.end();
      await turn();
    }
    expect([closed.stops, closed.ends, closed.released.join('')]).toEqual([['unjudged'], [], '']);
    expect([open.stops, open.ends, open.released.join('')]).toEqual([[], ['done'], LONG.join('')]);
  });
});

describe('more than may be held back', () => {
  const MEBIBYTE = 'x'.repeat(1024 * 1024);
  const judge = { whole: true, check: () => new Promise<never>(() => undefined) };
  function sent(changes: Partial<GateOptions<string>>): Run {
    const run = aGate({ judge, ...changes });
    run.gate.push({ bytes: '', events: [OPEN] });
    for (let index = 0; index < 5; index++) run.gate.push({ bytes: MEBIBYTE, events: [delta('so, ')] });
    return run;
  }

  it('stops the stream, or leaves the judge out for whom it waits, while detectors still look', () => {
    const waits: string[] = [];
    const left = sent({
      onTooMuch: (whom) => {
        waits.push(whom);
        return CLEAR;
      },
      scan: ([part]) => new Map(part!.text.endsWith('omega ') ? [['none', [finding(part!.text.length - 6, part!.text.length)]]] : []),
    });
    expect(left.released.join('')).toHaveLength(5 * MEBIBYTE.length);
    left.gate.push({ bytes: 'OMEGA', events: [delta('omega '), CLOSE] });
    expect([waits, left.stops, left.released.includes('OMEGA')]).toEqual([['judge'], ['found'], false]);
    expect(sent({}).stops).toEqual(['too much']);
  });
});

describe('what may not be kept, because others keep too much', () => {
  const sent = (changes: Partial<GateOptions<string>>): Run => {
    const run = aGate({ mayKeep: () => false, ...changes });
    say(run, 'It is ', 'a day, ');
    run.gate.end();
    return run;
  };

  it('stops the stream, or passes unread, as is said of it', () => {
    const judge = { whole: true, check: () => new Promise<never>(() => undefined) };
    const open = sent({ judge, onTooMuch: () => CLEAR });
    expect(sent({}).stops).toEqual(['too much']);
    expect([open.stops, open.ends, open.released.join(''), open.gate.isLeftOut]).toEqual([[], ['done'], 'It is a day, ', true]);
  });

  it('is what was held at most, and all texts', () => {
    let kept = 0;
    const run = aGate({
      mayKeep: (bytes) => {
        kept += bytes;
        return true;
      },
    });
    say(run, ...LONG);
    run.gate.end();
    const { length } = LONG.join('');
    expect(kept).toBeGreaterThanOrEqual(length);
    expect(kept).toBeLessThan(length + 64);
  });
});

it('what nobody can read any more stops a stream, or passes, as is said of it', () => {
  const [closed, open] = [aGate({}), aGate({ onUnseen: () => CLEAR, judge: { whole: true, check: () => new Promise<never>(() => undefined) } })];
  for (const run of [closed, open]) {
    say(run, 'It is ');
    run.gate.misread();
    run.gate.push({ bytes: 'a day', events: [] });
    run.gate.end();
  }
  expect([closed.stops, closed.released]).toEqual([['unseen'], []]);
  expect([open.released.join(''), open.ends]).toEqual(['It is a day', ['done']]);
});
