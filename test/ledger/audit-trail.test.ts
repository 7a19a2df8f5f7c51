import { pino } from 'pino';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { AuditTrail } from '../../src/ledger/audit-trail.ts';
import type { AuditEntry } from '../../src/ledger/ledger.ts';
import { createOperatorMetrics } from '../../src/telemetry/metrics.ts';
import { FakeClock } from '../fake/clock.ts';
import { FakeStore } from '../fake/store.ts';

const START = Date.parse('2026-11-25T08:00:00Z');

function fixture() {
  const store = new FakeStore();
  const clock = new FakeClock(START);
  const registry = new Registry();
  /** By the rules of the ledger: the first entry of an id stays. */
  const rows = new Map<string, AuditEntry>();
  const writes: number[] = [];
  const state = { error: undefined as Error | undefined, write: { manager: 'kubectl', at: START - 1_000 } as { manager: string; at: number } | undefined };
  const trail = new AuditTrail({
    ledger: {
      audit: async (entries) => {
        if (state.error !== undefined) throw state.error;
        writes.push(entries.length);
        for (const entry of entries) if (!rows.has(entry.id)) rows.set(entry.id, entry);
      },
    },
    get: (kind, key) => store.get(kind, key),
    lastWriteOf: () => state.write,
    clock,
    metrics: createOperatorMetrics(registry),
    logger: pino({ level: 'silent' }),
  });
  const onResource = trail.onResource.bind(trail);
  store.listen({ onResource, onSecret: () => {}, onGrant: () => {}, onNamespace: () => {} });
  const told = (): string[] => [...rows.values()].map(({ event, kind, workspace, name, actor }) => `${actor} ${event} ${kind} ${workspace}/${name}`);
  const apply = (name: string, model = 'main'): void => store.apply('Repository', name, { llms: [{ name: model }] });
  return { store, clock, registry, rows, writes, state, trail, told, apply };
}

describe('the audit trail', () => {
  it('tells that an object came, that its spec changed, and that it went, by whoever wrote last', async () => {
    const { store, clock, state, told, apply, rows } = fixture();
    apply('repo');
    await clock.advance(5_000);
    state.write = { manager: 'argocd', at: START + 4_000 };
    apply('repo', 'other');
    store.remove('Repository', 'repo');
    await clock.advance(5_000);
    expect(told()).toEqual(['manager:kubectl created Repository team/repo', 'manager:argocd updated Repository team/repo', 'manager:argocd deleted Repository team/repo']);
    expect([...rows.values()].map(({ at }) => at - START)).toEqual([0, 4_000, 5_000]);
  });

  it('lets each entry wait as long as the first, so that the Platform API, which knows the user, comes before it', async () => {
    const { clock, rows, told, apply } = fixture();
    apply('by-kubectl');
    await clock.advance(4_999);
    apply('by-user');
    await clock.advance(1);
    expect(told()).toEqual(['manager:kubectl created Repository team/by-kubectl']);
    rows.set('uid-2/created', { id: 'uid-2/created', at: 1, actor: 'jane', event: 'created', kind: 'Repository', uid: 'uid-2', workspace: 'team', name: 'by-user' });
    apply('by-user', 'other');
    await clock.advance(4_999);
    expect(told().slice(1)).toEqual(['jane created Repository team/by-user']);
    await clock.advance(1);
    expect(told().slice(2)).toEqual(['manager:kubectl updated Repository team/by-user']);
  });

  it('tells nothing where only labels, annotations or status have changed', async () => {
    const { store, clock, told, apply, writes } = fixture();
    apply('repo');
    await clock.advance(5_000);
    store.apply('Repository', 'repo', { llms: [{ name: 'main' }] }, { annotations: { note: 'x' } });
    await clock.advance(10_000);
    expect(told()).toHaveLength(1);
    expect(writes).toEqual([1]);
  });

  it('tells of an object that was made anew under its name that the one went and the other came', async () => {
    const { store, clock, trail, rows, apply } = fixture();
    apply('repo');
    const old = store.get('Repository', { namespace: 'team', name: 'repo' })!;
    store.listen(undefined);
    store.remove('Repository', 'repo');
    apply('repo');
    trail.onResource('Repository', { namespace: 'team', name: 'repo' });
    await clock.advance(5_000);
    expect([...rows.keys()]).toEqual([`${old.metadata.uid}/created`, `${old.metadata.uid}/deleted`, 'uid-2/created']);
  });

  it('writes down at the start what came while nobody looked, and once what each leader sees', async () => {
    const { store, clock, trail, state, rows, told, apply } = fixture();
    store.listen(undefined);
    apply('old');
    apply('old', 'other');
    rows.set('uid-1/created', { id: 'uid-1/created', at: 1, actor: 'jane', event: 'created', kind: 'Repository', uid: 'uid-1', workspace: 'team', name: 'old' });
    state.write = { manager: 'helm', at: START - 86_400_000 };
    trail.start(store.list('Repository'));
    await clock.advance(5_000);
    expect(told()).toEqual(['jane created Repository team/old', 'manager:helm updated Repository team/old']);
    expect(rows.get('uid-1/2')?.at).toBe(START - 86_400_000);
  });

  it('waits for a ledger that cannot be written, and writes in batches', async () => {
    const { clock, state, writes, rows, apply, registry } = fixture();
    state.error = new Error('away');
    for (let index = 0; index < 1_200; index += 1) apply(`repo-${index}`);
    await clock.advance(60_000);
    expect(rows.size).toBe(0);
    state.error = undefined;
    await clock.advance(5_000);
    expect(rows.size).toBe(1_200);
    expect(writes).toEqual([500, 500, 200]);
    expect(await registry.metrics()).toContain('flashback_audit_entries_total{result="stored"} 1200');
  });

  it('gives up the oldest when too many wait, and counts them', async () => {
    const { clock, state, trail, rows, registry, store } = fixture();
    state.error = new Error('away');
    store.listen(undefined);
    store.apply('Repository', 'repo', { llms: [{ name: 'main' }] });
    const [object] = store.list('Repository');
    trail.start(Array.from({ length: 20_010 }, (_, index) => ({ ...object!, metadata: { ...object!.metadata, name: `r${index}`, uid: `u${index}` } })));
    state.error = undefined;
    await clock.advance(5_000);
    expect(rows.size).toBe(20_000);
    expect(rows.has('u10/created')).toBe(true);
    expect(await registry.metrics()).toContain('flashback_audit_entries_total{result="dropped"} 10');
  });

  it('writes at its end what waits, and nothing after it', async () => {
    const { clock, trail, rows, apply } = fixture();
    apply('repo');
    await trail.stop();
    expect(rows.size).toBe(1);
    apply('other');
    await clock.advance(60_000);
    expect(rows.size).toBe(1);
    expect(clock.pending).toBe(0);
  });
});
