// Sealed texts: they open with their key, in their place, unchanged; and under no other circumstances.
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AesSealer, parseSealKeys, sealerOf, type SealKey } from '../../src/platform/conversations/sealer.ts';

const key = (id: string): SealKey => ({ id, key: randomBytes(32) });
const A = key('2026-11');
const B = key('2026-12');

it('any text opens again, in its own place alone', () => {
  const sealer = new AesSealer([A]);
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 500 }), fc.string(), (text, context) => {
      const sealed = sealer.seal(text.toWellFormed(), context);
      expect(sealer.open(sealed, context)).toBe(text.toWellFormed());
      expect(() => sealer.open(sealed, `${context}x`)).toThrow('belongs somewhere else');
    }),
  );
});

it('no byte can be changed, and none left out', () => {
  const sealer = new AesSealer([A]);
  const sealed = sealer.seal('my card is 4242', 'm1');
  for (let at = 0; at < sealed.length; at += 1) {
    const changed = Uint8Array.from(sealed);
    changed[at]! ^= 1;
    expect(() => sealer.open(changed, 'm1')).toThrow();
    expect(() => sealer.open(sealed.subarray(0, at), 'm1')).toThrow();
  }
});

it('the same text is never sealed to the same bytes, and shows nothing of itself', () => {
  const sealer = new AesSealer([A]);
  const [one, two] = [sealer.seal('canary', 'm'), sealer.seal('canary', 'm')];
  expect(Buffer.from(one).equals(Buffer.from(two))).toBe(false);
  expect(Buffer.from(one).includes('canary')).toBe(false);
});

describe('replacing a key', () => {
  const old = new AesSealer([A]).seal('said before', 'm');

  it('the first one seals, all of them open', () => {
    const both = new AesSealer([B, A]);
    expect(both.open(old, 'm')).toBe('said before');
    expect(new AesSealer([B]).open(both.seal('said after', 'm'), 'm')).toBe('said after');
  });

  it('what was sealed with one that is gone does not open, and says which', () => {
    expect(() => new AesSealer([B]).open(old, 'm')).toThrow('the key "2026-11" that the text was sealed with is not configured any more');
  });

  it('the id alone does not make the key', () => {
    expect(() => new AesSealer([key('2026-11')]).open(old, 'm')).toThrow('the sealed text was changed');
  });
});

describe('a file of keys', () => {
  const base64 = (bytes: number): string => randomBytes(bytes).toString('base64');

  it('has one per line, with remarks and empty lines', () => {
    expect(parseSealKeys(`# newest first\n\nb:${base64(32)}\n a:${base64(32)} \n`).map(({ id }) => id)).toEqual(['b', 'a']);
    const text = `a:${base64(32)}`;
    expect(sealerOf(text).open(sealerOf(text).seal('x', 'm'), 'm')).toBe('x');
  });

  it.each([
    ['', 'there is no key; add a line ID:KEY'],
    ['# nothing', 'there is no key'],
    [base64(32), 'line 1 must be ID:KEY, the key 32 bytes in base64; openssl rand -base64 32 makes one'],
    [`a:${base64(31)}`, 'line 1 must be ID:KEY'],
    [`a b:${base64(32)}`, 'line 1 must be ID:KEY'],
    [`a:${base64(32)}\na:${base64(32)}`, 'line 2 has an id that a line above it has'],
  ])('is refused by the line, without what is in it', (text, message) => {
    let thrown: unknown;
    try {
      parseSealKeys(text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(RangeError);
    expect(String(thrown)).toContain(message);
    for (const [, secret] of text.matchAll(/([A-Za-z0-9+/]{20,}=*)/g)) expect(String(thrown)).not.toContain(secret);
  });
});
