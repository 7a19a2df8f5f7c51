// What only a real API server can say about Secrets: ownership of fields, preconditions, races.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ANNOTATIONS, LABELS, type Repository } from '../../src/api/resources.ts';
import { collectionPath, type KubeSecret } from '../../src/kubernetes/objects.ts';
import { ReleaseSecrets } from '../../src/kubernetes/secrets.ts';
import { SecretConflictError, type OwnedSecret } from '../../src/reconcile/store.ts';
import { Workspace } from './workspace.ts';

const workspace = new Workspace();
const { client, namespace } = workspace;
beforeAll(() => workspace.open());
afterAll(() => workspace.close());

const live = (name: string): Promise<KubeSecret> => client.request<KubeSecret>({ method: 'GET', path: workspace.at('secrets', name, 'v1') });

describe('owned Secrets', () => {
  const owned = (owner: Repository, name: string, change: Partial<OwnedSecret> = {}): OwnedSecret => ({
    key: { namespace, name },
    owner: { kind: 'Repository', name: owner.metadata.name, uid: owner.metadata.uid },
    data: { OPENAI_API_KEY: 'sk-1', OPENAI_BASE_URL: 'http://gateway/v1' },
    labels: { [LABELS.repository]: owner.metadata.name },
    annotations: { [ANNOTATIONS.keyId]: 'k1' },
    ...change,
  });
  const store = workspace.store();

  test('are created, changed, and freed of what they no longer have; labels of others stay', async () => {
    const owner = await workspace.repository('owner');
    await store.applySecret(owned(owner, 'key-a', { annotations: { [ANNOTATIONS.keyId]: 'k1', [ANNOTATIONS.previousKeyId]: 'k0' } }));
    await workspace.apply(workspace.at('secrets', 'key-a', 'v1'), {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'key-a', namespace, labels: { team: 'theirs' } },
    });
    await store.applySecret(owned(owner, 'key-a', { data: { OPENAI_API_KEY: 'sk-2' }, annotations: { [ANNOTATIONS.keyId]: 'k2' } }));
    const secret = await live('key-a');
    expect(secret.metadata.annotations).toEqual({ [ANNOTATIONS.keyId]: 'k2' });
    expect(secret.metadata.labels).toEqual({ [LABELS.repository]: 'owner', team: 'theirs' });
    expect(secret.data).toEqual({ OPENAI_API_KEY: Buffer.from('sk-2').toString('base64') });
    expect(secret.metadata.ownerReferences).toMatchObject([{ uid: owner.metadata.uid, controller: true, blockOwnerDeletion: true }]);
    await store.applySecret(owned(owner, 'key-a', { data: { OPENAI_API_KEY: 'sk-2' }, annotations: { [ANNOTATIONS.keyId]: 'k2' } }));
    expect((await live('key-a')).metadata.resourceVersion).toBe(secret.metadata.resourceVersion);
    expect(await store.listKeySecrets({ namespace, name: 'owner' })).toMatchObject([
      { key: { namespace, name: 'key-a' }, value: { data: { OPENAI_API_KEY: 'sk-2' }, ownerUid: owner.metadata.uid } },
    ]);
  });

  test('of somebody else are left alone', async () => {
    const owner = await workspace.repository('owner');
    await client.request({
      method: 'POST',
      path: collectionPath('v1', 'secrets', namespace),
      body: { metadata: { name: 'theirs' }, stringData: { a: 'b' } },
    });
    const before = await live('theirs');
    await expect(store.applySecret(owned(owner, 'theirs'))).rejects.toThrow(SecretConflictError);
    expect(await live('theirs')).toEqual(before);
  });

  test('are never written through to a successor, nor made again by a write that was meant for an old one', async () => {
    const body = (metadata: object): object => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace, ...metadata },
      data: { a: 'Yg==' },
    });
    const create = { method: 'POST', path: collectionPath('v1', 'secrets', namespace), body: { metadata: { name: 'guarded' } } } as const;
    const { uid, resourceVersion } = (await client.request<KubeSecret>(create)).metadata;
    const write = (): Promise<unknown> =>
      workspace
        .apply(workspace.at('secrets', 'guarded', 'v1'), body({ name: 'guarded', uid, resourceVersion }), { force: true })
        .catch((error: unknown) => error);
    await client.request({ method: 'DELETE', path: workspace.at('secrets', 'guarded', 'v1') });
    expect(await write()).toMatchObject({ code: 409 });
    expect(await store.getSecret({ namespace, name: 'guarded' })).toBeUndefined();
    await client.request(create);
    expect(await write()).toMatchObject({ code: 409 });
    expect(await live('guarded')).not.toHaveProperty('data');
  });

  test('that two owners want at the same moment go to one of them', async () => {
    const owners = [await workspace.repository('racer-1'), await workspace.repository('racer-2')];
    for (let round = 0; round < 5; round += 1) {
      const results = await Promise.allSettled([...owners, ...owners].map((owner) => store.applySecret(owned(owner, `race-${round}`))));
      const winner = (await live(`race-${round}`)).metadata.ownerReferences;
      expect(winner).toHaveLength(1);
      const won = [...owners, ...owners].map(({ metadata }) => metadata.uid === winner?.[0]?.uid);
      expect(results.map(({ status }) => status === 'fulfilled')).toEqual(won);
      for (const result of results) if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(SecretConflictError);
    }
  });

  test('are deleted by uid only', async () => {
    const owner = await workspace.repository('owner');
    await store.applySecret(owned(owner, 'key-d'));
    await store.deleteSecret({ namespace, name: 'key-d' }, randomUUID());
    await store.deleteSecret({ namespace, name: 'key-d' }, (await live('key-d')).metadata.uid);
    expect(await store.getSecret({ namespace, name: 'key-d' })).toBeUndefined();
  });
});

test('Secrets of the release are kept byte for byte, and lose entries that are no longer written', async () => {
  const secrets = new ReleaseSecrets(client, namespace);
  await secrets.write('boot-0', { a: Buffer.from([0, 255]), b: 'x' });
  await secrets.write('boot-0', { a: Buffer.from([1, 254]) });
  expect(await secrets.read('boot-0')).toEqual({ a: Buffer.from([1, 254]) });
  expect(await secrets.list('boot-')).toEqual(['boot-0']);
  await secrets.delete('boot-0');
  expect(await secrets.list('boot-')).toEqual([]);
});

test('Secrets of the release belong to whom the operator names, and stay with them while it names nobody', async () => {
  const owner = { apiVersion: 'v1', kind: 'Service', name: 'push', uid: randomUUID() };
  const ownersOf = async (): Promise<unknown> => (await live('boot-9')).metadata.ownerReferences;
  await new ReleaseSecrets(client, namespace).write('boot-9', { a: 'x' });
  expect(await ownersOf()).toBeUndefined();
  await new ReleaseSecrets(client, namespace, () => Promise.resolve(owner)).write('boot-9', { a: 'y' });
  expect(await ownersOf()).toEqual([owner]);
  await new ReleaseSecrets(client, namespace).write('boot-9', { a: 'z' });
  expect(await ownersOf()).toEqual([owner]);
});
