// What the reflector does while all is well, and when it is told to stop.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ReflectorBench, path } from './reflector-bench.ts';
import { eventually } from './fixture.ts';

let bench: ReflectorBench;
beforeEach(async () => {
  bench = await ReflectorBench.open();
});
afterEach(() => bench.close());

describe('in the absence of faults', () => {
  test('what exists is announced, then what changes', async () => {
    bench.server.put(path('a'), {});
    const { reflector, seen } = bench.reflect();
    await reflector.whenSynced();
    expect(reflector.synced).toBe(true);
    await eventually(() => expect(bench.server.openWatches).toBe(1));
    bench.server.put(path('b'), {});
    bench.server.put(path('a'), { spec: 1 });
    bench.server.remove(path('b'));
    await eventually(() => expect(seen).toEqual(['added a', 'added b', 'changed a', 'removed b']));
    expect(reflector.get('team', 'a')).toMatchObject({ spec: 1 });
    expect(reflector.values()).toHaveLength(1);
  });

  test('it is not synced before the first complete list', async () => {
    bench.server.fail(({ watch }) => !watch, 'hang');
    const { reflector } = bench.reflect();
    await eventually(() => expect(bench.lists).toBe(1));
    expect(reflector.synced).toBe(false);
    expect(reflector.health().synced).toBe(false);
  });

  test('a long list is fetched in pages', async () => {
    for (let index = 0; index < 1001; index += 1) bench.server.put(path(`r${index}`), {});
    const { reflector } = bench.reflect();
    await reflector.whenSynced();
    expect(reflector.values()).toHaveLength(1001);
    expect(bench.lists).toBe(3);
  });

  test('bookmarks are asked for, and a new watch begins where the last one stood', async () => {
    bench.server.put(path('a'), {});
    bench.reflect();
    await eventually(() => expect(bench.server.openWatches).toBe(1));
    expect(bench.server.requests.at(-1)?.query).toMatchObject({ allowWatchBookmarks: 'true', resourceVersion: '101' });
    bench.server.put('/apis/ai.flashback.tech/v1alpha1/namespaces/team/aipolicies/other', {});
    bench.server.bookmark();
    bench.server.compact();
    bench.server.endWatches('close');
    await eventually(() => expect(bench.watches).toBe(2));
    expect(bench.server.requests.at(-1)?.query['resourceVersion']).toBe('102');
    expect(bench.lists).toBe(1);
  });

  test('selectors go with lists and watches', async () => {
    bench.reflect({ labelSelector: 'app=x', fieldSelector: 'metadata.name=y' });
    await eventually(() => expect(bench.server.openWatches).toBe(1));
    const selectors = { labelSelector: 'app=x', fieldSelector: 'metadata.name=y' };
    for (const { query } of bench.server.requests) expect(query).toMatchObject(selectors);
  });

  test('in metadata-only mode neither list nor watch carries data', async () => {
    bench.server.put(path('a'), { data: { key: 'c2VjcmV0' } });
    const { reflector } = bench.reflect({ metadataOnly: true });
    await eventually(() => expect(bench.server.openWatches).toBe(1));
    bench.server.put(path('b'), { data: { key: 'c2VjcmV0' } });
    await eventually(() => expect(reflector.values()).toHaveLength(2));
    expect(JSON.stringify(reflector.values())).not.toContain('c2VjcmV0');
    expect(bench.server.requests.map(({ headers }) => headers.accept)).toEqual([
      'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
      'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
    ]);
  });

  test('only what `keep` keeps is held in memory', async () => {
    bench.server.put(path('a'), { big: 'x' });
    const { reflector } = bench.reflect({ keep: ({ metadata }) => ({ metadata }) });
    await reflector.whenSynced();
    expect(reflector.get('team', 'a')).not.toHaveProperty('big');
  });

  test('everything is listed again after half an hour, and what the watch lost is found', async () => {
    bench.server.put(path('a'), {});
    const { seen } = bench.reflect();
    await eventually(() => expect(bench.server.openWatches).toBe(1));
    bench.server.endWatches('close');
    bench.server.fail(({ watch }) => watch, { stream: [] });
    bench.clock.advance(2_000);
    await eventually(() => expect(bench.watches).toBe(2));
    bench.server.put(path('lost'), {});
    bench.clock.advance(33 * 60_000);
    await eventually(() => expect(seen).toEqual(['added a', 'added lost']));
    expect(bench.lists).toBe(2);
  });
});

describe('stopping', () => {
  test('ends an open watch, and its connection, at once', async () => {
    const { run } = bench.reflect();
    await eventually(() => expect(bench.server.openWatches).toBe(1));
    bench.stop.abort();
    await run;
    await eventually(() => expect(bench.server.openWatches).toBe(0));
  });

  test('during a list: no watch follows, nothing is announced', async () => {
    bench.server.put(path('a'), {});
    bench.server.fail(({ watch }) => !watch, 'hang');
    const { seen, run } = bench.reflect();
    await eventually(() => expect(bench.lists).toBe(1));
    bench.stop.abort();
    await run;
    expect(bench.watches).toBe(0);
    expect(seen).toEqual([]);
  });

  test('while a list is taken in: no watch follows, nothing is announced', async () => {
    bench.server.put(path('a'), {});
    const { seen, run } = bench.reflect({
      keep: (object) => {
        bench.stop.abort();
        return object;
      },
    });
    await run;
    expect(bench.watches).toBe(0);
    expect(seen).toEqual([]);
  });

  test('between two events of one chunk: the second is not announced', async () => {
    const object = (name: string): object => ({ metadata: { name, uid: name, resourceVersion: '500' } });
    const line = (name: string): string => JSON.stringify({ type: 'ADDED', object: object(name) });
    bench.server.fail(({ watch }) => watch, { stream: [line('a'), line('b')] });
    const seen: string[] = [];
    const { run } = bench.reflect({
      onChange: ({ object }) => {
        seen.push(object.metadata.name);
        bench.stop.abort();
      },
    });
    await run;
    expect(seen).toEqual(['a']);
  });

  test('during a pause', async () => {
    bench.server.fail(() => true, { status: 500 });
    const { run } = bench.reflect();
    await bench.nextPause();
    bench.stop.abort();
    await run;
    expect(bench.lists).toBe(1);
  });

  test('a second run is refused', async () => {
    const { reflector } = bench.reflect();
    await expect(reflector.run(bench.stop.signal)).rejects.toThrow('runs already');
  });
});

describe('health', () => {
  test('tells an absent server from a dead loop', async () => {
    const watching = Promise.withResolvers<void>();
    const { reflector } = bench.reflect({ onHealthy: watching.resolve });
    // The server has opened the watch before the reflector hears of it; time that passes between would count as before the contact.
    await watching.promise;
    bench.server.fail(() => true, { status: 500 }, Infinity);
    bench.clock.advance(10_000);
    bench.server.endWatches('reset');
    for (let attempt = 0; attempt < 3; attempt += 1) bench.clock.advance(await bench.nextPause());
    await bench.nextPause();
    const { lastContactAgeMs, lastAttemptAgeMs } = reflector.health();
    expect(lastContactAgeMs).toBeGreaterThan(10_000);
    expect(lastAttemptAgeMs).toBeLessThanOrEqual(30_000);
    expect(lastAttemptAgeMs).toBeLessThan(lastContactAgeMs);
  });
});
