import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatKey, hashKey, isWellFormedKey, keyPrefix } from '../../src/api/api-key.ts';
import { ANNOTATIONS, KEY_DATA, KEY_VARIABLES, type KeyType } from '../../src/api/resources.ts';
import { KeyLedger } from '../../src/reconcile/key-ledger.ts';
import { expiryOf, generateKey, generateKeyId, planKey, readIssuedKey, rotatedKey, type IssuedKey } from '../../src/reconcile/keys.ts';
import { countingRandom } from './harness.ts';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-11-25T08:00:00Z');
const random = countingRandom();

function issued(overrides: Partial<IssuedKey> = {}): IssuedKey {
  const key = generateKey(random);
  return { key, hash: hashKey(key), id: generateKeyId(random), createdAt: NOW, previous: undefined, ...overrides };
}

describe('the form of keys', () => {
  it('is sk- and 48 base64url characters with a checksum that finds every changed character', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.integer({ min: 3, max: 50 }), fc.constantFrom(...'AZaz09-_'), (bytes, at, other) => {
        const key = formatKey(Buffer.from(bytes));
        expect(key).toMatch(/^sk-[A-Za-z0-9_-]{48}$/);
        expect(isWellFormedKey(key)).toBe(true);
        const typo = key.slice(0, at) + other + key.slice(at + 1);
        if (typo !== key) expect(isWellFormedKey(typo)).toBe(false);
      }),
    );
  });

  it('shows five characters of a key to people, and an id that is not derived from it', () => {
    const key = generateKey(random);
    expect(keyPrefix(key)).toBe(key.slice(0, 8));
    expect(generateKeyId(random)).toMatch(/^key_[0-9a-f]{12}$/);
  });
});

describe('planKey', () => {
  const rotation = { every: '720h', overlap: '24h' };

  it('issues where there is no key', () => {
    expect(planKey({ name: 'app' }, undefined, NOW)).toEqual({ action: 'issue' });
  });

  it('keeps a key without end for ever, and one with an end until then', () => {
    expect(planKey({ name: 'app' }, issued(), NOW)).toMatchObject({ action: 'keep', due: undefined });
    const entry = { name: 'app', expiresAt: new Date(NOW + HOUR).toISOString() };
    expect(planKey(entry, issued(), NOW)).toMatchObject({ action: 'keep', due: NOW + HOUR });
    expect(planKey(entry, issued(), NOW + HOUR)).toMatchObject({ action: 'keep', due: undefined });
  });

  it('takes an end that nobody can read for one that has passed', () => {
    expect(expiryOf({ name: 'app', expiresAt: 'tomorrow' })).toBe(0);
    expect(expiryOf({ name: 'app' })).toBeUndefined();
  });

  it('rotates at the age that the entry says, and not before', () => {
    expect(planKey({ name: 'app', rotation }, issued(), NOW + 720 * HOUR - 1)).toMatchObject({ action: 'keep', due: NOW + 720 * HOUR });
    expect(planKey({ name: 'app', rotation }, issued(), NOW + 720 * HOUR).action).toBe('rotate');
  });

  it('keeps the replaced key for the overlap, and not longer than the present spec allows', () => {
    const current = issued();
    const next = rotatedKey({ name: 'app', rotation }, current, { key: generateKey(random), id: generateKeyId(random) }, NOW);
    expect(next.previous).toEqual({ hash: current.hash, id: current.id, expiresAt: NOW + 24 * HOUR });
    expect(planKey({ name: 'app', rotation }, next, NOW)).toMatchObject({ action: 'keep', due: NOW + 24 * HOUR });
    expect(planKey({ name: 'app', rotation }, next, NOW + 24 * HOUR)).toMatchObject({ action: 'dropPrevious', current: { previous: undefined } });
    expect(planKey({ name: 'app', rotation: { every: '720h', overlap: '1h' } }, next, NOW)).toMatchObject({ due: NOW + HOUR });
    expect(planKey({ name: 'app' }, next, NOW).action).toBe('dropPrevious');
    const forged = { ...next, previous: { ...next.previous!, expiresAt: NOW + 9_999 * HOUR } };
    expect(planKey({ name: 'app', rotation }, forged, NOW)).toMatchObject({ due: NOW + 24 * HOUR });
  });

  it('replaces a key without overlap at once', () => {
    expect(rotatedKey({ name: 'app', rotation: { every: '1h' } }, issued(), issued(), NOW).previous).toBeUndefined();
  });
});

const TYPES = Object.keys(KEY_VARIABLES) as KeyType[];

describe.each(TYPES)('readIssuedKey of type %s', (type) => {
  const variable = KEY_VARIABLES[type].key;
  const [stale, other] = TYPES.filter((candidate) => candidate !== type).map((candidate) => KEY_VARIABLES[candidate].key) as [string, string];
  const current = issued();
  const data = { [variable]: current.key, [KEY_DATA.hash]: current.hash };
  const annotations = { [ANNOTATIONS.keyId]: current.id, [ANNOTATIONS.keyCreatedAt]: new Date(NOW).toISOString() };
  const read = (secret: { data?: Record<string, string>; annotations?: Record<string, string> }, known?: { id: string }) =>
    readIssuedKey({ data, annotations, ...secret }, type, { known: (hash) => (hash === current.hash ? known : undefined), now: NOW, makeId: () => 'key_000000000000' });

  it('reads what was issued', () => {
    expect(read({})).toEqual(current);
  });

  it('does not trust parts that contradict each other', () => {
    expect(read({ data: { ...data, [KEY_DATA.hash]: hashKey('other') } })).toBeUndefined();
    expect(read({ data: { ...data, [variable]: generateKey(random) } })).toBeUndefined();
    expect(read({ data: { [variable]: 'hello', [KEY_DATA.hash]: hashKey('hello') } })).toBeUndefined();
    expect(read({ data: {} })).toBeUndefined();
  });

  it('finds the key of an entry whose type was another, unless it was edited', () => {
    expect(read({ data: { [other]: current.key, [KEY_DATA.hash]: current.hash } })).toEqual(current);
    expect(read({ data: { [other]: generateKey(random), [KEY_DATA.hash]: current.hash } })).toBeUndefined();
    expect(read({ data: { [stale]: generateKey(random), [other]: current.key, [KEY_DATA.hash]: current.hash } })).toEqual(current);
  });

  it('does not trust an edited key because of a copy under the name of another type', () => {
    expect(read({ data: { ...data, [variable]: generateKey(random), [other]: current.key } })).toBeUndefined();
  });

  it('survives a tool that strips annotations, and lets nobody write free text into an id', () => {
    expect(read({ annotations: {} }, { id: current.id })).toMatchObject({ id: current.id, createdAt: NOW });
    expect(read({ annotations: { [ANNOTATIONS.keyId]: 'a user@example.com' } })).toMatchObject({ id: 'key_000000000000' });
    expect(read({ annotations: { ...annotations, [ANNOTATIONS.keyCreatedAt]: '2999-01-01T00:00:00Z' } })).toMatchObject({ createdAt: NOW });
  });

  it('reads a previous key only when all of it is there', () => {
    const full = { ...annotations, [ANNOTATIONS.previousKeyId]: 'key_aaaaaaaaaaaa', [ANNOTATIONS.previousKeyExpiresAt]: new Date(NOW + HOUR).toISOString() };
    const hash = hashKey('previous');
    expect(read({ data: { ...data, [KEY_DATA.previousHash]: hash }, annotations: full })?.previous).toEqual({ hash, id: 'key_aaaaaaaaaaaa', expiresAt: NOW + HOUR });
    expect(read({ data: { ...data, [KEY_DATA.previousHash]: hash } })?.previous).toBeUndefined();
    expect(read({ data: { ...data, [KEY_DATA.previousHash]: 'x' }, annotations: full })?.previous).toBeUndefined();
  });
});

describe('KeyLedger', () => {
  it('revokes what disappears and never lets it back', () => {
    const ledger = new KeyLedger();
    ledger.replace('team/a', new Map([['h1', { id: 'key_1', repository: 'team/a' }], ['h2', { id: 'key_2', repository: 'team/a' }]]), NOW);
    expect(ledger.replace('team/a', new Map([['h2', { id: 'key_2', repository: 'team/a' }]]), NOW + 1)).toMatchObject({ changed: true, revoked: [['h1', { id: 'key_1' }]] });
    expect(ledger.revoked().get('h1')).toEqual({ id: 'key_1', repository: 'team/a', revokedAt: NOW + 1 });
    expect(ledger.mayServe('team/a', 'h1')).toBe(false);
    expect(ledger.mayServe('team/a', 'h2')).toBe(true);
  });

  it('does not let one repository claim the key of another', () => {
    const ledger = new KeyLedger();
    ledger.replace('team/a', new Map([['h1', { id: 'key_1', repository: 'team/a' }]]), NOW);
    expect(ledger.mayServe('team/b', 'h1')).toBe(false);
  });
});
