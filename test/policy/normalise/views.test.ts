import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { viewsOf } from '../../../src/policy/normalise/views.ts';

const CARD = '4242424242424242';
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('readings of a text', () => {
  it('of plain text are the text alone', () => {
    expect(viewsOf('A card is 4242 4242 4242 4242.').map(({ text }) => text)).toEqual(['A card is 4242 4242 4242 4242.']);
  });

  // Text, what one reading has to say, and what of the original it was read from.
  it.each([
    ['full width', 'no ４２４２４２４２４２４２４２４２!', CARD, '４２４２４２４２４２４２４２４２'],
    ['marks that nobody sees', 'no 4\u200b2\u200b4\u200b2\u200b424242424242!', CARD, '4\u200b2\u200b4\u200b2\u200b424242424242'],
    ['digits of another script', 'no ٤٢٤٢٤٢٤٢!', '42424242', '٤٢٤٢٤٢٤٢'],
    ['bold letters of mathematics', '𝐬𝐞𝐜𝐫𝐞𝐭', 'secret', '𝐬𝐞𝐜𝐫𝐞𝐭'],
    ['other dashes', '536–22–8719', '536-22-8719', '536–22–8719'],
    ['percent signs', 'q=ssn%3A536%2D22%2D8719', 'ssn:536-22-8719', 'ssn%3A536%2D22%2D8719'],
    ['escapes of JSON', String.raw`{"a":"\u0034\u0032x"}`, '42x', String.raw`\u0034\u0032x`],
    ['entities', 'ann&#64;example&period;com', 'ann@example.com', 'ann&#64;example&period;com'],
    ['base64', `see ${base64('the card is 4242 4242 4242 4242')} ok`, 'card is 4242', base64('the card is 4242 4242 4242 4242')],
    ['numbers in words', 'call five five five one two three four please', '5551234', 'five five five one two three four'],
    ['German numbers', 'ruf an: null drei null neun null eins acht zwei', '03090182', 'null drei null neun null eins acht zwei'],
    ['an address in words', 'kim (at) example (dot) com', 'kim@example.com', 'kim (at) example (dot) com'],
    ['both at once', 'no %34%32 ４２', '42 42', '%34%32 ４２'],
  ])('see through %s', (_name, text, said, from) => {
    const view = viewsOf(text).find((one) => one.text.includes(said));
    expect(view).toBeDefined();
    const start = view!.text.indexOf(said);
    const { start: at, end } = view!.toOriginal({ start, end: start + said.length });
    expect(text.slice(at, end)).toBe(from);
  });

  it('undo one layer, not two', () => {
    expect(viewsOf('%2534%2532').some(({ text }) => text.includes('42'))).toBe(false);
  });

  it('do not take a sentence for a number', () => {
    expect(viewsOf('one of two things at three').map(({ text }) => text)).toEqual(['one of two things at three']);
  });
});

it('every span of every reading leads back into the original', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.constantFrom('%41', '%', '\\u0041', '&amp;', '&#x41;', '４', '\u200b', ' four two one one nine nine two ', 'a (at) b (dot) c', base64('hello there, how are you today?')),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.nat(), fc.nat(), (pieces, a, b) => {
      const text = pieces.join('');
      for (const view of viewsOf(text)) {
        const start = view.text.length === 0 ? 0 : a % view.text.length;
        const end = Math.min(view.text.length, start + 1 + (b % 10));
        if (end <= start) continue;
        const span = view.toOriginal({ start, end });
        expect(span.start).toBeGreaterThanOrEqual(0);
        expect(span.end).toBeLessThanOrEqual(text.length);
        expect(span.end).toBeGreaterThan(span.start);
      }
    }),
    { seed: 11, numRuns: 500 },
  );
});
