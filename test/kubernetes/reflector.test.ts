// The reflector against everything that an API server and the network between have been seen to do.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Change } from '../../src/kubernetes/object-cache.ts';
import type { KubeObject } from '../../src/kubernetes/objects.ts';
import { Reflector, type ReflectorOptions } from '../../src/kubernetes/reflector.ts';
import { FakeApiServer, type Fault } from '../fake/api-server.ts';
import { FakeClock, clientOf, recordingLogger } from './fixture.ts';

const COLLECTION = '/apis/ai.flashback.tech/v1alpha1/repositories';
const path = (name: string): string => `/apis/ai.flashback.tech/v1alpha1/namespaces/team/repositories/${name}`;

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

/** Starts a reflector; `seen` collects its changes as "added a". */
function reflect(options: Partial<ReflectorOptions<KubeObject>> = {}): { reflector: Reflector<KubeObject>; seen: string[]; log: ReturnType<typeof recordingLogger> } {
  const seen: string[] = [];
  const log = recordingLogger();
  const reflector = new Reflector<KubeObject>({
    client: clientOf(server.url),
    kind: 'Repository',
    path: COLLECTION,
    keep: (object) => object,
    onChange: (change: Change<KubeObject>) => seen.push(`${change.type} ${change.object.metadata.name}`),
    clock,
    random: () => 0.5,
    logger: log.logger,
    ...options,
  });
  runs.push(reflector.run(stop.signal));
  return { reflector, seen, log };
}

const lists = (): number => server.requests.filter(({ watch }) => !watch).length;
const watches = (): number => server.requests.filter(({ watch }) => watch).length;
/** Waits until the reflector pauses before its next turn, and says for how long. The safety relist is far longer than any pause. */
async function nextPause(): Promise<number> {
  await vi.waitFor(() => expect(clock.waiting.filter((ms) => ms <= 150_000)).toHaveLength(1));
  return clock.waiting[0] ?? 0;
}

describe('in the absence of faults', () => {
  test('what exists is announced, then what changes', async () => {
    server.put(path('a'), {});
    const { reflector, seen } = reflect();
    await reflector.whenSynced();
    expect(reflector.synced).toBe(true);
    await vi.waitFor(() => expect(server.openWatches).toBe(1));
    server.put(path('b'), {});
    server.put(path('a'), { spec: 1 });
    server.remove(path('b'));
    await vi.waitFor(() => expect(seen).toEqual(['added a', 'added b', 'changed a', 'removed b']));
    expect(reflector.get('team', 'a')).toMatchObject({ spec: 1 });
    expect(reflector.values()).toHaveLength(1);
  });

  test('it is not synced before the first complete list', async () => {
    server.fail(({ watch }) => !watch, 'hang');
    const { reflector } = reflect();
    await vi.waitFor(() => expect(lists()).toBe(1));
    expect(reflector.synced).toBe(false);
    expect(reflector.health().synced).toBe(false);
  });

  test('a long list is fetched in pages', async () => {
    for (let index = 0; index < 1001; index += 1) server.put(path(`r${index}`), {});
    const { reflector } = reflect();
    await reflector.whenSynced();
    expect(reflector.values()).toHaveLength(1001);
    expect(lists()).toBe(3);
  });

  test('bookmarks are asked for, and a new watch begins where the last one stood', async () => {
    server.put(path('a'), {});
    reflect();
    await vi.waitFor(() => expect(server.openWatches).toBe(1));
    expect(server.requests.at(-1)?.query).toMatchObject({ allowWatchBookmarks: 'true', resourceVersion: '101' });
    server.put('/apis/ai.flashback.tech/v1alpha1/namespaces/team/aipolicies/other', {});
    server.bookmark();
    server.compact();
    server.endWatches('close');
    await vi.waitFor(() => expect(watches()).toBe(2));
    expect(server.requests.at(-1)?.query['resourceVersion']).toBe('102');
    expect(lists()).toBe(1);
  });

  test('selectors go with lists and watches', async () => {
    reflect({ labelSelector: 'app=x', fieldSelector: 'metadata.name=y' });
    await vi.waitFor(() => expect(server.openWatches).toBe(1));
    for (const { query } of server.requests) expect(query).toMatchObject({ labelSelector: 'app=x', fieldSelector: 'metadata.name=y' });
  });

  test('in metadata-only mode neither list nor watch carries data', async () => {
    server.put(path('a'), { data: { key: 'c2VjcmV0' } });
    const { reflector } = reflect({ metadataOnly: true });
    await vi.waitFor(() => expect(server.openWatches).toBe(1));
    server.put(path('b'), { data: { key: 'c2VjcmV0' } });
    await vi.waitFor(() => expect(reflector.values()).toHaveLength(2));
    expect(JSON.stringify(reflector.values())).not.toContain('c2VjcmV0');
    expect(server.requests.map(({ headers }) => headers.accept)).toEqual([
      'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
      'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
    ]);
  });

  test('only what `keep` keeps is held in memory', async () => {
    server.put(path('a'), { big: 'x' });
    const { reflector } = reflect({ keep: ({ metadata }) => ({ metadata }) });
    await reflector.whenSynced();
    expect(reflector.get('team', 'a')).not.toHaveProperty('big');
  });

  test('everything is listed again after half an hour, and what the watch lost is found', async () => {
    server.put(path('a'), {});
    const { seen } = reflect();
    await vi.waitFor(() => expect(server.openWatches).toBe(1));
    server.endWatches('close');
    server.fail(({ watch }) => watch, { stream: [] });
    clock.advance(2_000);
    await vi.waitFor(() => expect(watches()).toBe(2));
    server.put(path('lost'), {});
    clock.advance(33 * 60_000);
    await vi.waitFor(() => expect(seen).toEqual(['added a', 'added lost']));
    expect(lists()).toBe(2);
  });
});

describe('faults', () => {
  const statuses: [name: string, fault: Fault, operation: 'list' | 'watch', least: number, most: number][] = [
    ['401 on list', { status: 401 }, 'list', 22_500, 30_000],
    ['403 on list', { status: 403 }, 'list', 22_500, 30_000],
    ['429 with Retry-After on list', { status: 429, headers: { 'retry-after': '9' } }, 'list', 9_000, 9_900],
    ['500 on list', { status: 500 }, 'list', 500, 1_000],
    ['503 with Retry-After on list', { status: 503, headers: { 'retry-after': '3' } }, 'list', 3_000, 3_300],
    ['reset of a list', 'reset', 'list', 500, 1_000],
    ['list that is not JSON', { stream: ['<html>'], end: true }, 'list', 500, 1_000],
    ['401 on watch', { status: 401 }, 'watch', 22_500, 30_000],
    ['403 on watch', { status: 403 }, 'watch', 22_500, 30_000],
    ['429 with Retry-After on watch', { status: 429, headers: { 'retry-after': '9' } }, 'watch', 9_000, 9_900],
    ['500 on watch', { status: 500 }, 'watch', 500, 1_000],
    ['503 with Retry-After on watch', { status: 503, headers: { 'retry-after': '3' } }, 'watch', 3_000, 3_300],
    ['reset of a watch', 'reset', 'watch', 500, 1_000],
    ['watch that ends at once', { stream: [], end: true }, 'watch', 500, 1_000],
    ['error in the stream', { stream: ['{"type":"ERROR","object":{"code":500,"reason":"InternalError"}}'] }, 'watch', 500, 1_000],
  ];
  test.each(statuses)('%s: waits, tries again, and is counted', async (_name, fault, operation, least, most) => {
    const client = clientOf(server.url);
    server.put(path('a'), {});
    server.fail(({ watch }) => watch === (operation === 'watch'), fault);
    const { reflector, seen, log } = reflect({ client });
    const wait = await nextPause();
    expect(wait).toBeGreaterThanOrEqual(least);
    expect(wait).toBeLessThanOrEqual(most);
    expect(reflector.health().failing).toBeDefined();
    expect(log.lines).toHaveLength(1);
    clock.advance(wait);
    await vi.waitFor(() => expect(server.openWatches).toBe(1));
    server.put(path('b'), {});
    await vi.waitFor(() => expect(seen).toEqual(['added a', 'added b']));
    expect(reflector.health().failing).toBeUndefined();
    const { values } = await client.metrics.flashback_watch_failures_total.get();
    expect(values).toEqual([{ labels: { kind: 'Repository', operation }, value: 1 }]);
  });

  test('denied for a while: it goes on trying and recovers when access is granted', async () => {
    server.fail(() => true, { status: 401 }, Infinity);
    const { reflector, seen } = reflect();
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      const wait = await nextPause();
      expect(reflector.synced).toBe(false);
      expect(lists()).toBe(attempt);
      clock.advance(wait);
    }
    await nextPause();
    server.heal();
    server.put(path('a'), {});
    clock.advance(30_000);
    await vi.waitFor(() => expect(seen).toEqual(['added a']));
  });

  test('pauses double up to half a minute', async () => {
    server.fail(() => true, { status: 500 }, Infinity);
    reflect({ random: () => 1 });
    const pauses: number[] = [];
    for (let attempt = 0; attempt < 8; attempt += 1) {
      pauses.push(await nextPause());
      clock.advance(pauses.at(-1) ?? 0);
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  test('an expired position: the list is fetched at once, and deletions in the gap are announced', async () => {
    server.put(path('a'), {});
    server.put(path('b'), {});
    const { seen } = reflect();
    await vi.waitFor(() => expect(server.openWatches).toBe(1));
    server.fail(({ watch }) => watch, { status: 410 });
    clock.advance(2_000);
    server.endWatches('close');
    await vi.waitFor(() => expect(lists()).toBe(2));
    await vi.waitFor(() => expect(server.openWatches).toBe(1));
    server.fail(({ watch }) => watch, { stream: ['{"type":"ERROR","object":{"code":410,"reason":"Expired"}}'] });
    clock.advance(2_000);
    server.endWatches('close');
    await vi.waitFor(() => expect(watches()).toBe(3));
    server.remove(path('b'));
    server.compact();
    await vi.waitFor(() => expect(seen.slice(2)).toEqual(['removed b']));
  });

  test('positions that expire again and again do not make a tight loop', async () => {
    server.fail(({ watch }) => watch, { status: 410 }, Infinity);
    reflect();
    expect(await nextPause()).toBeGreaterThanOrEqual(500);
    expect(lists()).toBe(2);
  });

  test('after three refused watches the position is given up', async () => {
    server.fail(({ watch }) => watch, { status: 504 }, 3);
    reflect();
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      const wait = await nextPause();
      expect(lists()).toBe(1);
      clock.advance(wait);
    }
    await vi.waitFor(() => expect(lists()).toBe(2));
  });

  test('deleted and made again in a gap: told as both', async () => {
    server.put(path('a'), { metadata: { uid: 'first' } });
    const { seen } = reflect();
    await vi.waitFor(() => expect(server.openWatches).toBe(1));
    server.put(path('a'), { metadata: { uid: 'second' } });
    await vi.waitFor(() => expect(seen).toEqual(['added a', 'removed a', 'added a']));
  });

  test('a handler that throws misses nothing and stops nothing', async () => {
    const seen: string[] = [];
    const { log } = reflect({
      onChange: ({ object }) => {
        seen.push(object.metadata.name);
        if (object.metadata.name === 'bad') throw new Error('broken handler');
      },
    });
    await vi.waitFor(() => expect(server.openWatches).toBe(1));
    server.put(path('bad'), {});
    server.put(path('good'), {});
    await vi.waitFor(() => expect(seen).toEqual(['bad', 'good']));
    expect(log.lines.map(({ msg }) => msg)).toEqual(['a handler of changes failed']);
    expect(watches()).toBe(1);
  });

  test('lines that make no sense are skipped', async () => {
    const { seen } = reflect();
    await vi.waitFor(() => expect(server.openWatches).toBe(1));
    for (const line of ['{"type":', '{}', '{"type":"ADDED"}', '{"type":"ADDED","object":{"metadata":null}}']) server.send(line);
    server.put(path('a'), {});
    await vi.waitFor(() => expect(seen).toEqual(['added a']));
  });

  test('a watch on which nothing arrives is dialled again, and counts as no failure', async () => {
    const client = clientOf(server.url);
    const { seen } = reflect({ client, inactivityMs: 100 });
    await vi.waitFor(() => expect(server.openWatches).toBe(1));
    clock.advance(30_000);
    await vi.waitFor(() => expect(watches()).toBe(2));
    server.put(path('a'), {});
    await vi.waitFor(() => expect(seen).toEqual(['added a']));
    expect((await client.metrics.flashback_watch_failures_total.get()).values).toEqual([]);
  });
});

describe('stopping', () => {
  test('ends an open watch, and its connection, at once', async () => {
    reflect();
    await vi.waitFor(() => expect(server.openWatches).toBe(1));
    stop.abort();
    await Promise.all(runs);
    await vi.waitFor(() => expect(server.openWatches).toBe(0));
  });

  test('during a list: no watch follows, nothing is announced', async () => {
    server.put(path('a'), {});
    server.fail(({ watch }) => !watch, 'hang');
    const { seen } = reflect();
    await vi.waitFor(() => expect(lists()).toBe(1));
    stop.abort();
    await Promise.all(runs);
    expect(watches()).toBe(0);
    expect(seen).toEqual([]);
  });

  test('during a pause', async () => {
    server.fail(() => true, { status: 500 });
    reflect();
    await nextPause();
    stop.abort();
    await Promise.all(runs);
    expect(lists()).toBe(1);
  });

  test('a second run is refused', async () => {
    const { reflector } = reflect();
    await expect(reflector.run(stop.signal)).rejects.toThrow('runs already');
  });
});

describe('health', () => {
  test('tells an absent server from a dead loop', async () => {
    const { reflector } = reflect();
    await vi.waitFor(() => expect(server.openWatches).toBe(1));
    server.fail(() => true, { status: 500 }, Infinity);
    clock.advance(10_000);
    server.endWatches('reset');
    for (let attempt = 0; attempt < 3; attempt += 1) clock.advance(await nextPause());
    await nextPause();
    const { lastContactAgeMs, lastAttemptAgeMs } = reflector.health();
    expect(lastContactAgeMs).toBeGreaterThan(10_000);
    expect(lastAttemptAgeMs).toBeLessThanOrEqual(30_000);
    expect(lastAttemptAgeMs).toBeLessThan(lastContactAgeMs);
  });
});
