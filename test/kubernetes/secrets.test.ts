// Writes of Secrets: what the operator owns it keeps in order, what is not its own it leaves alone.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { applyOwnedSecret } from '../../src/kubernetes/secret-writer.ts';
import { ReleaseSecrets } from '../../src/kubernetes/secrets.ts';
import { SecretConflictError, type OwnedSecret } from '../../src/reconcile/store.ts';
import { FakeApiServer } from '../fake/api-server.ts';
import { clientOf } from './fixture.ts';

const secret = (name: string, namespace = 'team'): string => `/api/v1/namespaces/${namespace}/secrets/${name}`;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

let server: FakeApiServer;
beforeEach(async () => {
  server = await FakeApiServer.start();
});
afterEach(() => server.stop());

const writes = (): typeof server.requests => server.requests.filter(({ method }) => method !== 'GET');

describe('owned Secrets', () => {
  const owned: OwnedSecret = {
    key: { namespace: 'team', name: 'key' },
    owner: { kind: 'Repository', name: 'chat', uid: 'r1' },
    data: { OPENAI_API_KEY: 'sk-x' },
    labels: { app: 'x' },
    annotations: {},
  };

  test('are created with their owner, and updated afterwards', async () => {
    const client = clientOf(server.url);
    await applyOwnedSecret(client, owned);
    expect(server.get(secret('key'))).toMatchObject({
      metadata: { ownerReferences: [{ kind: 'Repository', name: 'chat', uid: 'r1', controller: true, blockOwnerDeletion: true }] },
      data: { OPENAI_API_KEY: base64('sk-x') },
    });
    await applyOwnedSecret(client, { ...owned, data: { OPENAI_API_KEY: 'sk-y' } });
    expect(server.get(secret('key'))).toMatchObject({ data: { OPENAI_API_KEY: base64('sk-y') } });
    expect(writes().at(-1)).toMatchObject({ method: 'PATCH', query: { fieldManager: 'flashback-operator', force: 'true' } });
  });

  test('never take over a Secret of somebody else', async () => {
    const client = clientOf(server.url);
    server.put(secret('key'), { data: { mine: base64('precious') } });
    await expect(applyOwnedSecret(client, owned)).rejects.toThrow(SecretConflictError);
    server.put(secret('key'), { metadata: { ownerReferences: [{ uid: 'other', controller: true }] } });
    await expect(applyOwnedSecret(client, owned)).rejects.toThrow(SecretConflictError);
    expect(writes()).toEqual([]);
  });

  test('get no key while they are being deleted', async () => {
    const metadata = { ownerReferences: [{ uid: 'r1', controller: true }], deletionTimestamp: '2026-01-01T00:00:00Z' };
    server.put(secret('key'), { metadata });
    await expect(applyOwnedSecret(clientOf(server.url), owned)).rejects.toThrow('is being deleted');
    expect(writes()).toEqual([]);
  });

  test('never take over one that appears between the look and the creation', async () => {
    const client = clientOf(server.url);
    server.fail(({ method }) => method === 'GET', { status: 404 });
    server.put(secret('key'), { data: { mine: base64('precious') } });
    await expect(applyOwnedSecret(client, owned)).rejects.toThrow(SecretConflictError);
    expect(server.get(secret('key'))).toMatchObject({ data: { mine: base64('precious') } });
  });

  test('never write to a successor of the Secret that was looked at', async () => {
    const client = clientOf(server.url);
    const stale = server.put(secret('key'), { metadata: { ownerReferences: [{ uid: 'r1', controller: true }] } });
    server.fail(({ method }) => method === 'GET', { status: 200, body: stale });
    server.put(secret('key'), { metadata: { uid: 'successor' }, data: { mine: base64('precious') } });
    await expect(applyOwnedSecret(client, owned)).rejects.toThrow(SecretConflictError);
    expect(server.get(secret('key'))?.['data']).toEqual({ mine: base64('precious') });
  });

  test('are not written again by a process that may not write any more when its first attempt failed', async () => {
    const client = clientOf(server.url);
    await applyOwnedSecret(client, owned);
    let asked = 0;
    const guard = (): void => {
      asked += 1;
      if (asked > 1) throw new Error('another leads');
      server.put(secret('key'), { ...server.get(secret('key')), data: { OPENAI_API_KEY: base64('sk-successor') } });
    };
    await expect(applyOwnedSecret(client, owned, guard)).rejects.toThrow('another leads');
    expect(server.get(secret('key'))?.['data']).toEqual({ OPENAI_API_KEY: base64('sk-successor') });
  });
});

describe('Secrets of the release', () => {
  test('are neither written nor deleted when somebody else wrote them after they were read', async () => {
    const secrets = new ReleaseSecrets(clientOf(server.url), 'release');
    const path = secret('boot-0', 'release');
    server.fail(({ method }) => method === 'GET', { status: 404 });
    server.put(path, { metadata: { labels: { 'app.kubernetes.io/managed-by': 'flashback-operator' } }, data: { part: base64('successor') } });
    await expect(secrets.write('boot-0', { part: 'x' })).rejects.toMatchObject({ code: 409 });
    const stale = server.get(path);
    for (const attempt of [() => secrets.write('boot-0', { part: 'x' }), () => secrets.delete('boot-0')]) {
      server.fail(({ method }) => method === 'GET', { status: 200, body: stale });
      server.put(path, { ...server.get(path), data: { part: base64('successor') } });
      await attempt().catch(() => {});
      expect(server.get(path)?.['data']).toEqual({ part: base64('successor') });
    }
  });

  test('are written, listed, read and deleted, but never those of somebody else', async () => {
    const secrets = new ReleaseSecrets(clientOf(server.url), 'release');
    expect(await secrets.read('boot-0')).toBeUndefined();
    await secrets.write('boot-0', { part: Buffer.from([0, 255]) }, { component: 'boot' });
    expect(await secrets.read('boot-0')).toEqual({ part: Buffer.from([0, 255]) });
    expect(server.get(secret('boot-0', 'release'))?.metadata.labels).toEqual({
      component: 'boot',
      'app.kubernetes.io/managed-by': 'flashback-operator',
    });
    await secrets.write('boot-1', { part: 'x' });
    expect(await secrets.list('boot-')).toEqual(['boot-0', 'boot-1']);
    await secrets.delete('boot-0');
    await secrets.delete('boot-0');
    expect(await secrets.list('boot-')).toEqual(['boot-1']);
    server.put(secret('foreign', 'release'), { data: {} });
    await expect(secrets.write('foreign', {})).rejects.toMatchObject({ code: 409 });
    await expect(secrets.delete('foreign')).rejects.toMatchObject({ code: 409 });
  });
});
