// Leader election: at most one leader at any moment, whatever hangs, fails or is taken away.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { KubeClient } from '../../src/kubernetes/client.ts';
import { LeaderElector } from '../../src/kubernetes/lease.ts';
import { FakeApiServer } from '../fake/api-server.ts';
import { FakeClock, clientOf, recordingLogger, eventually } from './fixture.ts';

const LEASE = '/apis/coordination.k8s.io/v1/namespaces/release/leases/flashback-operator';

interface Candidate {
  elector: LeaderElector;
  client: KubeClient;
  epochs: number[];
  losses: string[];
  stop: AbortController;
  done: Promise<void>;
}

let server: FakeApiServer;
let clock: FakeClock;
let candidates: Candidate[];
beforeEach(async () => {
  server = await FakeApiServer.start();
  clock = new FakeClock();
  candidates = [];
});
afterEach(async () => {
  server.heal();
  for (const { stop } of candidates) stop.abort();
  let ended = 0;
  for (const { done } of candidates) void done.then(() => (ended += 1));
  await eventually(() => {
    clock.advance(10_000);
    expect(ended).toBe(candidates.length);
  });
  await server.stop();
});

const OWNER = { apiVersion: 'v1', kind: 'Service', name: 'push', uid: 'u' };

function candidate(identity: string, owner?: typeof OWNER, annotations: () => Record<string, string | null> = () => ({})): Candidate {
  const client = clientOf(server.url);
  const epochs: number[] = [];
  const losses: string[] = [];
  const stop = new AbortController();
  const elector = new LeaderElector({
    client,
    namespace: 'release',
    name: 'flashback-operator',
    identity,
    leaseDurationMs: 15_000,
    renewDeadlineMs: 10_000,
    retryPeriodMs: 2_000,
    clock,
    random: () => 0,
    logger: recordingLogger().logger,
    owner: () => owner,
    annotations: () => ({ 'example.com/of': identity, ...annotations() }),
    onElected: (epoch) => epochs.push(epoch),
    onLost: (reason) => losses.push(reason),
  });
  const made = { elector, client, epochs, losses, stop, done: elector.run(stop.signal) };
  candidates.push(made);
  return made;
}

const spec = (): Record<string, unknown> => (server.get(LEASE)?.['spec'] ?? {}) as Record<string, unknown>;
const calls = (): number => server.requests.length;
/** Lets one retry period pass and waits until that attempt has reached the server. */
async function oneAttempt(): Promise<void> {
  await eventually(() => expect(clock.waiting).toContain(2_000));
  const before = calls();
  clock.advance(2_000);
  await eventually(() => expect(calls()).toBeGreaterThan(before));
}
async function settled(): Promise<void> {
  await eventually(() => expect(clock.waiting).toContain(2_000));
}

test('the first one makes the lease and leads, with six-digit times', async () => {
  const first = candidate('one');
  await eventually(() => expect(first.epochs).toEqual([1]));
  expect(first.elector.isLeader()).toBe(true);
  expect(spec()).toEqual({
    holderIdentity: 'one',
    leaseDurationSeconds: 15,
    acquireTime: '2026-01-02T03:04:05.000000Z',
    renewTime: '2026-01-02T03:04:05.000000Z',
    leaseTransitions: 1,
  });
  const { values } = await first.client.metrics.leader_election_master_status.get();
  expect(values).toEqual([{ labels: { name: 'flashback-operator' }, value: 1 }]);
});

test('the lease belongs to whom the operator names, and is led all the same where that may not be named', async () => {
  const { epochs, losses } = candidate('a', OWNER);
  await eventually(() => expect(epochs).toHaveLength(1));
  expect(server.get(LEASE)?.metadata.ownerReferences).toEqual([OWNER]);
  server.fail(({ method, body }) => method === 'PATCH' && JSON.stringify(body).includes('ownerReferences'), { status: 403 }, 1_000);
  const renewed = (): unknown => (server.get(LEASE)?.['spec'] as { renewTime: string } | undefined)?.renewTime;
  const before = renewed();
  await oneAttempt();
  await eventually(() => expect(renewed()).not.toBe(before));
  expect(losses).toEqual([]);
});

test('the lease says what its holder says of itself, also after another one has said something else', async () => {
  const of = (): unknown => (server.get(LEASE)?.metadata['annotations'] as Record<string, string> | undefined)?.['example.com/of'];
  const first = candidate('one');
  await eventually(() => expect(of()).toBe('one'));
  await settled();
  first.stop.abort();
  await first.done;
  const second = candidate('two');
  await eventually(() => expect(second.epochs).toHaveLength(1));
  expect(of()).toBe('two');
});

test('it goes on renewing, so a second one stays a standby', async () => {
  const first = candidate('one');
  await eventually(() => expect(first.elector.isLeader()).toBe(true));
  const second = candidate('two');
  for (let round = 0; round < 15; round += 1) {
    await oneAttempt();
    await eventually(() => expect(spec()['renewTime']).toBe(new Date(clock.now()).toISOString().replace('Z', '000Z')));
    await settled();
    expect(first.elector.isLeader()).toBe(true);
    expect(second.elector.isLeader()).toBe(false);
  }
  expect(first.epochs).toEqual([1]);
  expect(second.epochs).toEqual([]);
});

test('two that start together: one leads', async () => {
  const both = [candidate('one'), candidate('two')];
  await eventually(() => expect(both.flatMap(({ epochs }) => epochs)).toEqual([1]));
  await settled();
  expect(both.filter(({ elector }) => elector.isLeader())).toHaveLength(1);
});

test('a silent leader is replaced only after the whole lease duration as the standby saw it, with a higher epoch', async () => {
  server.put(LEASE, {
    spec: { holderIdentity: 'dead', leaseDurationSeconds: 15, leaseTransitions: 6, renewTime: '2020-01-01T00:00:00.000000Z' },
  });
  const second = candidate('two');
  for (let waited = 0; waited < 14_000; waited += 2_000) {
    await settled();
    expect(second.epochs).toEqual([]);
    await oneAttempt();
  }
  await settled();
  clock.advance(2_000);
  await eventually(() => expect(second.epochs).toEqual([7]));
  expect(spec()).toMatchObject({ holderIdentity: 'two', leaseTransitions: 7 });
});

test('a leader whose renewals hang stops by the deadline, before a standby can begin', async () => {
  const first = candidate('one');
  await eventually(() => expect(first.elector.isLeader()).toBe(true));
  const second = candidate('two');
  await eventually(() => expect(calls()).toBe(3));
  server.fail(({ method, body }) => method === 'PATCH' && body.includes('"one"'), 'hang', Infinity);
  let lostAt = Infinity;
  let electedAt = Infinity;
  const started = clock.monotonic();
  for (let elapsed = 0; elapsed < 20_000; elapsed += 500) {
    clock.advance(500);
    await new Promise((resolve) => setImmediate(resolve));
    await eventually(() => expect(clock.waiting.length).toBeGreaterThan(0));
    if (first.losses.length > 0) lostAt = Math.min(lostAt, clock.monotonic() - started);
    if (second.epochs.length > 0) electedAt = Math.min(electedAt, clock.monotonic() - started);
    expect([first, second].filter(({ elector }) => elector.isLeader()).length).toBeLessThanOrEqual(1);
  }
  await eventually(() => {
    clock.advance(500);
    expect(second.epochs).toEqual([2]);
  });
  electedAt = Math.min(electedAt, clock.monotonic() - started);
  expect(first.losses).toEqual(['the lease was not renewed before the deadline']);
  expect(lostAt).toBeLessThanOrEqual(10_000);
  expect(electedAt).toBeGreaterThanOrEqual(15_000);
});

test('one renewal that hangs is given up in time for another', async () => {
  const first = candidate('one');
  await eventually(() => expect(first.elector.isLeader()).toBe(true));
  server.fail(({ method }) => method === 'PATCH', 'hang');
  await oneAttempt();
  clock.advance(5_000);
  await oneAttempt();
  await eventually(() => expect(spec()['renewTime']).toBe('2026-01-02T03:04:14.000000Z'));
  await settled();
  clock.advance(1_500);
  expect(first.elector.isLeader()).toBe(true);
  expect(first.losses).toEqual([]);
});

test('an event loop that stood still past the deadline leads no more, even before its timers run', async () => {
  const first = candidate('one');
  await eventually(() => expect(first.elector.isLeader()).toBe(true));
  vi.spyOn(clock, 'monotonic').mockReturnValue(10_001);
  expect(first.elector.isLeader()).toBe(false);
  vi.restoreAllMocks();
});

test('failed renewals are tried again, and forgotten when one succeeds', async () => {
  const first = candidate('one');
  await eventually(() => expect(first.elector.isLeader()).toBe(true));
  server.fail(({ method }) => method === 'PATCH', { status: 503 }, 3);
  for (let attempt = 0; attempt < 8; attempt += 1) {
    await oneAttempt();
    await settled();
  }
  expect(first.losses).toEqual([]);
  expect(first.elector.isLeader()).toBe(true);
});

test('a renewal whose answer was lost is not taken for a loss', async () => {
  const first = candidate('one');
  await eventually(() => expect(first.elector.isLeader()).toBe(true));
  server.put(LEASE, { ...server.get(LEASE), metadata: { labels: { touched: 'yes' } } });
  await oneAttempt();
  await settled();
  clock.advance(9_000);
  expect(first.elector.isLeader()).toBe(true);
  expect(first.losses).toEqual([]);
});

test('a lease taken by somebody else ends the leadership at once', async () => {
  const first = candidate('one');
  await eventually(() => expect(first.elector.isLeader()).toBe(true));
  server.put(LEASE, { spec: { holderIdentity: 'thief', leaseDurationSeconds: 15, leaseTransitions: 2 } });
  await settled();
  clock.advance(2_000);
  await eventually(() => expect(first.losses).toEqual(['the lease was taken by thief']));
  expect(first.elector.isLeader()).toBe(false);
  await first.done;
});

test('a deleted lease is made again by its leader with the same epoch', async () => {
  server.put(LEASE, { spec: { holderIdentity: '', leaseTransitions: 4 } });
  const first = candidate('one');
  await eventually(() => expect(first.epochs).toEqual([5]));
  server.remove(LEASE);
  await settled();
  clock.advance(2_000);
  await eventually(() => expect(spec()).toMatchObject({ holderIdentity: 'one', leaseTransitions: 5 }));
  expect(first.elector.isLeader()).toBe(true);
});

test('on shutdown the lease is released, and a standby takes over at its next attempt', async () => {
  const first = candidate('one');
  await eventually(() => expect(first.elector.isLeader()).toBe(true));
  const second = candidate('two');
  await eventually(() => expect(calls()).toBe(3));
  first.stop.abort();
  await first.done;
  expect(first.elector.isLeader()).toBe(false);
  expect(first.losses).toEqual([]);
  expect(spec()).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1 });
  await settled();
  clock.advance(2_000);
  await eventually(() => expect(second.epochs).toEqual([2]));
});

test('fields of the lease that we do not know survive', async () => {
  server.put(LEASE, { spec: { holderIdentity: '', strategy: 'OldestEmulationVersion' } });
  const first = candidate('one');
  await eventually(() => expect(first.elector.isLeader()).toBe(true));
  expect(spec()).toMatchObject({ strategy: 'OldestEmulationVersion' });
});

test('durations that could allow two leaders are refused', () => {
  const { logger } = recordingLogger();
  const client = clientOf(server.url);
  const options = {
    client,
    namespace: 'n',
    name: 'l',
    identity: 'i',
    clock,
    random: () => 0,
    logger,
    onElected: () => {},
    onLost: () => {},
  };
  expect(() => new LeaderElector({ ...options, leaseDurationMs: 10_000, renewDeadlineMs: 10_000, retryPeriodMs: 2_000 })).toThrow(
    'lease duration',
  );
  expect(() => new LeaderElector({ ...options, leaseDurationMs: 15_000, renewDeadlineMs: 2_000, retryPeriodMs: 2_000 })).toThrow(
    'renew deadline',
  );
});

test('a leader says of itself on the lease what there is to say, and takes it back', async () => {
  let remark: string | null = null;
  const leader = candidate('one', undefined, () => ({ remark }));
  const annotations = (): unknown => (server.get(LEASE)?.['metadata'] as Record<string, unknown> | undefined)?.['annotations'];
  await eventually(() => expect(leader.epochs).toEqual([1]));
  remark = 'there is something';
  await oneAttempt();
  await eventually(() => expect(annotations()).toEqual({ 'example.com/of': 'one', remark: 'there is something' }));
  remark = null;
  await settled();
  await oneAttempt();
  await eventually(() => expect(annotations()).toEqual({ 'example.com/of': 'one' }));
});
