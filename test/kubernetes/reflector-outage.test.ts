// How soon everything is watched again after the API server was away.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { clientOf, eventually } from './fixture.ts';
import { ReflectorBench, path } from './reflector-bench.ts';
import type { Fault } from '../fake/api-server.ts';

const REFLECTORS = 6;
const STEP = 500;
/** Of an operator that reads its lease, in milliseconds. */
const LEASE_PERIOD = 2_000;
/** Longer than any wait for the next turn, and shorter than that for a safety relist. */
const LONGEST_WAIT = 150_000;

let bench: ReflectorBench;
beforeEach(async () => {
  bench = await ReflectorBench.open();
});
afterEach(() => bench.close());

/** Each reflector watches or waits for its next turn. */
async function atRest(): Promise<void> {
  await eventually(() => {
    expect(bench.server.openWatches + bench.clock.waiting.filter((ms) => ms <= LONGEST_WAIT).length).toBe(REFLECTORS);
  });
}

/** Lets time pass in steps until it is over or everything is watched. Answers with how much has passed, in milliseconds. */
async function pass(limit: number, readLease: () => Promise<unknown>): Promise<number> {
  for (let passed = 0; ; passed += STEP) {
    if (passed % LEASE_PERIOD === LEASE_PERIOD - STEP) await readLease().catch(() => {});
    await atRest();
    if (passed >= limit || bench.server.openWatches === REFLECTORS) return passed;
    bench.clock.advance(STEP);
  }
}

const outages: [what: string, fault: Fault][] = [
  ['does not answer', 'reset'],
  ['fails behind a load balancer', { status: 503 }],
  ['sends everybody away for two minutes', { status: 503, headers: { 'retry-after': '120' } }],
];

test.each(outages)('a server that %s for a minute and then denies everybody for a moment is watched again within seconds', async (_what, fault) => {
  let last = 0;
  // Spread evenly, so that no two wait for the same time.
  const random = (): number => (last = (last + 0.618) % 1);
  const client = clientOf(bench.server.url, { clock: bench.clock });
  const reflections = Array.from({ length: REFLECTORS }, () => bench.reflect({ client, random }));
  const readLease = (): Promise<unknown> => client.request({ method: 'GET', path: path('lease') });
  await eventually(() => expect(bench.server.openWatches).toBe(REFLECTORS));
  bench.clock.advance(30_000);
  bench.server.fail(() => true, fault, Infinity);
  bench.server.endWatches('reset');
  expect(await pass(60_000, readLease)).toBe(60_000);
  bench.server.heal();
  bench.server.fail(() => true, { status: 403 }, Infinity);
  await pass(2_000, readLease);
  bench.server.heal();
  expect(await pass(60_000, readLease)).toBeLessThanOrEqual(5_000);
  bench.server.put(path('a'), {});
  await eventually(() => expect(reflections.map(({ seen }) => seen)).toEqual(reflections.map(() => ['added a'])));
});
