// What detectors look for never leaves a stream, wherever it is cut, and what they do not look for hardly waits.
import { describe, expect, it } from 'vitest';
import { detectorOf } from '../../../src/policy/detectors/index.ts';
import { disguisedOf, KINDS, secretOf, seeded } from './seeded.ts';
import { streamed } from './streamed.ts';
import { TEXTS, tokensOf } from './texts.ts';

const SECRETS = 500;

/** Cut in two behind this many bytes of UTF-8; what is cut within a character comes with the second piece, as readers of streams have it. */
function cutBehind(text: string, bytes: number): [string, string] {
  const first = new TextDecoder().decode(Buffer.from(text).subarray(0, bytes), { stream: true });
  return [first, text.slice(first.length)];
}

describe('of what detectors look for nothing leaves', () => {
  it('letter by letter, of 500 secrets', () => {
    for (let seed = 0; seed < SECRETS; seed++) {
      const { kind, text, start } = secretOf(seed);
      const { released, stopped } = streamed([...text]);
      expect(stopped, `${kind}: ${text}`).toBe(true);
      expect(text.slice(0, start).startsWith(released), `${kind}: ${text} > ${released}`).toBe(true);
    }
  });

  it.each(Object.keys(KINDS))('cut in two at each byte: %s', (wanted) => {
    const all = Array.from({ length: SECRETS }, (_none, seed) => secretOf(seed));
    for (const { text, start, end } of all.filter(({ kind }) => kind === wanted).slice(0, 3)) {
      const lead = Buffer.byteLength(text.slice(0, start));
      for (let bytes = Math.max(0, lead - 2); bytes <= lead + Buffer.byteLength(text.slice(start, end)) + 2; bytes++) {
        const { released, stopped } = streamed(cutBehind(text, bytes));
        expect(stopped, `${text} cut at ${bytes}`).toBe(true);
        expect(text.slice(0, start).startsWith(released), `${text} cut at ${bytes} > ${released}`).toBe(true);
      }
    }
  });

  it('in pieces as models send them', () => {
    for (let seed = 0; seed < SECRETS; seed++) {
      const { kind, text, start } = secretOf(seed);
      const { released, stopped } = streamed(tokensOf(text));
      expect(stopped, `${kind}: ${text}`).toBe(true);
      expect(text.slice(0, start).startsWith(released), `${kind}: ${text} > ${released}`).toBe(true);
    }
  });
});

describe('of what is in disguise nothing leaves either', () => {
  // Whatever is cut in two, its first piece is one of those that come letter by letter.
  it('letter by letter, of 500 secrets', { timeout: 60_000 }, () => {
    const all = Array.from({ length: SECRETS + Math.ceil(SECRETS / (Object.keys(KINDS).length - 1)) }, (_none, seed) => disguisedOf(seed)).filter((one) => one !== undefined);
    expect(all.length).toBeGreaterThanOrEqual(SECRETS);
    for (const { kind, text, start } of all) {
      const { released, stopped } = streamed(text.split(''));
      expect(stopped, `${kind}: ${text}`).toBe(true);
      expect(text.slice(0, start).startsWith(released), `${kind}: ${text} > ${released}`).toBe(true);
    }
  });
});

describe('a match that is long', () => {
  it('is found whole when its end comes, as far back as an expression may match', () => {
    const detector = detectorOf({ id: 'pattern', pattern: 'begin secret .{400,460} end secret' });
    const text = `Well, begin secret ${'so it goes '.repeat(38)} end secret and more of it, which goes on and on and on.`;
    for (const size of [1, 7, 60]) {
      const { released, stopped } = streamed(text.match(new RegExp(`.{1,${size}}`, 'g'))!, [detector]);
      expect([stopped, released.includes('which goes')], `${size} at a time`).toEqual([true, false]);
    }
  });
});

it('a random value longer than other words is held back whole', () => {
  // Random only in its second half, so that nothing is found in the first.
  const { made } = seeded(7);
  const value = made(300).replace(/\d/g, 'x') + made(100);
  const { released, stopped } = streamed([...`The api key is ${value} and so on.`], [detectorOf({ id: 'secret.entropy' })]);
  expect([stopped, 'The api key is '.startsWith(released)]).toEqual([true, true]);
});

describe('half a number at the edge of what is read again', () => {
  it('is no other number', () => {
    const ends = '4242424242424242';
    for (const before of ['9', '99']) {
      const { released, stopped } = streamed([...`The sum is ${before.repeat(10)}${ends}. ${'a '.repeat(200)}`]);
      expect([stopped, released.slice(0, 12)]).toEqual([false, 'The sum is 9']);
    }
  });
});

describe('what nobody looks for waits', () => {
  const percentile = (list: readonly number[], part: number): number => list.toSorted((a, b) => a - b)[Math.ceil(part * list.length) - 1]!;
  /** How many tokens come before each one leaves. */
  function delaysOf(tokens: readonly string[]): number[] {
    const { after, stopped } = streamed(tokens);
    expect(stopped).toBe(false);
    let end = 0;
    return tokens.map((token, index) => {
      end += token.length;
      const left = after.findIndex((released, at) => at >= index && released.length >= end);
      return (left === -1 ? tokens.length : left) - index;
    });
  }

  it('for 1 token at the median, for 4 at the 99th percentile, in prose, code, Markdown and tables', () => {
    const delays = Object.values(TEXTS).flatMap((text) => delaysOf(tokensOf(text)));
    expect(percentile(delays, 0.5)).toBeLessThanOrEqual(1);
    expect(percentile(delays, 0.99)).toBeLessThanOrEqual(4);
    expect(delays.length).toBeGreaterThan(900);
  });

  it.each(Object.keys(TEXTS))('at the beginning as anywhere else: %s', (name) => {
    const tokens = tokensOf(TEXTS[name]!);
    const firsts = tokens.slice(0, -30).map((_token, index) => delaysOf(tokens.slice(index, index + 30))[0]!);
    expect(percentile(firsts, 0.5)).toBeLessThanOrEqual(1);
    expect(percentile(firsts, 0.99)).toBeLessThanOrEqual(name === 'code' || name === 'markdown' ? 5 : 4);
  });

  it('not at all longer for words with numbers and the numbers of lists', () => {
    const lists = ['In v2 of 2024 ', '1. First ', '2. Second ', '3) Third, ', 'see 4.2 and 5.1 for more. '];
    expect(Math.max(...lists.flatMap((text) => delaysOf(tokensOf(`${text}which is all that there is`)).slice(0, -4)))).toBeLessThanOrEqual(3);
  });
});
