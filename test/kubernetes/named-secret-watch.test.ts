// Secrets that are watched one by one: which of them, since when and until when, and what is told of those that may not be.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { chooseWatches, NamedSecretWatch } from '../../src/kubernetes/named-secret-watch.ts';
import { FakeApiServer, type SeenRequest } from '../fake/api-server.ts';
import { FakeClock, clientOf, eventually, recordingLogger, type LogLine } from './fixture.ts';

const at = (name: string): string => `/api/v1/namespaces/team/secrets/${name}`;
const isFor =
  (...names: string[]) =>
  ({ query }: SeenRequest): boolean =>
    names.some((name) => query['fieldSelector'] === `metadata.name=${name}`);

let server: FakeApiServer;
let clock: FakeClock;
let stop: AbortController;
let run: Promise<void>;
let wanted: Set<string>;
let told: string[];
let lines: LogLine[];
let watch: NamedSecretWatch;
beforeEach(async () => {
  server = await FakeApiServer.start();
  clock = new FakeClock();
  stop = new AbortController();
  told = [];
});
afterEach(async () => {
  stop.abort();
  await run;
  expect(watch.reflectors()).toEqual([]);
  await eventually(() => expect(server.openWatches).toBe(0));
  await server.stop();
});

function start(names: readonly string[], limit?: number): void {
  const recording = recordingLogger();
  lines = recording.lines;
  wanted = new Set(names.map((name) => `team/${name}`));
  watch = new NamedSecretWatch({
    client: clientOf(server.url, { clock }),
    clock,
    random: () => 0,
    logger: recording.logger,
    onSecret: ({ namespace, name }) => void told.push(`${namespace}/${name}`),
    wanted: () => wanted,
    ...(limit === undefined ? {} : { limit }),
  });
  run = watch.run(stop.signal);
  clock.advance(100);
}

/** References are different now. */
function refer(...names: string[]): void {
  wanted = new Set(names.map((name) => `team/${name}`));
  watch.onReferences();
  clock.advance(100);
}

const watched = (): string[] => [...new Set(server.requests.flatMap(({ watch: isWatch, query }) => (isWatch ? [query['fieldSelector'] ?? ''] : [])))];

describe('a Secret that an object refers to', () => {
  test('is asked for by its name, as metadata, and told of when it changes and when it goes', async () => {
    server.put(at('openai'), { data: { apiKey: 'c2VjcmV0' } });
    start(['openai']);
    await eventually(() => expect(server.openWatches).toBe(1));
    expect(told).toEqual(['team/openai']);
    server.put(at('openai'), { data: { apiKey: 'b3RoZXI=' } });
    server.put(at('other'), {});
    await eventually(() => expect(told).toHaveLength(2));
    server.remove(at('openai'));
    await eventually(() => expect(told).toHaveLength(3));
    expect(new Set(told)).toEqual(new Set(['team/openai']));
    for (const { path, query, headers } of server.requests) {
      expect([path, query['fieldSelector']]).toEqual(['/api/v1/namespaces/team/secrets', 'metadata.name=openai']);
      expect(headers.accept).toContain('PartialObjectMetadata');
    }
  });

  test('is watched from when it is referred to until it is not', async () => {
    start(['one']);
    await eventually(() => expect(server.openWatches).toBe(1));
    refer('one', 'two');
    await eventually(() => expect(server.openWatches).toBe(2));
    refer('two');
    await eventually(() => expect(server.openWatches).toBe(1));
    expect(watched()).toEqual(['metadata.name=one', 'metadata.name=two']);
    server.put(at('one'), {});
    server.put(at('two'), {});
    await eventually(() => expect(told.at(-1)).toBe('team/two'));
  });

  test('is told of once when it does not exist, since it may have gone while nobody watched', async () => {
    start(['absent']);
    await eventually(() => expect(told).toEqual(['team/absent']));
    await eventually(() => expect(server.openWatches).toBe(1));
    server.put(at('absent'), {});
    await eventually(() => expect(told).toHaveLength(2));
  });

  test('is watched in its turn where there are many, so that not all are listed in the same moment', async () => {
    start(Array.from({ length: 50 }, (_, index) => `s-${index}`));
    const counts: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      counts.push(watch.reflectors().length);
      clock.advance(100);
    }
    expect(counts).toEqual([20, 40, 50, 50]);
    await eventually(() => expect(server.openWatches).toBe(50));
  });

  test('is looked up once for many changes of references', async () => {
    start([]);
    let asked = 0;
    const names = wanted;
    Object.defineProperty(names, Symbol.iterator, { value: () => ((asked += 1), ['team/one'].values()) });
    for (let change = 0; change < 50; change += 1) watch.onReferences();
    clock.advance(100);
    await eventually(() => expect(server.openWatches).toBe(1));
    expect(asked).toBe(1);
  });
});

describe('a Secret that may not be watched', () => {
  test('is tried again and again, logged once, and watched as soon as it may be', async () => {
    server.put(at('closed'), {});
    server.fail(isFor('closed'), { status: 403 }, Infinity);
    start(['closed', 'open']);
    await eventually(() => expect(server.openWatches).toBe(1));
    const tries = (): number => server.requests.filter(isFor('closed')).length;
    for (let round = 1; round <= 6; round += 1) {
      await eventually(() => expect([tries(), clock.waiting[0]]).toEqual([round, 500]));
      clock.advance(500);
    }
    expect(watch.forbidden).toBe(true);
    expect(lines).toMatchObject([{ kind: 'Secret', namespace: 'team', name: 'closed', msg: expect.stringMatching(/^watching this Secret is forbidden/) }]);
    expect(watch.reflectors().map((reflector) => reflector.health().forbidden).toSorted()).toEqual([false, true]);
    server.heal();
    clock.advance(500);
    await eventually(() => expect(server.openWatches).toBe(2));
    await eventually(() => expect(watch.forbidden).toBe(false));
    expect(told).toContain('team/closed');
  });

  test('a moment of denials, as of a server that starts, is not logged', async () => {
    server.fail(isFor('openai'), { status: 403 }, 2);
    start(['openai']);
    for (let round = 0; round < 2; round += 1) {
      await eventually(() => expect(clock.waiting[0]).toBe(500));
      clock.advance(500);
    }
    await eventually(() => expect(server.openWatches).toBe(1));
    expect(lines).toEqual([]);
  });

  test('is forgotten with the last reference to it', async () => {
    server.fail(isFor('closed'), { status: 403 }, Infinity);
    start(['closed']);
    await eventually(() => expect(watch.forbidden).toBe(true));
    refer();
    expect(watch.forbidden).toBe(false);
    expect(watch.reflectors()).toEqual([]);
  });

  test('gives its place to one that waits', async () => {
    server.fail(isFor('a', 'b'), { status: 403 }, Infinity);
    start(['a', 'b', 'c'], 2);
    await eventually(() => expect(watch.reflectors().filter((reflector) => reflector.health().forbidden)).toHaveLength(2));
    expect(watched()).toEqual([]);
    expect(lines.filter(({ msg }) => msg.startsWith('objects refer to more Secrets'))).toMatchObject([{ secrets: 3, watches: 2 }]);
    clock.advance(10_000);
    await eventually(() => expect(watched()).toEqual(['metadata.name=c']));
    expect(watch.reflectors()).toHaveLength(2);
  });
});

describe('the choice among too many', () => {
  const choose = (limit: number, running: string[], denied: Record<string, number>): string[] =>
    [...chooseWatches(['a', 'b', 'c', 'd'], limit, (name) => running.includes(name), (name) => denied[name])].toSorted();

  test.each([
    ['keeps what is watched', 2, ['c', 'd'], {}, ['c', 'd']],
    ['prefers what was never denied', 2, ['a', 'b'], { a: 1, b: 2 }, ['c', 'd']],
    ['takes of the others those that were tried the longest ago', 3, ['a', 'b', 'd'], { a: 9, b: 8, c: 1 }, ['b', 'c', 'd']],
    ['takes everything where there is room', 9, [], { a: 1 }, ['a', 'b', 'c', 'd']],
  ])('%s', (_what, limit, running, denied, expected) => {
    expect(choose(limit, running, denied)).toEqual(expected);
  });
});
