// What a gateway keeps of policies and judges that are gone from its snapshots.
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { PolicyCounts } from '../../../src/gateway/guard/counts.ts';
import { Judges } from '../../../src/gateway/guard/judges.ts';
import { PolicySignals } from '../../../src/gateway/guard/signals.ts';
import type { RequestRecord } from '../../../src/gateway/recorder.ts';
import type { Tables } from '../../../src/gateway/tables.ts';
import type { Verdict } from '../../../src/policy/types.ts';
import type { SnapshotPolicy } from '../../../src/snapshot/snapshot.ts';
import { createGatewayMetrics } from '../../../src/telemetry/metrics.ts';
import { FakeClock } from '../../fake/clock.ts';

const HOUR = 3_600_000;
const policy = (name: string, model = 'm'): SnapshotPolicy =>
  ({ namespace: 'team', name, action: 'Block', riskType: 'High', judge: { llm: 'team/judge', model } }) as SnapshotPolicy;
const setOf = (...names: string[]) => new Set(names.map((name) => `team/${name}`));

describe('a policy that is gone', () => {
  const registry = new Registry();
  const counts = new PolicyCounts();
  const signals = new PolicySignals(createGatewayMetrics(registry), pino({ level: 'silent' }), counts);
  const happen = (name: string): void => {
    const verdicts = new Map<SnapshotPolicy, Verdict>([[policy(name), { outcome: 'allowed', source: 'detector' }]]);
    const violation = { policy: policy(name), kind: 'violation', effect: 'block', findings: [] } as const;
    const failure = { policy: policy(name), kind: 'failure', effect: 'block', findings: [], failure: 'judge_timeout' } as const;
    const decision = { occurrences: [violation, failure] } as unknown as Parameters<PolicySignals['evaluated']>[1];
    signals.evaluated({ verdicts, cache: { hits: 0, misses: 0 } }, decision, 'Request', {} as RequestRecord);
  };
  const series = async (name: string): Promise<number> => (await registry.metrics()).split('\n').filter((line) => line.includes(`policy="${name}"`)).length;

  it('keeps its series and counts for an hour, time enough for the last scrape, and then no more', async () => {
    for (const name of ['stays', 'goes', 'returns']) happen(name);
    expect(await series('goes')).toBe(3);
    signals.retain(setOf('stays'), 0);
    signals.retain(setOf('stays', 'returns'), HOUR - 1);
    expect(await series('goes')).toBe(3);
    expect(counts.all).toHaveProperty(['team/goes']);
    signals.retain(setOf('stays'), HOUR);
    expect(await series('goes')).toBe(0);
    expect(await series('stays')).toBe(3);
    expect(await series('returns')).toBe(3);
    expect(Object.keys(counts.all)).toEqual(['team/stays', 'team/returns']);
    happen('goes');
    expect(await series('goes')).toBe(3);
  });
});

describe('a judge that no policy names any more', () => {
  it('is forgotten after an hour, with its series', async () => {
    const registry = new Registry();
    const metrics = createGatewayMetrics(registry);
    const tables = { upstreams: new Map([['team/judge', {}]]) } as unknown as Tables;
    const judges = new Judges({ tables: () => tables, clock: new FakeClock(), metrics, hash: String, mark: () => [], onCredentialRejected: () => {} });
    const first = judges.of(policy('p'));
    metrics.flashback_judge_tokens_total.inc({ judge: 'team/judge/m', direction: 'input' }, 5);
    metrics.flashback_judge_errors_total.inc({ judge: 'team/judge/m', reason: 'judge_timeout' });
    metrics.flashback_judge_duration_seconds.observe({ judge: 'team/judge/m' }, 1);
    judges.retain([policy('p')], 0);
    judges.retain([policy('p', 'other')], 1);
    expect(judges.of(policy('p'))).toBe(first);
    expect(await registry.metrics()).toContain('judge="team/judge/m"');
    judges.retain([policy('p', 'other')], HOUR + 1);
    expect(judges.of(policy('p'))).not.toBe(first);
    expect(await registry.metrics()).not.toContain('judge="team/judge/m"');
  });
});
