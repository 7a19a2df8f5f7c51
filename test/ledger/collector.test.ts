import { Writable } from 'node:stream';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { Collector } from '../../src/ledger/collector.ts';
import type { LedgerBatch } from '../../src/ledger/entries.ts';
import type { Ingested } from '../../src/ledger/ledger.ts';
import { createOperatorMetrics } from '../../src/telemetry/metrics.ts';
import { FakeClock } from '../fake/clock.ts';
import { batch, usageEntry, violationEntry } from '../fake/ledger-entries.ts';

function fixture() {
  const registry = new Registry();
  const clock = new FakeClock();
  const lines: { msg: string }[] = [];
  const sink = new Writable({ write: (chunk, _encoding, done) => (lines.push(JSON.parse(String(chunk))), done()) });
  const state = { results: [] as Ingested[], error: undefined as Error | undefined };
  const given: (readonly LedgerBatch[])[] = [];
  const used: string[] = [];
  const told: string[] = [];
  const collector = new Collector({
    ledger: {
      ingest: async (batches, findUid) => {
        given.push(batches);
        findUid('Repository', 'team/repo');
        if (state.error !== undefined) throw state.error;
        return state.results;
      },
    },
    findUid: (kind, key) => `${kind} ${key}`,
    onUsed: (kind, key) => used.push(`${kind} ${key}`),
    onViolations: (violations) => told.push(...violations.map(({ id }) => id)),
    clock,
    metrics: createOperatorMetrics(registry),
    logger: pino(sink),
  });
  const metric = async (line: string): Promise<boolean> => (await registry.metrics()).split('\n').includes(line);
  return { collector, clock, state, given, used, told, lines, metric, registry };
}

describe('the collector', () => {
  it('counts what was stored, once, and says whose sums have changed', async () => {
    const { collector, state, used, metric } = fixture();
    state.results = ['known', 'stored'];
    const entries = [usageEntry(), usageEntry({ llm: '' }), violationEntry()];
    expect(await collector.take('a', [batch(1), { ...batch(2, entries), dropped: 3 }])).toEqual(['known', 'stored']);
    expect(used).toEqual(['Repository team/repo', 'AILLMConfig team/main', 'Repository team/repo', 'Repository team/repo', 'AILLMConfig team/main']);
    expect(await metric('flashback_ledger_batches_total{result="stored"} 1')).toBe(true);
    expect(await metric('flashback_ledger_batches_total{result="known"} 1')).toBe(true);
    expect(await metric('flashback_ledger_ingested_entries_total{type="usage"} 2')).toBe(true);
    expect(await metric('flashback_ledger_ingested_entries_total{type="violation"} 1')).toBe(true);
    expect(await metric('flashback_ledger_dropped_entries_total 3')).toBe(true);
    expect(await metric('flashback_ledger_ingest_duration_seconds_count 1')).toBe(true);
  });

  it('hands on violations that are stored for the first time, and no others', async () => {
    const { collector, state, told } = fixture();
    state.results = ['stored', 'known', 'gap'];
    const batches = ['new', 'again', 'early'].map((id, index) => batch(index + 1, [usageEntry(), violationEntry({ id })]));
    await collector.take('a', batches);
    expect(told).toEqual(['new']);
    state.results = [];
    state.error = new Error('disk full');
    await expect(collector.take('a', [batch(4, [violationEntry({ id: 'lost' })])])).rejects.toThrow('disk full');
    expect(told).toEqual(['new']);
  });

  it('tells of a gap once, however often the gateway repeats it', async () => {
    const { collector, state, used, lines, metric } = fixture();
    state.results = ['gap'];
    expect(await collector.take('a', [batch(7)])).toEqual(['gap']);
    await collector.take('a', [batch(7)]);
    expect(lines.filter(({ msg }) => msg.includes('missing'))).toEqual([expect.objectContaining({ gateway: 'a', source: 'spool-1', sequence: 7 })]);
    expect(await metric('flashback_ledger_batches_total{result="gap"} 2')).toBe(true);
    expect(used).toEqual([]);
  });

  it('counts what another ledger has the beginning of, and tells of it', async () => {
    const { collector, state, lines, metric } = fixture();
    state.results = ['resumed'];
    await collector.take('a', [batch(7)]);
    expect(lines).toEqual([expect.objectContaining({ gateway: 'a', source: 'spool-1', sequence: 7 })]);
    expect(await metric('flashback_ledger_batches_total{result="resumed"} 1')).toBe(true);
    expect(await metric('flashback_ledger_ingested_entries_total{type="usage"} 1')).toBe(true);
  });

  it('rejects while the ledger cannot be written, counts each attempt and tells of it once', async () => {
    const { collector, clock, state, lines, metric } = fixture();
    state.error = new Error('disk full');
    for (const gateway of ['a', 'b']) await expect(collector.take(gateway, [batch(1)])).rejects.toThrow('disk full');
    expect(await metric('flashback_ledger_batches_total{result="failed"} 2')).toBe(true);
    expect(collector.failingSince).toBe(clock.monotonic());
    state.error = undefined;
    state.results = ['stored'];
    await collector.take('a', [batch(1)]);
    expect(collector.failingSince).toBeUndefined();
    expect(lines.map(({ msg }) => msg)).toEqual([
      expect.stringMatching(/^the ledger cannot be written; gateways keep what they have to tell, .* see that what --ledger-url names answers/),
      'the ledger can be written again',
    ]);
  });

  it('shows for how long each gateway has told nothing, until it is gone', async () => {
    const { collector, clock, given, metric, registry } = fixture();
    await collector.take('a', []);
    expect(given).toEqual([]);
    await clock.advance(40_000);
    expect(await metric('flashback_ledger_last_contact_seconds{gateway="a"} 40')).toBe(true);
    collector.forget('a');
    expect(await registry.metrics()).not.toContain('gateway="a"');
  });
});
