import { describe, expect, it } from 'vitest';
import { hashKey, isWellFormedKey } from '../../src/api/api-key.ts';
import { KEY_VARIABLES, type KeyType } from '../../src/api/resources.ts';
import { baseUrlFor } from '../../src/reconcile/key-variables.ts';
import { Harness } from './harness.ts';

const HOUR = 3_600_000;
const ORIGIN = 'http://gateway.example';
/** What SDKs read, written out: a change of these names breaks applications. */
const CASES: [type: KeyType, key: string, baseUrl: Record<string, string>][] = [
  ['OpenAI', 'OPENAI_API_KEY', { OPENAI_BASE_URL: `${ORIGIN}/v1` }],
  ['Anthropic', 'ANTHROPIC_API_KEY', { ANTHROPIC_BASE_URL: ORIGIN }],
  ['Google', 'GEMINI_API_KEY', { GOOGLE_GEMINI_BASE_URL: ORIGIN }],
];
const CHANGES = CASES.flatMap(([from]) => CASES.filter(([to]) => to !== from).map(([to]): [KeyType, KeyType] => [from, to]));

async function started(type: KeyType): Promise<Harness> {
  const harness = new Harness();
  harness.connection('main');
  declare(harness, type);
  await harness.start();
  return harness;
}

function declare(harness: Harness, type: KeyType): void {
  const rotation = { every: '10h', overlap: '2h' };
  harness.repository('repo', { surfaces: ['OpenAI', 'Anthropic', 'Google'], apiKeys: [{ name: 'app', type, rotation }] });
}

function dataOf(harness: Harness): Record<string, string> {
  return harness.store.secret('repo-app')?.data ?? {};
}

it('knows a case for every type', () => {
  expect(CASES.map(([type]) => type).toSorted()).toEqual(Object.keys(KEY_VARIABLES).toSorted());
});

describe.each(CASES)('a key of type %s', (type, variable, baseUrl) => {
  const keyIn = (harness: Harness): string => dataOf(harness)[variable] ?? '';

  it('is delivered in the variables that the SDKs of the vendor read, and in no other', async () => {
    const harness = await started(type);
    expect(isWellFormedKey(keyIn(harness))).toBe(true);
    expect(dataOf(harness)).toEqual({ [variable]: keyIn(harness), ...baseUrl, FLASHBACK_KEY_SHA256: hashKey(keyIn(harness)) });
    expect(Object.keys(harness.content.keys)).toEqual([hashKey(keyIn(harness))]);
    await harness.check();
  });

  it('is read back by the next operator, and nothing is written', async () => {
    const before = await started(type);
    const { id } = Object.values(before.content.keys)[0]!;
    await before.engine.stop();
    const after = new Harness({ store: before.store, clock: before.clock, revision: before.revision });
    const writes = before.store.secretWrites.length;
    await after.start(before.snapshot());
    expect(after.content.keys).toMatchObject({ [hashKey(keyIn(before))]: { id } });
    expect(before.store.secretWrites.length).toBe(writes);
  });

  it('rotates with an overlap in which both keys work', async () => {
    const harness = await started(type);
    const first = hashKey(keyIn(harness));
    await harness.run(10 * HOUR);
    const second = hashKey(keyIn(harness));
    expect(second).not.toBe(first);
    expect(dataOf(harness)).toMatchObject({ FLASHBACK_KEY_SHA256: second, FLASHBACK_PREVIOUS_KEY_SHA256: first });
    expect(Object.keys(harness.content.keys).toSorted()).toEqual([first, second].toSorted());
    await harness.run(2 * HOUR);
    expect(Object.keys(harness.content.keys)).toEqual([second]);
  });

  it('gets its base URL back, and stays what it is', async () => {
    const harness = await started(type);
    const before = dataOf(harness);
    harness.store.setSecret('repo-app', { ...before, [Object.keys(baseUrl)[0]!]: 'http://elsewhere' });
    await harness.run();
    expect(dataOf(harness)).toEqual(before);
  });

  it.each(['the key', 'the hash'])('is made anew when %s was edited', async (part) => {
    const harness = await started(type);
    const before = dataOf(harness);
    const edit = part === 'the key' ? { [variable]: 'sk-something-else' } : { FLASHBACK_KEY_SHA256: hashKey('something else') };
    harness.store.setSecret('repo-app', { ...before, ...edit });
    await harness.run();
    expect(isWellFormedKey(keyIn(harness))).toBe(true);
    expect(keyIn(harness)).not.toBe(before[variable]);
    expect(Object.keys(harness.content.keys)).toEqual([hashKey(keyIn(harness))]);
    expect(harness.content.revokedKeys).toHaveProperty(hashKey(before[variable]!));
  });
});

describe.each(CHANGES)('a change of the type from %s to %s', (from, to) => {
  const names = (type: KeyType): string[] => Object.values(KEY_VARIABLES[type]);

  it('gives the Secret the right names; the key stays, and opens the new surface only', async () => {
    const harness = await started(from);
    const key = dataOf(harness)[KEY_VARIABLES[from].key]!;
    declare(harness, to);
    await harness.run();
    expect(dataOf(harness)[KEY_VARIABLES[to].key]).toBe(key);
    expect(Object.keys(dataOf(harness)).toSorted()).toEqual([...names(to), 'FLASHBACK_KEY_SHA256'].toSorted());
    expect(Object.values(harness.content.keys).map(({ type = 'OpenAI' }) => type)).toEqual([to]);
    expect(Object.keys(harness.content.keys)).toEqual([hashKey(key)]);
    expect(harness.notes('RevokeKey')).toEqual([]);
    await harness.check();
  });

  it('keeps the overlap of a rotation', async () => {
    const harness = await started(from);
    const first = hashKey(dataOf(harness)[KEY_VARIABLES[from].key]!);
    await harness.run(10 * HOUR);
    declare(harness, to);
    await harness.run();
    expect(dataOf(harness)['FLASHBACK_PREVIOUS_KEY_SHA256']).toBe(first);
    expect(Object.keys(harness.content.keys)).toHaveLength(2);
  });

  it('does not save a key that was edited meanwhile', async () => {
    const harness = await started(from);
    const before = dataOf(harness);
    harness.store.listen(undefined);
    harness.store.setSecret('repo-app', { ...before, [KEY_VARIABLES[from].key]: 'sk-something-else' });
    harness.store.listen(harness.engine);
    declare(harness, to);
    await harness.run();
    expect(harness.content.revokedKeys).toHaveProperty(before['FLASHBACK_KEY_SHA256']!);
    expect(Object.keys(harness.content.keys)).toEqual([hashKey(dataOf(harness)[KEY_VARIABLES[to].key]!)]);
  });
});

it.each([
  ['http://h:1/v1', 'http://h:1'],
  ['http://h/v1/', 'http://h'],
  ['https://h/llm/v1', 'https://h/llm'],
  ['https://h/v10', 'https://h/v10'],
  ['http://v1', 'http://v1'],
])('of %s the other SDKs get %s, since they add the version', (publicBaseUrl, baseUrl) => {
  expect(baseUrlFor('Anthropic', publicBaseUrl)).toBe(baseUrl);
  expect(baseUrlFor('Google', publicBaseUrl)).toBe(baseUrl);
  expect(baseUrlFor('OpenAI', publicBaseUrl)).toBe(publicBaseUrl);
});
