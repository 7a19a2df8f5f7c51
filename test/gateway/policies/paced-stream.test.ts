// Streams that come faster than they can be looked at.
import { describe, expect, it } from 'vitest';
import { PacedStream } from '../../../src/gateway/guard/paced-stream.ts';
import { Turns } from '../../../src/gateway/guard/turns.ts';

/** An event loop in which each piece of work takes as long as the test says. */
class Loop {
  time = 0;
  readonly turns = new Turns({ now: () => this.time, nextTurn: (work) => void this.#next.push(work) });
  readonly #next: (() => void)[] = [];

  turn(): void {
    for (const work of this.#next.splice(0)) work();
  }

  /** Turns until nothing is left to do. */
  idle(): void {
    while (this.#next.length > 0) this.turn();
  }
}

function aStream(loop = new Loop(), milliseconds = 1) {
  const run = { loop, taken: [] as string[], drains: 0, flows: true, needsDrain: false, closed: 0 };
  const take = (text: string): boolean => {
    run.taken.push(text);
    loop.time += milliseconds;
    return run.flows;
  };
  const stream = { write: (bytes: Buffer) => take(bytes.toString()), end: () => void take('end'), close: () => void run.closed++ };
  const response = {
    get writableNeedDrain() {
      return run.needsDrain;
    },
    emit: () => void run.drains++,
  };
  return { run, paced: new PacedStream({ stream, response, turns: loop.turns }) };
}

const LONG = Buffer.from(['a', 'b', 'c', 'd', 'e'].map((letter) => letter.repeat(4096)).join(''));
const letters = (taken: readonly string[]): string => taken.map((text) => (text === 'end' ? '.' : text[0])).join('');

describe('a stream', () => {
  it('that comes piece by piece is read at once', () => {
    const { run, paced } = aStream();
    for (const word of ['one', 'two']) {
      expect(paced.write(Buffer.from(word))).toBe(true);
      run.loop.turn();
    }
    expect(run.taken).toEqual(['one', 'two']);
    paced.end();
    expect(run.taken.at(-1)).toBe('end');
  });

  it('of which nothing has come asks for no patience: the room that was missing may have been told of already', () => {
    const { run, paced } = aStream();
    run.flows = false;
    expect(paced.write(Buffer.from('more than the caller takes'))).toBe(false);
    expect(paced.write(Buffer.alloc(0))).toBe(true);
    expect(run.taken).toHaveLength(1);
  });

  it('that comes at once is read in several turns, in order, and so is its end', () => {
    const { run, paced } = aStream();
    paced.write(LONG);
    paced.end();
    expect(letters(run.taken)).toBe('ab');
    run.loop.turn();
    expect(letters(run.taken)).toBe('abcd');
    run.loop.turn();
    expect(letters(run.taken)).toBe('abcde.');
  });

  it('holds up whoever writes until all was read, and says so once', () => {
    const { run, paced } = aStream();
    expect(paced.write(LONG)).toBe(false);
    run.loop.turn();
    expect(run.drains).toBe(0);
    run.loop.idle();
    expect([letters(run.taken), run.drains]).toEqual(['abcde', 1]);
    expect(paced.write(Buffer.from('f'))).toBe(true);
  });

  it.each(['flows', 'needsDrain'] as const)('leaves it to others to say so where they are full, too (%s)', (what) => {
    const { run, paced } = aStream();
    paced.write(LONG);
    run[what] = what === 'needsDrain';
    run.loop.idle();
    expect([letters(run.taken), run.drains]).toEqual(['abcde', 0]);
  });

  it('that nobody wants any more is not read', () => {
    const { run, paced } = aStream();
    paced.write(LONG);
    paced.close();
    run.loop.idle();
    expect([letters(run.taken), run.drains, run.closed]).toEqual(['ab', 0, 1]);
  });
});

describe('streams that come together', () => {
  it('share the time of each turn', () => {
    const loop = new Loop();
    const [one, other] = [aStream(loop), aStream(loop)];
    one.paced.write(LONG);
    other.paced.write(Buffer.from('x'));
    expect([letters(one.run.taken), letters(other.run.taken)]).toEqual(['ab', '']);
    loop.turn();
    loop.turn();
    expect([letters(one.run.taken), letters(other.run.taken)]).toEqual(['abcde', 'x']);
  });

  it('have a whole turn again after one in which nothing came', () => {
    const { run, paced } = aStream();
    paced.write(LONG.subarray(0, 2 * 4096));
    run.loop.idle();
    paced.write(LONG.subarray(2 * 4096, 4 * 4096));
    expect(letters(run.taken)).toBe('abcd');
  });
});
