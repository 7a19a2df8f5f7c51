// The store: what is announced, what is read live, and what is never written.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Repository } from '../../src/api/resources.ts';
import { ObjectCache } from '../../src/kubernetes/object-cache.ts';
import { KubernetesStore, type KubernetesStoreOptions } from '../../src/kubernetes/store.ts';
import { SecretForbiddenError } from '../../src/reconcile/store.ts';
import { FakeApiServer } from '../fake/api-server.ts';
import { FakeClock, clientOf, recordingLogger, type LogLine, eventually } from './fixture.ts';

const repository = (name: string, namespace = 'team'): string =>
  `/apis/ai.flashback.tech/v1alpha1/namespaces/${namespace}/repositories/${name}`;
const secret = (name: string, namespace = 'team'): string => `/api/v1/namespaces/${namespace}/secrets/${name}`;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

let server: FakeApiServer;
let stop: AbortController;
let clock: FakeClock;
let runs: Promise<void>[];
beforeEach(async () => {
  server = await FakeApiServer.start();
  stop = new AbortController();
  clock = new FakeClock();
  runs = [];
});
afterEach(async () => {
  stop.abort();
  await Promise.all(runs);
  await server.stop();
});

function build(options: Partial<KubernetesStoreOptions> = {}): { store: KubernetesStore; lines: LogLine[]; seen: string[] } {
  const { logger, lines } = recordingLogger();
  const store = new KubernetesStore({ client: clientOf(server.url), identity: 'pod-1', clock, random: () => 0, logger, ...options });
  return { store, lines, seen: [] };
}

async function started(options: Partial<KubernetesStoreOptions> = {}): Promise<ReturnType<typeof build>> {
  const made = build(options);
  const events = {
    onResource: (kind: string, { namespace, name }: { namespace: string; name: string }) =>
      void made.seen.push(`${kind} ${namespace}/${name}`),
    onSecret: ({ namespace, name }: { namespace: string; name: string }) => void made.seen.push(`Secret ${namespace}/${name}`),
    onGrant: ({ namespace, name }: { namespace: string; name: string }) => void made.seen.push(`AIReferenceGrant ${namespace}/${name}`),
    onNamespace: (name: string) => void made.seen.push(`Namespace ${name}`),
  };
  runs.push(made.store.start(events, stop.signal));
  await made.store.synced();
  return made;
}

const writes = (): typeof server.requests => server.requests.filter(({ method }) => method !== 'GET');

describe('announcements', () => {
  test('objects and Secrets that exist are announced, then their changes', async () => {
    server.put(repository('chat'), { spec: {} });
    const { store, seen } = await started();
    await eventually(() => expect(server.openWatches).toBe(6));
    server.put(secret('openai'), { data: {} });
    await eventually(() => expect(seen).toEqual(['Repository team/chat', 'Secret team/openai']));
    expect(store.get('Repository', { namespace: 'team', name: 'chat' })).toBeDefined();
    expect(store.health()).toMatchObject({ synced: true, secretWatchForbidden: false });
  });

  test('a change of status alone is kept, but not announced', async () => {
    const metadata = { generation: 1, labels: { a: 'b' } };
    server.put(repository('chat'), { metadata, spec: {} });
    const { store, seen } = await started();
    await eventually(() => expect(server.openWatches).toBe(6));
    server.put(repository('chat'), { metadata, spec: {}, status: { observedGeneration: 1 } });
    await eventually(() => expect(store.get('Repository', { namespace: 'team', name: 'chat' })?.status).toEqual({ observedGeneration: 1 }));
    expect(seen).toEqual(['Repository team/chat']);
    for (const change of [{ generation: 2 }, { labels: {} }, { annotations: { x: 'y' } }, { deletionTimestamp: '2026-01-01T00:00:00Z' }]) {
      server.put(repository('chat'), { metadata: { ...metadata, ...change }, spec: {} });
      server.put(repository('chat'), { metadata, spec: {} });
    }
    await eventually(() => expect(seen).toHaveLength(9));
  });

  test('a Secret is announced on every change, for Secrets have no generation', async () => {
    server.put(secret('openai'), { data: { apiKey: base64('one') } });
    const { seen } = await started();
    await eventually(() => expect(server.openWatches).toBe(6));
    server.put(secret('openai'), { data: { apiKey: base64('two') } });
    server.remove(secret('openai'));
    await eventually(() => expect(seen).toEqual(['Secret team/openai', 'Secret team/openai', 'Secret team/openai']));
  });

  test('only the given namespaces are watched', async () => {
    server.put(repository('a', 'one'), { spec: {} });
    server.put(repository('b', 'two'), { spec: {} });
    server.put(repository('c', 'three'), { spec: {} });
    const { store } = await started({ watchNamespaces: ['two', 'one'] });
    expect(store.list('Repository').map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)).toEqual(['one/a', 'two/b']);
    const others = server.requests.filter(({ path }) => path !== '/api/v1/namespaces');
    expect(others.every(({ path }) => /\/namespaces\/(one|two)\//.test(path))).toBe(true);
  });

  test('where Secrets may not be watched this is said once, and everything else works', async () => {
    server.put(repository('chat'), { spec: {} });
    server.fail(({ path }) => path === '/api/v1/secrets', { status: 403 }, Infinity);
    const { store, seen, lines } = await started();
    const attempts = (): number => server.requests.filter(({ path }) => path === '/api/v1/secrets').length;
    for (let round = 1; round <= 3; round += 1) {
      await eventually(() => expect(clock.waiting).toContain(500));
      expect(attempts()).toBe(round);
      clock.advance(500);
    }
    await eventually(() => expect(clock.waiting).toContain(500));
    expect(seen).toEqual(['Repository team/chat']);
    expect(store.health()).toMatchObject({ synced: true, secretWatchForbidden: true });
    expect(lines.filter(({ msg }) => msg.startsWith('watching Secrets is forbidden'))).toHaveLength(1);
    server.heal();
    clock.advance(500);
    await eventually(() => expect(store.health().secretWatchForbidden).toBe(false));
  });

  test('labels of namespaces that say whom they belong to are known and announced, and no others', async () => {
    const home = { 'ai.flashback.tech/organization': 'acme', 'ai.flashback.tech/organization-home': 'true' };
    server.put('/api/v1/namespaces/team', { metadata: { labels: { ...home, team: 'a' } } });
    server.put('/api/v1/namespaces/unlabelled', {});
    const { store, seen } = await started();
    await eventually(() => expect(server.openWatches).toBe(6));
    expect(store.namespaceLabels('team')).toEqual(home);
    expect(store.namespaceLabels('unlabelled')).toEqual({});
    expect(store.namespaceLabels('unseen')).toBeUndefined();
    server.put('/api/v1/namespaces/team', { metadata: { labels: { ...home, team: 'b' } } });
    server.put('/api/v1/namespaces/team', { metadata: { labels: {} } });
    await eventually(() => expect(store.namespaceLabels('team')).toEqual({}));
    expect(seen).toEqual(['Namespace team', 'Namespace unlabelled', 'Namespace team']);
  });

  test('where Namespaces may not be listed nothing waits for them, and nobody knows their labels until that changes', async () => {
    server.put('/api/v1/namespaces/team', { metadata: { labels: { 'ai.flashback.tech/organization': 'acme' } } });
    server.fail(({ path }) => path === '/api/v1/namespaces', { status: 403 }, Infinity);
    const { store, seen, lines } = await started();
    expect(store.health().synced).toBe(true);
    expect(store.namespaceLabels('team')).toBeUndefined();
    expect(lines.filter(({ msg }) => msg.startsWith('listing Namespaces is forbidden'))).toHaveLength(1);
    server.heal();
    await eventually(() => expect(clock.waiting).toContain(500));
    clock.advance(500);
    await eventually(() => expect(seen).toEqual(['Namespace team']));
    expect(store.namespaceLabels('team')).toEqual({ 'ai.flashback.tech/organization': 'acme' });
  });

  test('grants are known whole and announced, also when they change or go', async () => {
    const path = '/apis/ai.flashback.tech/v1alpha1/namespaces/lender/aireferencegrants/g';
    const spec = { from: [{ kind: 'Repository', namespace: 'team' }], to: [{ kind: 'AILLMConfig' }] };
    server.put(path, { spec });
    const { store, seen } = await started();
    await eventually(() => expect(server.openWatches).toBe(6));
    expect(store.grants()).toMatchObject([{ metadata: { namespace: 'lender', name: 'g' }, spec }]);
    server.put(path, { spec: { ...spec, to: [{ kind: 'AILLMConfig', name: 'openai' }] } });
    await eventually(() => expect(store.grants()[0]?.spec.to).toEqual([{ kind: 'AILLMConfig', name: 'openai' }]));
    server.remove(path);
    await eventually(() => expect(store.grants()).toEqual([]));
    expect(seen).toEqual(['AIReferenceGrant lender/g', 'AIReferenceGrant lender/g', 'AIReferenceGrant lender/g']);
  });

  test.each([
    [403, 'grant the operator list and watch on them'],
    [404, 'install the CRD of the kind'],
  ])('where grants cannot be listed (%s) nothing waits for them, there are none until that changes, and it is said what to do', async (status, fix) => {
    const collection = '/apis/ai.flashback.tech/v1alpha1/aireferencegrants';
    server.put('/apis/ai.flashback.tech/v1alpha1/namespaces/lender/aireferencegrants/g', { spec: { from: [], to: [] } });
    server.fail(({ path }) => path === collection, { status }, Infinity);
    const { store, seen, lines } = await started();
    expect(store.health().synced).toBe(true);
    expect(store.grants()).toEqual([]);
    expect(lines.filter(({ msg }) => msg.startsWith('AIReferenceGrants cannot be listed')).map(({ msg }) => msg)).toEqual([expect.stringContaining(fix)]);
    server.heal();
    await eventually(() => {
      clock.advance(60_000);
      expect(seen).toEqual(['AIReferenceGrant lender/g']);
    });
    expect(store.grants()).toHaveLength(1);
  });

  test('the store is not in step before it knows which grants there are', async () => {
    server.fail(({ path }) => path.endsWith('/aireferencegrants'), { status: 500 }, 1);
    const { store } = build();
    runs.push(store.start({ onResource: () => {}, onSecret: () => {}, onGrant: () => {}, onNamespace: () => {} }, stop.signal));
    await eventually(() => expect(store.health().watches.find(({ kind }) => kind === 'AIReferenceGrant')?.failing).toBeDefined());
    expect(store.health().synced).toBe(false);
    clock.advance(60_000);
    await store.synced();
    expect(store.health().synced).toBe(true);
  });

  test('the store is not in step before it knows which namespaces belong together', async () => {
    server.fail(({ path }) => path === '/api/v1/namespaces', { status: 500 }, 1);
    const { store } = build();
    runs.push(store.start({ onResource: () => {}, onSecret: () => {}, onGrant: () => {}, onNamespace: () => {} }, stop.signal));
    await eventually(() => expect(store.health().watches.filter(({ synced }) => synced).map(({ kind }) => kind)).toContain('AIPolicy'));
    expect(store.health().synced).toBe(false);
    await eventually(() => expect(store.health().watches.find(({ kind }) => kind === 'Namespace')?.failing).toBeDefined());
    clock.advance(60_000);
    await store.synced();
    expect(store.health().synced).toBe(true);
  });

  test('where Secrets are seen by name alone, each that objects refer to is watched by itself, and none is listed by a label', async () => {
    server.put(repository('chat'), { spec: { secret: 'first' } });
    const secretsByName = (store: Pick<KubernetesStore, 'list'>): string[] =>
      store.list('Repository').map(({ metadata, spec }) => `${metadata.namespace}/${String(Reflect.get(spec, 'secret'))}`);
    const { store, seen } = await started({ secretsByName });
    await eventually(() => {
      clock.advance(100);
      expect(server.openWatches).toBe(6);
    });
    server.put(secret('first'), {});
    server.put(secret('second'), {});
    await eventually(() => expect(seen.at(-1)).toBe('Secret team/first'));
    server.put(repository('chat'), { metadata: { generation: 2 }, spec: { secret: 'second' } });
    await eventually(() => {
      clock.advance(100);
      expect(seen.at(-1)).toBe('Secret team/second');
    });
    const asked = server.requests.filter(({ path }) => path.endsWith('/secrets')).map(({ query }) => query['fieldSelector']);
    expect(new Set(asked)).toEqual(new Set(['metadata.name=first', 'metadata.name=second']));
    expect(store.health()).toMatchObject({ synced: true, secretWatchForbidden: false });
    await expect(store.listKeySecrets({ namespace: 'team', name: 'chat' })).rejects.toThrow(SecretForbiddenError);
    expect(server.requests.some(({ query }) => query['labelSelector'] !== undefined)).toBe(false);
  });

  test('the age of the last contact is a metric', async () => {
    const client = clientOf(server.url);
    await started({ client });
    await eventually(() => expect(server.openWatches).toBe(6));
    server.fail(() => true, 'hang', Infinity);
    clock.advance(20_000);
    await eventually(async () => {
      clock.advance(5_000);
      const { values } = await client.metrics.flashback_watch_last_contact_seconds.get();
      expect(Object.fromEntries(values.map(({ labels, value }) => [labels.kind, value > 10]))).toEqual({
        AILLMConfig: true,
        Repository: true,
        AIPolicy: true,
        AIReferenceGrant: true,
        Secret: true,
        Namespace: true,
      });
    });
  });
});

describe('Secrets', () => {
  test('are read live and decoded', async () => {
    const { store } = await started();
    server.put(secret('openai'), { metadata: { ownerReferences: [{ uid: 'r1', controller: true }] }, data: { apiKey: base64('one') } });
    expect(await store.getSecret({ namespace: 'team', name: 'openai' })).toMatchObject({ data: { apiKey: 'one' }, ownerUid: 'r1' });
    server.put(secret('openai'), { data: { apiKey: base64('two') } });
    expect((await store.getSecret({ namespace: 'team', name: 'openai' }))?.data).toEqual({ apiKey: 'two' });
    expect(await store.getSecret({ namespace: 'team', name: 'none' })).toBeUndefined();
  });

  test('that may not be read are told apart from those that do not exist and from an absent server', async () => {
    const { store } = build();
    server.fail(() => true, { status: 403 });
    await expect(store.getSecret({ namespace: 'team', name: 'openai' })).rejects.toThrow(SecretForbiddenError);
    server.fail(() => true, { status: 500 });
    await expect(store.getSecret({ namespace: 'team', name: 'openai' })).rejects.toMatchObject({ code: 500 });
  });

  test('that were deleted and are held by a finalizer are absent', async () => {
    const { store } = build();
    const labels = { 'ai.flashback.tech/repository': 'chat' };
    const metadata = { labels, finalizers: ['x/y'], deletionTimestamp: '2026-01-01T00:00:00Z' };
    server.put(secret('going'), { metadata, data: { apiKey: base64('one') } });
    server.put(secret('staying'), { metadata: { labels }, data: { apiKey: base64('two') } });
    expect(await store.getSecret({ namespace: 'team', name: 'going' })).toBeUndefined();
    expect((await store.listKeySecrets({ namespace: 'team', name: 'chat' })).map(({ key }) => key.name)).toEqual(['staying']);
  });

  test('leave nothing in memory but their identity, not even what kubectl copies into an annotation', async () => {
    const planted = base64('sk-planted');
    server.put(secret('openai'), {
      metadata: { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': `{"data":{"apiKey":"${planted}"}}` } },
      data: { apiKey: planted },
    });
    const replace = vi.spyOn(ObjectCache.prototype, 'replace');
    const upsert = vi.spyOn(ObjectCache.prototype, 'upsert');
    const { seen } = await started();
    await eventually(() => expect(server.openWatches).toBe(6));
    server.put(secret('openai'), { metadata: server.get(secret('openai'))?.metadata ?? {}, data: { apiKey: planted } });
    await eventually(() => expect(seen).toEqual(['Secret team/openai', 'Secret team/openai']));
    const kept = [...replace.mock.calls, ...upsert.mock.calls];
    expect(JSON.stringify(kept)).toContain('openai');
    expect(JSON.stringify(kept)).not.toContain(planted);
    vi.restoreAllMocks();
    expect(
      server.requests
        .filter(({ path }) => path === '/api/v1/secrets')
        .every(({ headers }) => headers.accept?.includes('PartialObjectMetadata')),
    ).toBe(true);
  });

  test('are deleted only while their uid is the expected one', async () => {
    const { store } = build();
    const { metadata } = server.put(secret('key'), {});
    await store.deleteSecret({ namespace: 'team', name: 'key' }, 'another');
    expect(server.get(secret('key'))).toBeDefined();
    await store.deleteSecret({ namespace: 'team', name: 'key' }, metadata.uid ?? '');
    expect(server.get(secret('key'))).toBeUndefined();
    await store.deleteSecret({ namespace: 'team', name: 'key' }, metadata.uid ?? '');
  });
});

describe('status', () => {
  const key = { namespace: 'team', name: 'chat' };
  const current = (store: KubernetesStore): Repository => {
    const found = store.get('Repository', key);
    if (found === undefined) throw new Error('not cached');
    return found;
  };

  test('is applied to the subresource by the own field manager, with the version that was seen and nothing else', async () => {
    server.put(repository('chat'), { spec: {} });
    const { store } = await started();
    await store.applyStatus(current(store), { observedGeneration: 1 });
    const [write] = writes();
    expect(write).toMatchObject({
      method: 'PATCH',
      path: `${repository('chat')}/status`,
      query: { fieldManager: 'flashback-operator', force: 'true' },
    });
    expect(write?.headers['content-type']).toBe('application/apply-patch+yaml');
    expect(JSON.parse(write?.body ?? '')).toEqual({
      apiVersion: 'ai.flashback.tech/v1alpha1',
      kind: 'Repository',
      metadata: { ...key, resourceVersion: '101' },
      status: { observedGeneration: 1 },
    });
  });

  test('is not written again while it is the same, in the cache or only on its way there', async () => {
    server.put(repository('chat'), { spec: {}, status: { a: 1, b: [2] } });
    const { store } = await started();
    const object = current(store);
    await store.applyStatus(object, { b: [2], a: 1, nothing: undefined });
    expect(writes()).toHaveLength(0);
    await store.applyStatus(object, { a: 2, b: [2] });
    await store.applyStatus(object, { a: 2, b: [2] });
    expect(writes()).toHaveLength(1);
  });

  test('goes back to an earlier value although the cache has not seen the newer one yet', async () => {
    server.put(repository('chat'), { spec: {}, status: { a: 1 } });
    server.fail(({ watch }) => watch, { stream: [] }, 4);
    const { store } = await started();
    await store.applyStatus(current(store), { a: 2 });
    expect(current(store).status).toEqual({ a: 1 });
    await store.applyStatus(current(store), { a: 1 });
    expect(server.get(repository('chat'))?.['status']).toEqual({ a: 1 });
  });

  test('is written although the object has changed since it was seen', async () => {
    server.put(repository('chat'), { spec: {} });
    server.fail(({ watch }) => watch, { stream: [] }, 4);
    const { store } = await started();
    server.put(repository('chat'), { spec: { changed: true } });
    await store.applyStatus(current(store), { a: 1 });
    expect(server.get(repository('chat'))).toMatchObject({ spec: { changed: true }, status: { a: 1 } });
  });

  test('is repaired when somebody else has changed it', async () => {
    server.put(repository('chat'), { spec: {} });
    const { store } = await started();
    await eventually(() => expect(server.openWatches).toBe(6));
    await store.applyStatus(current(store), { a: 1 });
    server.put(repository('chat'), { spec: {}, status: { a: 'vandal' } });
    await eventually(() => expect(current(store).status).toEqual({ a: 'vandal' }));
    await store.applyStatus(current(store), { a: 1 });
    expect(server.get(repository('chat'))?.['status']).toEqual({ a: 1 });
  });

  test('is not written to a successor, whether the cache knows of it or not', async () => {
    server.put(repository('chat'), { metadata: { uid: 'first' }, spec: {} });
    server.fail(({ watch }) => watch, { stream: [] }, 4);
    const { store } = await started();
    const old = current(store);
    server.put(repository('chat'), { metadata: { uid: 'second' }, spec: {} });
    await store.applyStatus(old, { a: 1 });
    expect(server.get(repository('chat'))).not.toHaveProperty('status');
    const later = await started();
    const before = writes().length;
    await later.store.applyStatus(old, { a: 1 });
    expect(writes()).toHaveLength(before);
    server.remove(repository('chat'));
    await store.applyStatus(old, { a: 2 });
  });
});

test('covers the namespaces that it watches, and all when none is named', () => {
  const { store: narrow } = build({ watchNamespaces: ['team'] });
  expect(['team', 'other'].map((namespace) => narrow.covers(namespace))).toEqual([true, false]);
  for (const options of [{}, { watchNamespaces: [] }]) expect(build(options).store.covers('other')).toBe(true);
});
