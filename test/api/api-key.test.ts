import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { formatKey, hashKey, isWellFormedKey, keyPrefix } from '../../src/api/api-key.ts';

const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => formatKey(Buffer.from(bytes)));

describe('a key', () => {
  it('is sk- and 48 characters that need no escaping anywhere', () => {
    fc.assert(fc.property(key, (text) => /^sk-[A-Za-z0-9_-]{48}$/.test(text) && isWellFormedKey(text)));
  });

  it('holds its random bytes, so two are never equal by accident', () => {
    const random = Buffer.from(Array.from({ length: 32 }, (_, index) => index));
    expect(Buffer.from(formatKey(random).slice(3), 'base64url').subarray(0, 32)).toEqual(random);
    expect(formatKey(random)).toBe('sk-AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh-RJn6K');
  });

  it.each([0, 31, 33])('is not made of %d bytes', (length) => {
    expect(() => formatKey(Buffer.alloc(length))).toThrow(`a key needs 32 random bytes, not ${length}`);
  });

  it('with one other character is not well-formed', () => {
    const alphabet = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_');
    fc.assert(
      fc.property(key, fc.integer({ min: 3, max: 50 }), alphabet, (text, at, other) => {
        fc.pre(text[at] !== other);
        expect(isWellFormedKey(text.slice(0, at) + other + text.slice(at + 1))).toBe(false);
      }),
    );
  });

  it('with two characters swapped is not well-formed', () => {
    fc.assert(
      fc.property(key, fc.integer({ min: 3, max: 49 }), (text, at) => {
        fc.pre(text[at] !== text[at + 1]);
        expect(isWellFormedKey(text.slice(0, at) + text[at + 1] + text[at] + text.slice(at + 2))).toBe(false);
      }),
    );
  });

  const good = formatKey(Buffer.alloc(32, 7));
  it.each(['', 'sk-', good.slice(0, -1), `${good}A`, ` ${good}`, `${good}\n`, good.toUpperCase(), good.replace('sk-', 'pk-'), `sk-${'A'.repeat(48)}`])(
    '%j is none',
    (text) => {
      expect(isWellFormedKey(text)).toBe(false);
    },
  );

  it('is known by its SHA-256 in hex', () => {
    expect(hashKey(good)).toBe(createHash('sha256').update(good).digest('hex'));
  });

  it('is recognised by its first eight characters', () => {
    expect(keyPrefix(good)).toBe(good.slice(0, 8));
    expect(keyPrefix(good)).toHaveLength(8);
  });
});
