import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, signSnapshot, verifySnapshot } from '../../src/snapshot/digest.ts';
import { contentWith, emptyContent } from '../fake/snapshots.ts';

const KEY = Buffer.alloc(32, 7);

describe('canonicalJson', () => {
  it('means the same as JSON.stringify, whatever the value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('does not depend on the order in which members were added', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
        const reversed = Object.fromEntries(Object.entries(object).toReversed());
        expect(canonicalJson(reversed)).toBe(canonicalJson(object));
      }),
    );
  });

  it('sorts by code unit, leaves out undefined and keeps a member called __proto__', () => {
    expect(canonicalJson({ b: 1, a: [{ d: undefined, c: null }], B: 2 })).toBe('{"B":2,"a":[{"c":null}],"b":1}');
    expect(canonicalJson(JSON.parse('{"__proto__":{"x":1},"10":1,"9":2}'))).toBe('{"10":1,"9":2,"__proto__":{"x":1}}');
  });
});

describe('signSnapshot and verifySnapshot', () => {
  const signed = signSnapshot(contentWith(3), { epoch: 2, revision: 5 }, KEY);

  it('verify what was signed, also after a journey as JSON', () => {
    expect(verifySnapshot(signed, KEY)).toBe(true);
    expect(verifySnapshot(JSON.parse(JSON.stringify(signed)), KEY)).toBe(true);
  });

  it('refuse any change: epoch, revision, content, additions and removals', () => {
    expect(verifySnapshot({ ...signed, epoch: 3 }, KEY)).toBe(false);
    expect(verifySnapshot({ ...signed, revision: 6 }, KEY)).toBe(false);
    expect(verifySnapshot({ ...signed, keys: {} }, KEY)).toBe(false);
    expect(verifySnapshot(Object.assign({ extra: 1 }, signed), KEY)).toBe(false);
    expect(verifySnapshot({ ...signed, digest: '' }, KEY)).toBe(false);
    expect(verifySnapshot({ ...signed, digest: `${signed.digest}00` }, KEY)).toBe(false);
    expect(verifySnapshot(JSON.parse(JSON.stringify({ ...signed, digest: { length: 64 } })), KEY)).toBe(false);
  });

  it('refuse another key, and a key of the wrong length loudly', () => {
    expect(verifySnapshot(signed, randomBytes(32))).toBe(false);
    expect(() => signSnapshot(emptyContent(), { epoch: 1, revision: 1 }, Buffer.alloc(16))).toThrow(/must have 32 bytes, not 16/);
  });

  it('sign a snapshot again as if its old digest were not there', () => {
    expect(signSnapshot(signed, { epoch: 2, revision: 5 }, KEY)).toEqual(signed);
  });
});
