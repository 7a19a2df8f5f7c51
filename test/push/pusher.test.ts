import { createServer, type Server } from 'node:net';
import { Registry } from 'prom-client';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { UnservableObjectError } from '../../src/gateway/tables.ts';
import { ensurePushSecrets, GATEWAY_SECRET, type PushSecrets } from '../../src/push/certificates.ts';
import { SnapshotPusher, type SnapshotPusherOptions } from '../../src/push/pusher.ts';
import { signSnapshot } from '../../src/snapshot/digest.ts';
import type { Snapshot } from '../../src/snapshot/snapshot.ts';
import { createOperatorMetrics } from '../../src/telemetry/metrics.ts';
import { silentLogger, startAdmin } from '../fake/admin-gateway.ts';
import { contentWith } from '../fake/snapshots.ts';
import { MemorySecretFiles } from '../fake/secret-files.ts';

const files = new MemorySecretFiles();
let secrets: PushSecrets;
beforeAll(async () => {
  secrets = await ensurePushSecrets(files, { clock: systemClock, namespace: 'flashback-system' });
});

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

const signed = (epoch: number, revision: number, repositories = 1): Snapshot =>
  signSnapshot(contentWith(repositories), { epoch, revision }, secrets.snapshotKey);

async function startGateway(options: Parameters<typeof startAdmin>[1] = {}) {
  const gateway = await startAdmin(files, options);
  let stopped = false;
  const stop = async () => {
    if (stopped) return;
    stopped = true;
    await gateway.stop();
  };
  cleanUps.push(stop);
  return { ...gateway, stop, at: (id: string, ready?: boolean) => endpoint(id, gateway.port, ready) };
}

function endpoint(id: string, port: number, ready?: boolean) {
  return { id, host: '127.0.0.1', port, ...(ready === undefined ? {} : { ready }) };
}

function startPusher(options: Partial<SnapshotPusherOptions> = {}) {
  const registry = new Registry();
  const tls = { ca: secrets.ca, operator: secrets.operator };
  const base = { tls, clock: systemClock, metrics: createOperatorMetrics(registry), logger: silentLogger, isLeader: () => true };
  const pusher = new SnapshotPusher({ ...base, ...options });
  cleanUps.push(() => pusher.close());
  return { pusher, registry };
}

/** A port on which nobody listens at present. */
async function freePort(): Promise<number> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Pauses never end: what happens with it, happens without waiting. */
const endlessPauses = { ...systemClock, setTimeout: () => ({ clear: () => {} }) };

const eventually = (assertion: () => void | Promise<void>) => vi.waitFor(assertion, { timeout: 10_000, interval: 10 });

describe('SnapshotPusher', () => {
  it('brings the newest snapshot to every gateway and counts what the ready ones have', async () => {
    const [a, b] = [await startGateway(), await startGateway()];
    const acks: string[] = [];
    const { pusher, registry } = startPusher({ onAck: (id, revision) => acks.push(`${id}@${revision}`) });
    expect(pusher.programmedRevision()).toBeUndefined();
    pusher.setEndpoints([a.at('a', true), b.at('b', true)]);
    await pusher.publish(signed(1, 1));
    await eventually(() => expect(pusher.programmedRevision()).toBe(1));
    await pusher.publish(signed(1, 2, 2000));
    await eventually(() => expect(pusher.programmedRevision()).toBe(2));
    expect([a.state.applied?.revision, b.state.applied?.revision]).toEqual([2, 2]);
    expect(acks.toSorted()).toEqual(['a@1', 'a@2', 'b@1', 'b@2']);
    expect(pusher.gateways()).toEqual({ ready: 2, current: 2, total: 2 });
    const text = await registry.metrics();
    expect(text).toContain('flashback_push_total{result="ack"} 4');
    expect(text).toContain('flashback_push_revision 2');
    expect(text).toContain('flashback_push_gateways{state="current"} 2');
  });

  it('ends with the snapshot that was published last, although a smaller one is ready to be sent sooner', async () => {
    const gateway = await startGateway();
    const { pusher, registry } = startPusher();
    pusher.setEndpoints([gateway.at('a', true)]);
    await Promise.all([pusher.publish(signed(1, 1, 2000)), pusher.publish(signed(1, 2))]);
    await eventually(() => expect(pusher.programmedRevision()).toBe(2));
    expect(await registry.metrics()).toContain('flashback_push_revision 2');
  });

  it('sends a snapshot again to a gateway that restarted empty, without any change', async () => {
    const first = await startGateway();
    const { pusher, registry } = startPusher();
    pusher.setEndpoints([first.at('a')]);
    await pusher.publish(signed(1, 5));
    await eventually(() => expect(pusher.programmedRevision()).toBe(5));
    await first.stop();
    await eventually(() => expect(pusher.gateways()).toEqual({ ready: 0, current: 1, total: 1 }));
    expect(pusher.programmedRevision()).toBeUndefined();
    expect(await registry.metrics()).toContain('flashback_push_gateways{state="unreachable"} 1');
    const second = await startGateway({ port: first.port });
    await eventually(() => expect(second.state.applied?.revision).toBe(5));
    await eventually(() => expect(pusher.gateways()).toEqual({ ready: 1, current: 1, total: 1 }));
  });

  it('calls a gateway at once when the cluster says that it is ready again, however long the pause would have been', async () => {
    const port = await freePort();
    let lost = 0;
    const { pusher } = startPusher({ clock: endlessPauses, onChange: () => (lost += 1) });
    await pusher.publish(signed(1, 1));
    pusher.setEndpoints([endpoint('a', port, false)]);
    const before = lost;
    await eventually(() => expect(lost).toBeGreaterThan(before));
    const gateway = await startGateway({ port });
    pusher.setEndpoints([endpoint('a', port, true)]);
    await eventually(() => expect(gateway.state.applied?.revision).toBe(1));
  });

  it('reports what a gateway refuses, leaves its last good snapshot and the other gateways alone', async () => {
    const refuse = ({ revision }: Snapshot) => {
      if (revision === 2) throw new UnservableObjectError('provider/team/main', 'the CA bundle is not PEM');
      return revision;
    };
    const [old, recent] = [await startGateway({ prepare: refuse }), await startGateway()];
    const refusals: unknown[] = [];
    const { pusher } = startPusher({ clock: endlessPauses, onNack: (id, refusal) => refusals.push([id, refusal]) });
    pusher.setEndpoints([old.at('old', true), recent.at('recent', true)]);
    await pusher.publish(signed(1, 1));
    await eventually(() => expect(pusher.programmedRevision()).toBe(1));
    await pusher.publish(signed(1, 2));
    await eventually(() => expect(refusals).toEqual([['old', { object: 'provider/team/main', reason: 'the CA bundle is not PEM', revision: 2 }]]));
    await eventually(() => expect(pusher.gateways()).toEqual({ ready: 2, current: 1, total: 2 }));
    expect([old.state.current?.prepared, recent.state.current?.prepared]).toEqual([1, 2]);
    expect(pusher.programmedRevision()).toBe(1);
    // The next one goes out at once, not after the pause for the refused one.
    await pusher.publish(signed(1, 3));
    await eventually(() => expect(pusher.programmedRevision()).toBe(3));
    expect(refusals.length).toBe(1);
  });

  it('tries a refused snapshot again, and reports the same refusal once', async () => {
    let tries = 0;
    const gateway = await startGateway({
      prepare: ({ revision }) => {
        tries += 1;
        if (tries < 3) throw new UnservableObjectError('provider/team/main', 'not yet');
        return revision;
      },
    });
    const refusals: string[] = [];
    const { pusher } = startPusher({ onNack: (_id, { reason }) => refusals.push(reason) });
    pusher.setEndpoints([gateway.at('a', true)]);
    await pusher.publish(signed(1, 1));
    await eventually(() => expect(pusher.programmedRevision()).toBe(1));
    expect([tries, refusals]).toEqual([3, ['not yet']]);
  });

  it('hears of a credential that a provider refused while the poll is held', async () => {
    const gateway = await startGateway();
    const rejected: string[] = [];
    const { pusher } = startPusher({ onReport: (_id, report) => rejected.push(...report.rejectedCredentials) });
    pusher.setEndpoints([gateway.at('a')]);
    await pusher.publish(signed(1, 1));
    await eventually(() => expect(pusher.programmedRevision()).toBe(1));
    gateway.admin.reportRejectedCredential('team/main');
    await eventually(() => expect(rejected).toEqual(['team/main']));
  });

  it('hears what policies have counted, and believes nothing that is no count', async () => {
    let evaluations = 1;
    const gateway = await startGateway({ counts: () => ({ 'team/cards': { evaluations, violations: 0, alerted: 0, blocked: 0, failures: 0 } }) });
    const counted: (number | undefined)[] = [];
    const { pusher } = startPusher({ onReport: (_id, { policies }) => void counted.push(policies?.['team/cards']?.evaluations) });
    pusher.setEndpoints([gateway.at('a')]);
    await eventually(() => expect(counted).toEqual([1]));
    evaluations = -1;
    gateway.admin.reportRejectedCredential('team/main');
    await eventually(() => expect(pusher.gateways().ready).toBe(0));
    expect(counted).toEqual([1]);
  });

  it('neither pushes nor polls while it does not lead', async () => {
    const seen: number[] = [];
    const gateway = await startGateway({ prepare: ({ revision }) => seen.push(revision) });
    let leads = false;
    const reports: string[] = [];
    const { pusher } = startPusher({ isLeader: () => leads, onReport: (id) => reports.push(id) });
    await pusher.publish(signed(1, 1));
    pusher.setEndpoints([gateway.at('a', true)]);
    await eventually(() => expect(pusher.programmedRevision()).toBe(0));
    expect([gateway.state.ready, reports]).toEqual([false, []]);
    leads = true;
    await eventually(() => expect(pusher.programmedRevision()).toBe(1));
    leads = false;
    await pusher.publish(signed(1, 2));
    leads = true;
    await pusher.publish(signed(1, 3));
    await eventually(() => expect(pusher.programmedRevision()).toBe(3));
    expect(seen).toEqual([1, 3]);
  });

  it('does not overwrite its successor', async () => {
    const gateway = await startGateway();
    const refusals: string[] = [];
    const { pusher: deposed } = startPusher({ onNack: (_id, { reason }) => refusals.push(reason) });
    const { pusher: successor } = startPusher();
    deposed.setEndpoints([gateway.at('a')]);
    successor.setEndpoints([gateway.at('a')]);
    await successor.publish(signed(2, 1));
    await eventually(() => expect(gateway.state.applied?.epoch).toBe(2));
    await deposed.publish(signed(1, 9));
    await eventually(() => expect(refusals[0]).toMatch(/epoch 1 is over/));
    expect(gateway.state.applied?.epoch).toBe(2);
  });

  it('does not count a revision of a former epoch as one of its own', async () => {
    const gateway = await startGateway({
      prepare: ({ epoch, revision }) => {
        if (epoch === 2) throw new UnservableObjectError('provider/team/main', 'no');
        return revision;
      },
    });
    gateway.state.apply(signed(1, 500));
    let refused = 0;
    const { pusher } = startPusher({ onNack: () => (refused += 1) });
    await pusher.publish(signed(2, 3));
    pusher.setEndpoints([gateway.at('a', true)]);
    await eventually(() => expect(refused).toBe(1));
    expect(pusher.programmedRevision()).toBe(2);
  });

  it('counts no gateway that is gone, and none that is not ready', async () => {
    const [a, b] = [await startGateway(), await startGateway()];
    const { pusher } = startPusher();
    await pusher.publish(signed(1, 1));
    const nobody = await freePort();
    pusher.setEndpoints([a.at('a', true), b.at('b', false), endpoint('dead', nobody, true)]);
    await eventually(() => expect(pusher.programmedRevision()).toBe(0));
    await eventually(() => expect(pusher.gateways()).toEqual({ ready: 2, current: 2, total: 3 }));
    pusher.setEndpoints([a.at('a', true), b.at('b', false)]);
    expect(pusher.programmedRevision()).toBe(1);
    pusher.setEndpoints([b.at('b', false)]);
    expect(pusher.programmedRevision()).toBeUndefined();
  });

  it('reaches gateways that have got other certificates, once it has got them too', async () => {
    const own = new MemorySecretFiles();
    const before = await ensurePushSecrets(own, { clock: systemClock, namespace: 'n' });
    const gateway = await startAdmin(own);
    const { pusher } = startPusher({ tls: before });
    pusher.setEndpoints([endpoint('a', gateway.port)]);
    await pusher.publish(signSnapshot(contentWith(1), { epoch: 1, revision: 1 }, before.snapshotKey));
    await eventually(() => expect(gateway.state.applied?.revision).toBe(1));
    const snapshotKey = own.bundles.get(GATEWAY_SECRET)?.['snapshot.key'] ?? Buffer.alloc(0);
    own.bundles.clear();
    own.bundles.set(GATEWAY_SECRET, { 'snapshot.key': snapshotKey });
    const after = await ensurePushSecrets(own, { clock: systemClock, namespace: 'n' });
    expect([after.ca === before.ca, after.snapshotKey.equals(before.snapshotKey)]).toEqual([false, true]);
    await gateway.stop();
    const restarted = await startAdmin(own, { port: gateway.port });
    cleanUps.push(restarted.stop);
    pusher.setTls(after);
    await eventually(() => expect(restarted.state.applied?.revision).toBe(1));
  });
});
