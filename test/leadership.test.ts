import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { describe, expect, it, vi } from 'vitest';
import { ensurePushSecrets } from '../src/push/certificates.ts';
import { fenceFiles, fenceStore, NotLeaderError } from '../src/push/fence.ts';
import { Leadership, type LeadershipOptions } from '../src/leadership.ts';
import type { OwnedSecret } from '../src/reconcile/store.ts';
import { createOperatorMetrics } from '../src/telemetry/metrics.ts';
import { FakeClock } from './fake/clock.ts';
import { recordingLedger } from './fake/ledger.ts';
import { FakeObjects } from './fake/platform.ts';
import { MemorySecretFiles } from './fake/secret-files.ts';
import { FakeStore } from './fake/store.ts';

const SECRET: OwnedSecret = { key: { namespace: 'team', name: 'x' }, owner: { kind: 'Repository', name: 'r', uid: 'u' }, data: {}, labels: {}, annotations: {} };

function fixture(ledger?: LeadershipOptions['ledger'], more: Partial<LeadershipOptions> = {}) {
  const store = new FakeStore();
  const files = new MemorySecretFiles();
  const clock = new FakeClock();
  const lease = { held: true };
  const leadership = new Leadership({
    epoch: 1,
    store,
    files,
    namespace: 'release',
    publicBaseUrl: 'http://gateway.example/v1',
    addresses: { allowLoopback: true },
    mayUsePodIdentity: () => false,
    ledger,
    isLeader: () => lease.held,
    clock,
    random: () => 0.5,
    metrics: createOperatorMetrics(new Registry()),
    logger: pino({ level: 'silent' }),
    ...more,
  });
  store.listen(leadership);
  store.apply('Repository', 'repo', { surfaces: ['OpenAI'], llms: [{ name: 'main' }], apiKeys: [{ name: 'app' }] });
  return { store, files, clock, lease, leadership };
}

describe('Leadership', () => {
  it('issues keys and writes statuses while the lease is held', async () => {
    const { store, clock, leadership } = fixture();
    await leadership.start();
    await clock.advance(500);
    expect(store.secretWrites).toEqual(['team/repo-app']);
    expect(store.statusWrites.length).toBeGreaterThan(0);
    await leadership.stop();
  });

  it('writes nothing once the lease is lost, although nobody has stopped it yet', async () => {
    const { store, files, clock, lease, leadership } = fixture();
    await leadership.start();
    await clock.advance(500);
    const before = [store.secretWrites.length, store.statusWrites.length, store.events.length, files.journal.length];
    lease.held = false;
    store.apply('Repository', 'other', { surfaces: ['OpenAI'], llms: [{ name: 'main' }], apiKeys: [{ name: 'app' }] });
    store.removeSecret('repo-app');
    await clock.advance(60_000);
    expect([store.secretWrites.length, store.statusWrites.length, store.events.length, files.journal.length]).toEqual(before);
    await leadership.stop();
  });

  it('does not begin when it was stopped before it had started', async () => {
    const { store, files, clock, leadership } = fixture();
    await ensurePushSecrets(files, { clock, namespace: 'release' });
    const started = leadership.start();
    await leadership.stop();
    await started;
    await clock.advance(7_200_000);
    expect([store.secretWrites, store.statusWrites]).toEqual([[], []]);
    expect(clock.pending).toBe(0);
  });

  it('writes no more certificates when it is stopped while it makes them, and has ended when stop has', async () => {
    const { store, files, clock, leadership } = fixture();
    let stopped: Promise<void> | undefined;
    files.beforeWrite = () => {
      stopped ??= leadership.stop();
    };
    await leadership.start();
    await vi.waitFor(() => expect(stopped).toBeDefined());
    await stopped;
    const { length } = files.journal;
    expect(length).toBe(1);
    await clock.advance(7_200_000);
    expect([store.secretWrites, store.statusWrites]).toEqual([[], []]);
    expect(files.journal).toHaveLength(length);
    expect(clock.pending).toBe(0);
  });
});

describe('the ledger of a leader', () => {
  it('is opened when it begins, told what comes, tidied up, and closed at its end', async () => {
    const { ledger, calls } = recordingLedger();
    const { store, clock, leadership } = fixture({ open: async () => ledger, lastWriteOf: () => undefined });
    await leadership.start();
    await clock.advance(5_000);
    expect(calls).toContain('audit');
    await clock.advance(60_000);
    expect(calls).toContain('usage');
    await clock.advance(600_000);
    expect(calls).toContain('compact');
    calls.length = 0;
    store.apply('Repository', 'late', { surfaces: ['OpenAI'], llms: [{ name: 'main' }] });
    await leadership.stop();
    expect(calls).toEqual(['audit', 'close']);
    expect(clock.pending).toBe(0);
  });

  it('keeps nobody from ending when it does not answer', async () => {
    const { ledger, calls } = recordingLedger();
    const never = new Promise<never>(() => {});
    const close = () => (calls.push('close'), never);
    const { clock, leadership } = fixture({ open: async () => ({ ...ledger, close }), lastWriteOf: () => undefined });
    await leadership.start();
    await clock.advance(5_000);
    let ended = false;
    const ending = leadership.stop().then(() => (ended = true));
    await clock.advance(4_000);
    expect([calls.includes('close'), ended]).toEqual([true, false]);
    await clock.advance(1_000);
    await ending;
    expect(clock.pending).toBe(0);
  });

  it('keeps nobody from leading when it cannot be opened', async () => {
    const open = async (): Promise<never> => {
      throw new Error('connection refused');
    };
    const { store, clock, leadership } = fixture({ open, lastWriteOf: () => undefined });
    await leadership.start();
    await clock.advance(60_000);
    expect(store.secretWrites).toEqual(['team/repo-app']);
    await leadership.stop();
    expect(clock.pending).toBe(0);
  });
});

describe('conversations with models of a repository', () => {
  it('go to the gateway by the URL for the operator, or else by that for applications', async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ choices: [{ message: { content: 'pong' } }] }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const urls = [{ publicBaseUrl: `${base}/public/v1`, gatewayUrl: `${base}/inside` }, { publicBaseUrl: `${base}/public/v1` }];
    for (const more of urls) {
      const objects = Object.assign(new FakeObjects(new FakeClock()), { homesOf: () => [] });
      const { store, leadership } = fixture(undefined, { ...more, objects });
      await leadership.start();
      const repository = store.list('Repository')[0]!;
      const question = { repository, model: 'small-1', turns: [{ role: 'user', content: 'ping' }], user: 'anna', conversation: 'c' } as const;
      const reply = await leadership.platform()?.conversations.gateway.ask(question, new AbortController().signal);
      expect(reply).toMatchObject({ outcome: 'answered', text: 'pong' });
      await leadership.stop();
    }
    server.close();
    server.closeAllConnections();
    expect(asked).toEqual(['/inside/v1/chat/completions', '/public/v1/chat/completions']);
  });
});

describe('the fence', () => {
  it('lets a leader write and refuses everybody else', async () => {
    const { store, files, lease } = fixture();
    const [fenced, bundles] = [fenceStore(store, () => lease.held), fenceFiles(files, () => lease.held)];
    const object = store.list('Repository')[0];
    if (object === undefined) throw new Error('no repository');
    await fenced.applySecret(SECRET);
    await fenced.applyStatus(object, {});
    await bundles.write('a', {});
    const before = [store.secretWrites.length, store.statusWrites.length, files.journal.length];
    lease.held = false;
    const uid = store.secret('x')?.uid ?? '';
    const attempts = [
      () => fenced.applySecret(SECRET),
      () => fenced.deleteSecret(SECRET.key, uid),
      () => fenced.applyStatus(object, {}),
      () => bundles.write('a', {}),
      () => bundles.delete('a'),
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toThrow(NotLeaderError);
    fenced.emit({ regarding: { kind: 'Repository', namespace: 'team', name: 'repo', uid: 'u' }, type: 'Normal', reason: 'Succeeded', action: 'x', note: 'x' });
    expect([store.secretWrites.length, store.statusWrites.length, files.journal.length]).toEqual(before);
    expect(store.secret('x')).toBeDefined();
    expect(store.events).toEqual([]);
    expect(await bundles.read('a')).toEqual({});
  });
});
