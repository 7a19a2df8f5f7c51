import { describe, expect, it } from 'vitest';
import type { ChatEvent } from '../../../src/chat/answer.ts';
import { detect } from '../../../src/policy/detect.ts';
import { viewsOf } from '../../../src/policy/normalise/views.ts';
import { candidateStart } from '../../../src/policy/stream/candidate.ts';
import { StreamGate, type Clearance, type GateOptions } from '../../../src/policy/stream/gate.ts';
import type { Detector, Part } from '../../../src/policy/types.ts';

/** Sixteen digits, however they are grouped. */
const DIGITS: Detector = {
  id: 'digits',
  title: 'sixteen digits',
  maxSpan: 32,
  mayMatch: () => true,
  scan: (text) => [...text.matchAll(/(?<!\d)\d(?:[ -]?\d){15}(?!\d)/g)].map(({ 0: { length }, index }) => ({ start: index, end: index + length })),
};

interface Run {
  gate: StreamGate<string>;
  released: string[];
  stops: string[];
  done: () => boolean;
  /** Judges that wait for their verdict. */
  judging: { fresh: Part[]; before: Part[]; say(clearance: Clearance<string>): Promise<void> }[];
}

function aGate(judge: 'none' | 'windows' | 'whole', changes: Partial<GateOptions<string>> = {}): Run {
  const run = { released: [] as string[], stops: [] as string[], judging: [] as Run['judging'] };
  let isDone = false;
  const check = (fresh: Part[], before: Part[]): Promise<Clearance<string>> =>
    new Promise((resolve) => {
      const say = async (clearance: Clearance<string>): Promise<void> => {
        resolve(clearance);
        await Promise.resolve();
        await Promise.resolve();
      };
      run.judging.push({ fresh, before, say });
    });
  const gate = new StreamGate<string>({
    detectors: [DIGITS],
    onFindings: () => ({ clear: false, reason: 'found' }),
    scan: (parts) => detect({ parts: [...parts], unscannable: [] }, [DIGITS], viewsOf, String),
    judge: judge === 'none' ? undefined : { whole: judge === 'whole', check },
    mayKeep: () => true,
    onTooMuch: () => ({ clear: false, reason: 'too much' }),
    onUnjudged: () => ({ clear: false, reason: 'unjudged' }),
    broken: () => undefined,
    onUnseen: () => ({ clear: false, reason: 'unseen' }),
    onUnscannable: () => ({ clear: false, reason: 'unread' }),
    release: (pieces) => void run.released.push(...pieces.map(({ bytes }) => String(bytes))),
    stop: (reason) => void run.stops.push(reason),
    done: () => void (isDone = true),
    ...changes,
  });
  return { ...run, gate, done: () => isDone };
}

const OPEN: ChatEvent = { type: 'open', choice: 0, block: { type: 'text' } };
const delta = (text: string, choice = 0): ChatEvent => ({ type: 'delta', choice, text });
const push = ({ gate }: Run, bytes: string, ...events: ChatEvent[]): void => gate.push({ bytes, events });
/** The bytes are the words themselves. */
function say(run: Run, ...texts: string[]): void {
  push(run, '', OPEN);
  for (const text of texts) push(run, text, delta(text));
}

describe('detectors on a stream', () => {
  it('hold back the word that is growing, and no more', () => {
    const run = aGate('none');
    say(run, 'It', ' is', ' a', ' nice', ' day');
    expect(run.released.join('')).toBe('It is a nice');
    run.gate.end();
    expect([run.released.join(''), run.done()]).toEqual(['It is a nice day', true]);
  });

  it('stop what they look for before its first digit has left, wherever it is cut', () => {
    const secret = 'The number 4242-4242 4242-4242 is mine, do not tell.';
    for (let first = 1; first < secret.length; first++) {
      for (const size of [1, 3, 7, 50]) {
        const run = aGate('none');
        say(run, secret.slice(0, first), ...(secret.slice(first).match(new RegExp(`.{1,${size}}`, 'g')) ?? []));
        run.gate.end();
        expect(run.released.join(''), `cut at ${first}, ${size} at a time`).not.toMatch(/\d/);
        expect(run.stops).toEqual(['found']);
      }
    }
  });

  it('let go what only looked like it', () => {
    const run = aGate('none');
    say(run, 'Order 4242 4242', ' 4242', ' ships on', ' Monday or', ' Tuesday, I', ' think');
    expect(run.released.join('')).toBe('Order 4242 4242 4242 ships on Monday or Tuesday, I');
  });

  it('keep the texts of several choices apart', () => {
    const run = aGate('none');
    push(run, '', { ...OPEN, choice: 0 } as ChatEvent, { ...OPEN, choice: 1 } as ChatEvent);
    for (let index = 0; index < 8; index++) push(run, '.', delta('42 ', 0), delta('a ', 1));
    run.gate.end();
    expect(run.stops).toEqual(['found']);
    expect(run.released.join('')).toBe('');
  });

  it('read names and arguments of calls, and blocks that come whole', () => {
    const call = aGate('none');
    push(call, 'x', { type: 'open', choice: 0, block: { type: 'tool-call', id: 'c', name: 'f4242424242424242', kind: 'function' } });
    const whole = aGate('none');
    push(whole, 'x', { type: 'block', choice: 0, block: { type: 'other', dialect: 'anthropic', kind: 'server', value: { query: 'card 4242424242424242 ' } } });
    const argument = aGate('none');
    push(argument, 'x', { type: 'open', choice: 0, block: { type: 'tool-call', id: 'c', name: 'f', kind: 'function' } });
    push(argument, 'y', delta('{"card": "4242424242424242", '), { type: 'close', choice: 0 });
    expect([call.stops, whole.stops, argument.stops]).toEqual([['found'], ['found'], ['found']]);
  });

  it('refuse what they cannot read', () => {
    const run = aGate('none');
    push(run, 'x', { type: 'block', choice: 0, block: { type: 'image', source: { type: 'url', url: 'https://a.example/' } } });
    expect([run.stops, run.released]).toEqual([['unread'], []]);
  });
});

describe('a judge on a stream', () => {
  const words = (count: number): string[] => Array.from({ length: count }, (_none, index) => `word${[...String(index).padStart(4, '0')].map((digit) => 'abcdefghij'[Number(digit)]).join('')} `);

  it('releases nothing before its verdict, and each window with its own', async () => {
    const run = aGate('windows');
    say(run, ...words(60));
    expect(run.released.join('')).toBe('');
    await run.judging[0]!.say({ clear: true });
    expect(run.released.join('')).toBe(words(18).join(''));
    await run.judging[1]!.say({ clear: false, reason: 'guilty' });
    run.gate.end();
    expect([run.released.join(''), run.stops, run.done()]).toEqual([words(18).join(''), ['guilty'], false]);
  });

  it('is asked about windows that grow, with all that was said before', async () => {
    const run = aGate('windows');
    say(run, ...words(1000));
    for (let index = 0; index < run.judging.length; index++) await run.judging[index]!.say({ clear: true });
    run.gate.end();
    for (let index = 0; index < run.judging.length; index++) await run.judging[index]!.say({ clear: true });
    expect(run.released.join('')).toBe(words(1000).join(''));
    expect(run.done()).toBe(true);
    expect(run.judging[1]!.before[0]!.text + run.judging[1]!.fresh[0]!.text.slice(162, 172)).toBe(words(1000).join('').slice(0, 172));
  });

  it('that has to see the whole is asked once, at the end', async () => {
    const run = aGate('whole');
    say(run, ...words(100));
    expect(run.judging).toHaveLength(0);
    run.gate.end();
    expect(run.judging).toHaveLength(1);
    expect(run.released.join('')).toBe('');
    await run.judging[0]!.say({ clear: true });
    expect([run.released.join(''), run.done()]).toEqual([words(100).join(''), true]);
  });

  it('does not undo what detectors hold back', async () => {
    const run = aGate('windows');
    say(run, ...words(20), '4242');
    await run.judging[0]!.say({ clear: true });
    expect(run.released.join('')).not.toContain('4242');
  });

  it('says nothing any more to a stream that was closed', async () => {
    const run = aGate('windows');
    say(run, ...words(40));
    run.gate.close();
    await run.judging[0]!.say({ clear: false, reason: 'guilty' });
    expect([run.released.join(''), run.stops]).toEqual(['', []]);
  });
});

it('a stream of which too much is held back ends', () => {
  const run = aGate('whole');
  push(run, '', OPEN);
  for (let index = 0; index < 5; index++) push(run, 'x'.repeat(1024 * 1024), delta('x'));
  expect(run.stops).toEqual(['too much']);
});

describe('what may be growing at the end of a text', () => {
  it.each([
    // "at" may come next.
    ['It is a nice ', 'nice '],
    ['It is a nice, ', ''],
    ['It is a nice day', 'day'],
    ['The card 4242 4242', '4242 4242'],
    ['The card: 4242 ', '4242 '],
    ['The number 424242424242 is', '424242424242 is'],
    ['On 2024-05-12 we', 'we'],
    ['Of 12, 13 and', 'and'],
    ['iban de89 3704 0044 ab', 'de89 3704 0044 ab'],
    ['call fetch(name, list[index', 'index'],
    ['这个库为每个请求打开一个连接，所以第一次调用', '所以第一次调用'],
    ['最初の呼び出しは遅い。次は', '次は'],
    ['卡号，4242', '卡号，4242'],
    ['password: a(b', 'a(b'],
    ['see https://docs.example.org/guide/names', 'names'],
    ['postgres://ann:a/b', 'postgres://ann:a/b'],
    ['User Id=ann; Pass', 'Id=ann; Pass'],
    ['four two four, tw', 'four two four, tw'],
    ['one of', 'of'],
    ['IBAN GB82 WEST 1234', 'IBAN GB82 WEST 1234'],
    ['the password is hunter', 'hunter'],
    ['call +49 (30) 90-18', '+49 (30) 90-18'],
    ['write to ann at example', 'ann at example'],
    ['write to ann [at] example [dot', 'ann [at] example [dot'],
    ['write to ann at example which', 'which'],
  ])('%j holds %j', (text, held) => {
    expect(text.slice(candidateStart(text))).toBe(held);
  });

  it('is never more than a few words, whatever the text', () => {
    expect(candidateStart('4'.repeat(10_000))).toBe(10_000 - 256);
  });
});
