import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { AnyResource } from '../../src/api/resources.ts';
import { slotOf, UsageReporter, type UsedKind } from '../../src/reconcile/usage-reporter.ts';
import { hasToday, nextUsage, USAGE_FIELDS, type UsageAmountsStatus, type UsageStatus, type Used } from '../../src/reconcile/usage-status.ts';
import { FakeClock } from '../fake/clock.ts';
import { FakeStore } from '../fake/store.ts';
import { Harness } from './harness.ts';

const NOW = Date.parse('2026-11-25T08:00:00Z');
const MINUTE = 60_000;

function amounts(over: Partial<UsageAmountsStatus> = {}): UsageAmountsStatus {
  return { ...(Object.fromEntries(USAGE_FIELDS.map((field) => [field, 0])) as UsageAmountsStatus), ...over };
}
const used = (today: number, total: number): Used => ({ today: amounts({ requests: today }), total: amounts({ requests: total }) });

describe('status.usage', () => {
  it('holds the sums, as whole numbers, and when they were read', () => {
    const sums = { today: { ...amounts({ requests: 1 }), latency: 77 }, total: amounts({ tokensIn: 10.4 }) };
    expect(nextUsage(undefined, sums, NOW)).toEqual({
      today: amounts({ requests: 1 }),
      total: amounts({ tokensIn: 10 }),
      observedAt: '2026-11-25T08:00:00Z',
    });
  });

  it.each(USAGE_FIELDS)('is written anew when %s has changed, and only then', (field) => {
    const before = nextUsage(undefined, used(1, 1), NOW);
    expect(nextUsage(before, used(1, 1), NOW + MINUTE)).toBeUndefined();
    expect(nextUsage(before, { today: amounts({ requests: 1 }), total: amounts({ requests: 1, [field]: 5 }) }, NOW)?.total[field]).toBe(5);
  });

  it('is absent before the first use, and zero where the ledger has lost what there was', () => {
    expect(nextUsage(undefined, undefined, NOW)).toBeUndefined();
    expect(nextUsage(used(1, 2), undefined, NOW)).toMatchObject(used(0, 0));
  });

  it('has something of today where any amount is more than nothing', () => {
    expect([hasToday(undefined), hasToday(used(0, 5)), hasToday(used(1, 5))]).toEqual([false, false, true]);
  });
});

interface Given {
  clock?: FakeClock;
  repositories?: readonly string[];
}

function reporter({ clock = new FakeClock(NOW), repositories = ['repo'] }: Given = {}) {
  const store = new FakeStore();
  for (const name of repositories) store.apply('Repository', name, { llms: [{ name: 'main' }] });
  const sums = new Map<string, Used>();
  const reads: { kind: UsedKind; uids: readonly string[]; at: number }[] = [];
  const reports: { name: string; usage: UsageStatus; at: number }[] = [];
  const state = { error: undefined as Error | undefined };
  const usage = new UsageReporter({
    store,
    read: async (kind, uids) => {
      reads.push({ kind, uids, at: clock.monotonic() });
      if (state.error !== undefined) throw state.error;
      return sums;
    },
    report: (object: AnyResource, written) => {
      reports.push({ name: object.metadata.name, usage: written, at: clock.monotonic() });
      void store.applyStatus(object, { ...object.status, usage: written });
    },
    clock,
    logger: pino({ level: 'silent' }),
  });
  const uid = (name = 'repo'): string => store.get('Repository', { namespace: 'team', name })?.metadata.uid ?? '';
  return { store, clock, sums, reads, reports, state, usage, uid };
}

describe('the usage of objects', () => {
  it('is brought into every status at the start, and from then on where something has changed, once a minute', async () => {
    const { clock, sums, reads, reports, usage, uid } = reporter();
    sums.set(uid(), used(1, 1));
    usage.start();
    await clock.advance(MINUTE);
    expect(reports.map(({ usage: written }) => written.total.requests)).toEqual([1]);
    await clock.advance(10 * MINUTE);
    expect(reads).toHaveLength(1);
    for (let second = 0; second < 180; second += 1) {
      sums.set(uid(), used(second, second));
      usage.touch('Repository', 'team/repo');
      await clock.advance(1_000);
    }
    expect(reports).toHaveLength(4);
    await usage.stop();
  });

  it('of thousands of objects is spread over the minute', async () => {
    const repositories = Array.from({ length: 600 }, (_, index) => `repo-${index}`);
    const { clock, sums, reads, reports, usage, uid } = reporter({ repositories });
    for (const name of repositories) sums.set(uid(name), used(1, 1));
    usage.start();
    await clock.advance(MINUTE);
    expect(new Set(reports.map(({ name }) => name)).size).toBe(600);
    expect(reports).toHaveLength(600);
    expect(reads).toHaveLength(12);
    expect(Math.max(...reads.map(({ uids }) => uids.length))).toBeLessThan(90);
    await usage.stop();
  });

  it('is asked for again when the ledger could not be read', async () => {
    const { clock, sums, reports, state, usage, uid } = reporter();
    sums.set(uid(), used(3, 3));
    state.error = new Error('away');
    usage.start();
    await clock.advance(2 * MINUTE);
    expect(reports).toEqual([]);
    state.error = undefined;
    await clock.advance(MINUTE);
    expect(reports).toHaveLength(1);
    await usage.stop();
  });

  it('of yesterday is not shown as of today', async () => {
    const clock = new FakeClock(Date.parse('2026-11-25T23:50:00Z'));
    const { sums, reports, usage, uid } = reporter({ clock, repositories: ['repo', 'idle'] });
    sums.set(uid(), used(5, 5));
    usage.start();
    await clock.advance(2 * MINUTE);
    sums.set(uid(), used(0, 5));
    await clock.advance(7 * MINUTE);
    expect(reports).toHaveLength(1);
    await clock.advance(3 * MINUTE);
    expect(reports.map(({ name, usage: { today, total } }) => [name, today.requests, total.requests])).toEqual([
      ['repo', 5, 5],
      ['repo', 0, 5],
    ]);
    await usage.stop();
  });

  it('is neither read nor reported of an object that is gone, nor after the end', async () => {
    const { clock, store, sums, reads, reports, usage, uid } = reporter();
    sums.set(uid(), used(1, 1));
    usage.start();
    store.remove('Repository', 'repo');
    await clock.advance(MINUTE);
    expect(reads).toEqual([]);
    await usage.stop();
    await clock.advance(MINUTE);
    expect([reports, clock.pending]).toEqual([[], 0]);
  });

  it('has a turn that stays the same', () => {
    expect(slotOf('team/repo')).toBe(slotOf('team/repo'));
    const turns = Array.from({ length: 1_000 }, (_, index) => slotOf(`team/repo-${index}`));
    expect(new Set(turns).size).toBe(12);
  });
});

describe('usage beside the rest of a status', () => {
  const usage = nextUsage(undefined, used(1, 2), NOW)!;
  async function ready() {
    const harness = new Harness();
    harness.store.setSecret('key', { apiKey: 'k' });
    harness.store.apply('AILLMConfig', 'main', { type: 'OpenAI', credentials: { secretRef: { name: 'key' } } });
    harness.store.apply('Repository', 'repo', { surfaces: ['OpenAI'], llms: [{ name: 'main' }], apiKeys: [{ name: 'app' }] });
    harness.engine.start();
    await harness.clock.advance(5_000);
    const repository = () => harness.store.get('Repository', { namespace: 'team', name: 'repo' })!;
    return { harness, repository };
  }

  it('is written with it, reconciles nothing and publishes nothing', async () => {
    const { harness, repository } = await ready();
    const before = repository().status;
    const published = harness.published.length;
    const reconciled = async () => (await harness.registry.metrics()).split('\n').filter((line) => /^controller_runtime_reconcile_total.*"(repository|aillmconfig|aipolicy)"/.test(line));
    const seen = await reconciled();
    harness.engine.reportUsage(repository(), usage);
    await harness.clock.advance(60_000);
    expect(repository().status).toEqual({ ...before, usage });
    expect(harness.published).toHaveLength(published);
    expect(await reconciled()).toEqual(seen);
  });

  it('stays when the rest changes, and when another operator goes on', async () => {
    const { harness, repository } = await ready();
    harness.engine.reportUsage(repository(), usage);
    await harness.clock.advance(1_000);
    harness.store.apply('Repository', 'repo', { surfaces: ['OpenAI', 'Anthropic'], llms: [{ name: 'main' }], apiKeys: [{ name: 'app' }] });
    await harness.clock.advance(5_000);
    expect(repository().status).toMatchObject({ observedGeneration: 2, usage });
    await harness.engine.stop();
    harness.engine.start();
    harness.store.apply('Repository', 'repo', { surfaces: ['OpenAI'], llms: [{ name: 'main' }], apiKeys: [{ name: 'app' }] });
    await harness.clock.advance(5_000);
    expect(repository().status).toMatchObject({ observedGeneration: 3, usage });
  });

  it('does not go over to an object that is made anew by the same name', async () => {
    const { harness, repository } = await ready();
    const old = repository();
    harness.store.remove('Repository', 'repo');
    await harness.clock.advance(1_000);
    harness.store.apply('Repository', 'repo', { surfaces: ['OpenAI'], llms: [{ name: 'main' }], apiKeys: [{ name: 'app' }] });
    await harness.clock.advance(1_000);
    harness.engine.reportUsage(old, usage);
    await harness.clock.advance(5_000);
    expect(repository().status?.observedGeneration).toBe(1);
    expect(repository().status?.usage).toBeUndefined();
  });
});
