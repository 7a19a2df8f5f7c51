import { Registry } from 'prom-client';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { LedgerBatch } from '../../src/ledger/entries.ts';
import type { Ingested } from '../../src/ledger/ledger.ts';
import { ensurePushSecrets, type PushSecrets } from '../../src/push/certificates.ts';
import { isLedgerTold } from '../../src/push/ledger-answer.ts';
import { SnapshotPusher, type SnapshotPusherOptions } from '../../src/push/pusher.ts';
import { signSnapshot } from '../../src/snapshot/digest.ts';
import { createOperatorMetrics } from '../../src/telemetry/metrics.ts';
import { silentLogger, startAdmin } from '../fake/admin-gateway.ts';
import { batch, usageEntry, violationEntry } from '../fake/ledger-entries.ts';
import { LedgerGateway } from '../fake/ledger-gateway.ts';
import { MemorySecretFiles } from '../fake/secret-files.ts';
import { contentWith } from '../fake/snapshots.ts';

const files = new MemorySecretFiles();
let secrets: PushSecrets;
beforeAll(async () => {
  secrets = await ensurePushSecrets(files, { clock: systemClock, namespace: 'flashback-system' });
});

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

/** Pauses are over at once, so that what is repeated is repeated without waiting; calls still may take their time. */
const CALLS: readonly number[] = [5_000, 30_000];
const hasty = { ...systemClock, setTimeout: (callback: () => void, ms: number) => systemClock.setTimeout(callback, CALLS.includes(ms) ? ms : 1) };

/** Keeps what it is given, by the rules of the ledger. */
class Sink {
  readonly taken: string[] = [];
  readonly #last = new Map<string, number>();
  readonly gone: string[] = [];
  /** Asked before anything is stored. */
  before: () => Promise<void> = async () => {};

  async take(gateway: string, batches: readonly LedgerBatch[]): Promise<Ingested[]> {
    await this.before();
    return batches.map(({ source, sequence }) => {
      const last = this.#last.get(source) ?? 0;
      if (sequence <= last) return 'known';
      if (sequence > last + 1) return 'gap';
      this.#last.set(source, sequence);
      this.taken.push(`${gateway} ${source} ${sequence}`);
      return 'stored';
    });
  }

  forget(gateway: string): void {
    this.gone.push(gateway);
  }
}

async function startGateway() {
  const gateway = new LedgerGateway(files);
  const port = await gateway.listen();
  cleanUps.push(() => gateway.close());
  return { gateway, endpoint: { id: 'a', host: '127.0.0.1', port, ready: true } };
}

function startPusher(sink: Sink | undefined, over: Partial<SnapshotPusherOptions> = {}) {
  const tls = { ca: secrets.ca, operator: secrets.operator };
  const base = { tls, clock: hasty, metrics: createOperatorMetrics(new Registry()), logger: silentLogger, isLeader: () => true, random: () => 0.5 };
  const pusher = new SnapshotPusher({ ...base, sink, ...over });
  cleanUps.push(() => pusher.close());
  return pusher;
}

const eventually = (assertion: () => void | Promise<void>) => vi.waitFor(assertion, { timeout: 10_000, interval: 10 });

describe('the ledger poll', () => {
  it('stores what a gateway tells, and confirms it with the next call', async () => {
    const { gateway, endpoint } = await startGateway();
    const sink = new Sink();
    startPusher(sink).setEndpoints([endpoint]);
    gateway.tell(batch(1), batch(2), batch(1, [violationEntry()], 'spool-2'));
    await eventually(() => expect(gateway.left).toEqual([]));
    expect(sink.taken).toEqual(['a spool-1 1', 'a spool-1 2', 'a spool-2 1']);
    expect(gateway.calls[0]).toEqual([]);
    expect(gateway.calls[1]).toEqual([
      { source: 'spool-1', sequence: 2 },
      { source: 'spool-2', sequence: 1 },
    ]);
  });

  it('confirms once, and goes on asking', async () => {
    const { gateway, endpoint } = await startGateway();
    const sink = new Sink();
    startPusher(sink).setEndpoints([endpoint]);
    gateway.tell(batch(1));
    await eventually(() => expect(gateway.left).toEqual([]));
    gateway.tell(batch(2));
    await eventually(() => expect(gateway.left).toEqual([]));
    await eventually(() => expect(gateway.calls).toContainEqual([{ source: 'spool-1', sequence: 2 }]));
    expect(gateway.calls.filter((confirmed) => confirmed[0]?.sequence === 1)).toHaveLength(1);
  });

  it.each([
    ['is terminating or not ready', false],
    ['does not say whether it is ready', undefined],
  ])('asks a gateway that %s', async (_what, ready) => {
    const { gateway, endpoint } = await startGateway();
    const sink = new Sink();
    const { ready: _ready, ...rest } = endpoint;
    startPusher(sink).setEndpoints([ready === undefined ? rest : { ...rest, ready }]);
    gateway.tell(batch(1));
    await eventually(() => expect(gateway.left).toEqual([]));
  });

  it('confirms nothing while the ledger cannot be written, and everything once it can', async () => {
    const { gateway, endpoint } = await startGateway();
    const sink = new Sink();
    let failures = 0;
    sink.before = async () => {
      failures += 1;
      throw new Error('disk full');
    };
    startPusher(sink).setEndpoints([endpoint]);
    gateway.tell(batch(1), batch(2));
    await eventually(() => expect(failures).toBeGreaterThan(2));
    expect(gateway.calls.flat()).toEqual([]);
    sink.before = async () => {};
    await eventually(() => expect(gateway.left).toEqual([]));
    expect(sink.taken).toEqual(['a spool-1 1', 'a spool-1 2']);
  });

  it('confirms what comes before a gap, and nothing behind it', async () => {
    const { gateway, endpoint } = await startGateway();
    startPusher(new Sink()).setEndpoints([endpoint]);
    gateway.tell(batch(1), batch(3));
    await eventually(() => expect(gateway.left).toEqual([3]));
    const { length } = gateway.calls;
    await eventually(() => expect(gateway.calls.length).toBeGreaterThan(length + 2));
    expect(gateway.left).toEqual([3]);
  });

  it('confirms again what it knows, when the confirmation was lost on the way', async () => {
    const { gateway, endpoint } = await startGateway();
    const sink = new Sink();
    await sink.take('earlier', [batch(1)]);
    startPusher(sink).setEndpoints([endpoint]);
    gateway.tell(batch(1));
    await eventually(() => expect(gateway.left).toEqual([]));
    expect(sink.taken).toEqual(['earlier spool-1 1']);
  });

  it('asks only while it leads', async () => {
    const { gateway, endpoint } = await startGateway();
    const lease = { held: false };
    let asked = 0;
    const isLeader = () => {
      asked += 1;
      return lease.held;
    };
    startPusher(new Sink(), { isLeader }).setEndpoints([endpoint]);
    gateway.tell(batch(1));
    await eventually(() => expect(asked).toBeGreaterThan(4));
    expect(gateway.calls).toEqual([]);
    lease.held = true;
    await eventually(() => expect(gateway.left).toEqual([]));
  });

  it('asks nobody where there is no ledger', async () => {
    const { gateway, endpoint } = await startGateway();
    const pusher = startPusher(undefined);
    pusher.setEndpoints([endpoint]);
    await eventually(() => expect(pusher.gateways().total).toBe(1));
    await pusher.close();
    expect(gateway.calls).toEqual([]);
  });

  it('waits at its end for what is being stored, and confirms it to nobody', async () => {
    const { gateway, endpoint } = await startGateway();
    const sink = new Sink();
    const storing = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    sink.before = () => {
      begun.resolve();
      return storing.promise;
    };
    const pusher = startPusher(sink);
    pusher.setEndpoints([endpoint]);
    gateway.tell(batch(1));
    await begun.promise;
    let closed = false;
    const closing = pusher.close().then(() => (closed = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(closed).toBe(false);
    storing.resolve();
    await closing;
    expect(sink.taken).toEqual(['a spool-1 1']);
    expect(gateway.left).toEqual([1]);
    expect(sink.gone).toEqual(['a']);
  });

  it('does not wait at its end for a ledger that does not answer', async () => {
    const { gateway, endpoint } = await startGateway();
    const sink = new Sink();
    const begun = Promise.withResolvers<void>();
    sink.before = () => {
      begun.resolve();
      return new Promise<never>(() => {});
    };
    const pusher = startPusher(sink, { clock: { ...systemClock, setTimeout: (callback, ms) => systemClock.setTimeout(callback, ms / 5) } });
    pusher.setEndpoints([endpoint]);
    gateway.tell(batch(1));
    await begun.promise;
    await pusher.close();
    expect(gateway.left).toEqual([1]);
  });

  it('goes on with the new certificates when they are renewed', async () => {
    const { gateway, endpoint } = await startGateway();
    const pusher = startPusher(new Sink());
    pusher.setEndpoints([endpoint]);
    await eventually(() => expect(gateway.calls).toHaveLength(1));
    pusher.setTls({ ca: secrets.ca, operator: secrets.operator });
    await eventually(() => expect(gateway.calls).toHaveLength(2));
    gateway.tell(batch(1));
    await eventually(() => expect(gateway.left).toEqual([]));
  });

  it('brings snapshots all the same to a gateway that keeps no ledger', async () => {
    const older = await startAdmin(files);
    cleanUps.push(() => older.stop());
    const pusher = startPusher(new Sink());
    pusher.setEndpoints([{ id: 'a', host: '127.0.0.1', port: older.port }]);
    await pusher.publish(signSnapshot(contentWith(1), { epoch: 1, revision: 1 }, secrets.snapshotKey));
    await eventually(() => expect(older.state.applied?.revision).toBe(1));
  });
});

describe('an answer to the ledger poll', () => {
  const good = batch(1, [usageEntry(), violationEntry({ severity: 'High' })]);
  it('is taken where it has the form of batches', () => {
    expect(isLedgerTold({ batches: [] })).toBe(true);
    expect(isLedgerTold({ batches: [good] })).toBe(true);
  });

  it.each([
    ['no object', null],
    ['without batches', {}],
    ['with a batch of no source', { batches: [{ ...good, source: '' }] }],
    ['with a batch that is numbered 0', { batches: [{ ...good, sequence: 0 }] }],
    ['with a number of drops that is none', { batches: [{ ...good, dropped: -1 }] }],
    ['with an entry of a kind that is not known', { batches: [good, { ...good, entries: [{ ...usageEntry(), type: 'weather' }] }] }],
    ['with an amount that is none', { batches: [{ ...good, entries: [{ ...usageEntry(), tokensIn: '10' }] }] }],
    ['with an amount below zero', { batches: [{ ...good, entries: [usageEntry({ requests: -1 })] }] }],
    ['with a violation of no policy', { batches: [{ ...good, entries: [{ ...violationEntry(), policy: undefined }] }] }],
    ['with an entry of no repository', { batches: [{ ...good, entries: [{ ...usageEntry(), repository: undefined }] }] }],
  ])('%s is none', (_what, answer) => {
    expect(isLedgerTold(answer)).toBe(false);
  });
});
