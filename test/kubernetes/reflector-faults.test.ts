// The reflector against everything that an API server and the network between have been seen to do.
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Fault } from '../fake/api-server.ts';
import { clientOf, eventually } from './fixture.ts';
import { ReflectorBench, path } from './reflector-bench.ts';

let bench: ReflectorBench;
beforeEach(async () => {
  bench = await ReflectorBench.open();
});
afterEach(() => bench.close());

const statuses: [name: string, fault: Fault, operation: 'list' | 'watch', least: number, most: number][] = [
  ['401 on list', { status: 401 }, 'list', 500, 1_000],
  ['403 on list', { status: 403 }, 'list', 500, 1_000],
  ['429 with Retry-After on list', { status: 429, headers: { 'retry-after': '9' } }, 'list', 9_000, 9_900],
  ['500 on list', { status: 500 }, 'list', 500, 1_000],
  ['503 with Retry-After on list', { status: 503, headers: { 'retry-after': '3' } }, 'list', 3_000, 3_300],
  ['reset of a list', 'reset', 'list', 500, 1_000],
  ['list that is not JSON', { stream: ['<html>'], end: true }, 'list', 500, 1_000],
  ['401 on watch', { status: 401 }, 'watch', 500, 1_000],
  ['403 on watch', { status: 403 }, 'watch', 500, 1_000],
  ['429 with Retry-After on watch', { status: 429, headers: { 'retry-after': '9' } }, 'watch', 9_000, 9_900],
  ['500 on watch', { status: 500 }, 'watch', 500, 1_000],
  ['503 with Retry-After on watch', { status: 503, headers: { 'retry-after': '3' } }, 'watch', 3_000, 3_300],
  ['reset of a watch', 'reset', 'watch', 500, 1_000],
  ['watch that ends at once', { stream: [], end: true }, 'watch', 500, 1_000],
  ['error in the stream', { stream: ['{"type":"ERROR","object":{"code":500,"reason":"InternalError"}}'] }, 'watch', 500, 1_000],
];
test.each(statuses)('%s: waits, tries again, and is counted', async (_name, fault, operation, least, most) => {
  const client = clientOf(bench.server.url);
  bench.server.put(path('a'), {});
  bench.server.fail(({ watch }) => watch === (operation === 'watch'), fault);
  const { reflector, seen, lines } = bench.reflect({ client });
  const wait = await bench.nextPause();
  expect(wait).toBeGreaterThanOrEqual(least);
  expect(wait).toBeLessThanOrEqual(most);
  expect(reflector.health().failing).toBeDefined();
  expect(lines).toHaveLength(1);
  bench.clock.advance(wait);
  await eventually(() => expect(bench.server.openWatches).toBe(1));
  bench.server.put(path('b'), {});
  await eventually(() => expect(seen).toEqual(['added a', 'added b']));
  expect(reflector.health().failing).toBeUndefined();
  const { values } = await client.metrics.flashback_watch_failures_total.get();
  expect(values).toEqual([{ labels: { kind: 'Repository', operation }, value: 1 }]);
});

test('denied for a while: it goes on trying and recovers when access is granted', async () => {
  bench.server.fail(() => true, { status: 401 }, Infinity);
  const { reflector, seen } = bench.reflect();
  for (let attempt = 1; attempt <= 4; attempt += 1) {
    const wait = await bench.nextPause();
    expect(reflector.synced).toBe(false);
    expect(bench.lists).toBe(attempt);
    bench.clock.advance(wait);
  }
  await bench.nextPause();
  bench.server.heal();
  bench.server.put(path('a'), {});
  bench.clock.advance(30_000);
  await eventually(() => expect(seen).toEqual(['added a']));
});

test('pauses double up to half a minute', async () => {
  bench.server.fail(() => true, { status: 500 }, Infinity);
  bench.reflect({ random: () => 1 });
  const pauses: number[] = [];
  for (let attempt = 0; attempt < 8; attempt += 1) {
    pauses.push(await bench.nextPause());
    bench.clock.advance(pauses.at(-1) ?? 0);
  }
  expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
});

test('an expired position: the list is fetched at once, and deletions in the gap are announced', async () => {
  bench.server.put(path('a'), {});
  bench.server.put(path('b'), {});
  const { seen } = bench.reflect();
  await eventually(() => expect(bench.server.openWatches).toBe(1));
  bench.server.fail(({ watch }) => watch, { status: 410 });
  bench.clock.advance(2_000);
  bench.server.endWatches('close');
  await eventually(() => expect(bench.lists).toBe(2));
  await eventually(() => expect(bench.server.openWatches).toBe(1));
  bench.server.fail(({ watch }) => watch, { stream: ['{"type":"ERROR","object":{"code":410,"reason":"Expired"}}'] });
  bench.clock.advance(2_000);
  bench.server.endWatches('close');
  await eventually(() => expect(bench.watches).toBe(3));
  bench.server.remove(path('b'));
  bench.server.compact();
  await eventually(() => expect(seen.slice(2)).toEqual(['removed b']));
});

test('positions that expire again and again do not make a tight loop', async () => {
  bench.server.fail(({ watch }) => watch, { status: 410 }, Infinity);
  bench.reflect();
  expect(await bench.nextPause()).toBeGreaterThanOrEqual(500);
  expect(bench.lists).toBe(2);
});

test('after three refused watches the position is given up', async () => {
  bench.server.fail(({ watch }) => watch, { status: 504 }, 3);
  bench.reflect();
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    const wait = await bench.nextPause();
    expect(bench.lists).toBe(1);
    bench.clock.advance(wait);
  }
  await eventually(() => expect(bench.lists).toBe(2));
});

test('deleted and made again in a gap: told as both', async () => {
  bench.server.put(path('a'), { metadata: { uid: 'first' } });
  const { seen } = bench.reflect();
  await eventually(() => expect(bench.server.openWatches).toBe(1));
  bench.server.put(path('a'), { metadata: { uid: 'second' } });
  await eventually(() => expect(seen).toEqual(['added a', 'removed a', 'added a']));
});

test('a handler that throws misses nothing and stops nothing', async () => {
  const seen: string[] = [];
  const { lines } = bench.reflect({
    onChange: ({ object }) => {
      seen.push(object.metadata.name);
      if (object.metadata.name === 'bad') throw new Error('broken handler');
    },
  });
  await eventually(() => expect(bench.server.openWatches).toBe(1));
  bench.server.put(path('bad'), {});
  bench.server.put(path('good'), {});
  await eventually(() => expect(seen).toEqual(['bad', 'good']));
  expect(lines.map(({ msg }) => msg)).toEqual(['a handler of changes failed']);
  expect(bench.watches).toBe(1);
});

test('lines that make no sense are skipped', async () => {
  const { seen } = bench.reflect();
  await eventually(() => expect(bench.server.openWatches).toBe(1));
  for (const line of ['{"type":', '{}', '{"type":"ADDED"}', '{"type":"ADDED","object":{"metadata":null}}']) bench.server.send(line);
  bench.server.put(path('a'), {});
  await eventually(() => expect(seen).toEqual(['added a']));
});

test('a watch on which nothing arrives is dialled again, and counts as no failure', async () => {
  const client = clientOf(bench.server.url);
  const { seen } = bench.reflect({ client, inactivityMs: 100 });
  await eventually(() => expect(bench.server.openWatches).toBe(1));
  bench.clock.advance(30_000);
  await eventually(() => expect(bench.watches).toBe(2));
  bench.server.put(path('a'), {});
  await eventually(() => expect(seen).toEqual(['added a']));
  expect((await client.metrics.flashback_watch_failures_total.get()).values).toEqual([]);
});
