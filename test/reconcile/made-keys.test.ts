// Keys that are made on demand: shown once, kept as a hash, served like any other, and gone for good when they are revoked.
import { describe, expect, it } from 'vitest';
import { hashKey, isWellFormedKey } from '../../src/api/api-key.ts';
import { LABELS, type Repository } from '../../src/api/resources.ts';
import { MadeKeys } from '../../src/reconcile/made-keys.ts';
import { countingRandom, Harness } from './harness.ts';

interface Stand {
  harness: Harness;
  keys: MadeKeys;
  repository: Repository;
}

async function stand(): Promise<Stand> {
  const harness = new Harness();
  harness.connection('main');
  harness.repository('repo');
  await harness.start();
  const random = countingRandom();
  const shifted = (bytes: number) => Buffer.from(random(bytes).map((byte) => byte ^ 0xff));
  const keys = new MadeKeys({ store: harness.store, clock: harness.clock, random: shifted, onChange: (key) => harness.engine.onResource('Repository', key) });
  const repository = harness.store.get('Repository', { namespace: 'team', name: 'repo' });
  if (repository === undefined) throw new Error('there is no repository');
  return { harness, keys, repository };
}

const statusKeys = ({ harness }: Stand) => harness.store.get('Repository', { namespace: 'team', name: 'repo' })?.status?.keys ?? [];

describe('a key made on demand', () => {
  it('opens its repository, and only its hash is kept', async () => {
    const { harness, keys, repository } = await stand();
    const { made, key } = await keys.create(repository, { name: 'My app', type: 'Anthropic' });
    await harness.run();
    expect(isWellFormedKey(key)).toBe(true);
    expect(harness.content.keys[hashKey(key)]).toEqual({ id: made.id, repository: 'team/repo', type: 'Anthropic' });
    const secret = harness.store.secret(`repo-key-${made.id.slice(4)}`);
    expect(secret?.data).toEqual({ FLASHBACK_KEY_SHA256: hashKey(key) });
    expect(JSON.stringify([secret, harness.published, harness.logs])).not.toContain(key);
    await harness.check();
  });

  it('stands in status beside those that are declared, and the declared one stays', async () => {
    const all = await stand();
    const { made } = await all.keys.create(all.repository, { name: 'My app', type: 'OpenAI' });
    await all.harness.run();
    expect(statusKeys(all).map(({ name, id }) => [name, id === made.id])).toEqual([['app', false], ['My app', true]]);
    expect(Object.keys(all.harness.content.keys)).toHaveLength(2);
    expect(all.harness.condition('Repository', 'repo', 'KeysIssued')).toMatchObject({ status: 'True', message: '1 key is delivered; 1 made on demand' });
  });

  it('can be renamed, and goes on working as the same key', async () => {
    const { harness, keys, repository } = await stand();
    const { made, key } = await keys.create(repository, { name: 'before', type: 'OpenAI' });
    expect(await keys.rename(repository, made.id, 'after')).toBe(true);
    await harness.run();
    expect((await keys.list(repository)).map(({ id, name }) => ({ id, name }))).toEqual([{ id: made.id, name: 'after' }]);
    expect(harness.content.keys[hashKey(key)]?.id).toBe(made.id);
  });

  it('can be made anew under its id: the key before it opens nothing, and nobody is told of an end', async () => {
    const { harness, keys, repository } = await stand();
    const draft = { name: 'private chat', type: 'OpenAI', id: 'key_00000000c0de' } as const;
    const first = await keys.create(repository, draft);
    await harness.run();
    const second = await keys.create(repository, draft);
    await harness.run();
    expect(harness.content.keys[hashKey(second.key)]?.id).toBe(draft.id);
    expect([harness.content.keys[hashKey(first.key)], harness.content.revokedKeys[hashKey(first.key)]?.id]).toEqual([undefined, draft.id]);
    expect((await keys.list(repository)).map(({ id }) => id)).toEqual([draft.id]);
    expect(harness.store.events.filter(({ action }) => action === 'RevokeKey')).toEqual([]);
  });

  it('is revoked for good: a Secret that somebody restores opens nothing', async () => {
    const { harness, keys, repository } = await stand();
    const { made, key } = await keys.create(repository, { name: 'app', type: 'OpenAI' });
    await harness.run();
    const name = `repo-key-${made.id.slice(4)}`;
    const before = harness.store.secret(name);
    expect(await keys.revoke(repository, made.id)).toBe(true);
    await harness.run();
    expect(harness.content.keys[hashKey(key)]).toBeUndefined();
    expect(harness.content.revokedKeys[hashKey(key)]?.id).toBe(made.id);
    harness.store.setSecret(name, before?.data ?? {}, before);
    await harness.run();
    expect(harness.content.keys[hashKey(key)]).toBeUndefined();
    expect([await keys.revoke(repository, 'key_000000000000'), await keys.rename(repository, 'key_000000000000', 'x')]).toEqual([false, false]);
  });

  it('is revoked where its Secret is deleted, without anybody having to look for it', async () => {
    const { harness, keys, repository } = await stand();
    const { made, key } = await keys.create(repository, { name: 'app', type: 'OpenAI' });
    await harness.run();
    harness.store.removeSecret(`repo-key-${made.id.slice(4)}`);
    await harness.run();
    expect(harness.content.keys[hashKey(key)]).toBeUndefined();
    expect(harness.store.secret(`repo-key-${made.id.slice(4)}`)).toBeUndefined();
  });

  it.each([
    ['a hash that is none', { data: { FLASHBACK_KEY_SHA256: 'abc' } }],
    ['no id', { annotations: {} }],
    ['another owner', { ownerUid: 'somebody' }],
    ['no label of the operator', { labels: { [LABELS.repository]: 'repo', [LABELS.madeKey]: 'true' } }],
  ])('is none with %s', async (_what, change) => {
    const { harness, keys, repository } = await stand();
    const { made, key } = await keys.create(repository, { name: 'app', type: 'OpenAI' });
    await harness.run();
    const name = `repo-key-${made.id.slice(4)}`;
    const secret = { ...harness.store.secret(name), ...change };
    harness.store.setSecret(name, secret.data ?? {}, secret);
    await harness.run();
    expect(harness.content.keys[hashKey(key)]).toBeUndefined();
  });

  it('of another repository opens nothing here', async () => {
    const { harness, keys, repository } = await stand();
    const { made, key } = await keys.create(repository, { name: 'app', type: 'OpenAI' });
    harness.repository('other', { apiKeys: [] });
    await harness.run();
    const other = harness.store.get('Repository', { namespace: 'team', name: 'other' });
    const secret = harness.store.secret(`repo-key-${made.id.slice(4)}`);
    harness.store.setSecret(`other-key-${made.id.slice(4)}`, secret?.data ?? {}, {
      ...secret,
      ownerUid: other?.metadata.uid ?? '',
      labels: { ...secret?.labels, [LABELS.repository]: 'other' },
    });
    await harness.run();
    expect(harness.content.keys[hashKey(key)]?.repository).toBe('team/repo');
  });
});
