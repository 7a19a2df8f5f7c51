// What gateways count becomes status and Events: nothing twice, nothing too often, and never a text.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { difference, sum } from '../../src/reconcile/policy-counts.ts';
import type { PolicyCount } from '../../src/snapshot/snapshot.ts';
import { Harness } from './harness.ts';

const count = (changes: Partial<PolicyCount> = {}): PolicyCount => ({ evaluations: 0, violations: 0, alerted: 0, blocked: 0, failures: 0, ...changes });

async function started(options: ConstructorParameters<typeof Harness>[0] = {}, spec: Parameters<Harness['policy']>[1] = {}): Promise<Harness> {
  const harness = new Harness(options);
  harness.connection('main');
  harness.repository('repo');
  harness.policy('cards', spec);
  await harness.start();
  return harness;
}

/** A gateway that began after the operator. */
function tell(harness: Harness, total: Partial<PolicyCount>, gateway = 'pod-1', process = 'one', uptime = 1): void {
  harness.engine.onCounts(gateway, { policies: { 'team/cards': count(total) }, process: { id: process, uptime } });
}

/** The same of a gateway that has the policy on trial. */
function tellTrial(harness: Harness, total: Partial<PolicyCount>, enforced: Partial<PolicyCount> = {}): void {
  const policies = { 'team/cards DryRun': count(total), 'team/cards': count(enforced) };
  harness.engine.onCounts('pod-1', { policies, process: { id: 'one', uptime: 1 } });
}

const writes = (harness: Harness): number => harness.store.statusWrites.filter(({ id }) => id === 'AIPolicy/team/cards').length;

describe('counts of a policy', () => {
  it('are added up over gateways, whatever each repeats', async () => {
    const harness = await started();
    tell(harness, { evaluations: 10, violations: 2, blocked: 2 });
    tell(harness, { evaluations: 10, violations: 2, blocked: 2 });
    tell(harness, { evaluations: 5, failures: 1 }, 'pod-2');
    await harness.run(2_000);
    expect(harness.statusOf('cards').counts).toEqual({ since: '2026-11-25T08:00:00Z', evaluations: 15, violations: 2, blocked: 2, failures: 1 });
    tell(harness, { evaluations: 12, violations: 3, blocked: 3 });
    await harness.run(61_000);
    expect(harness.statusOf('cards').counts).toMatchObject({ evaluations: 17, violations: 3 });
    await harness.check();
  });

  it('go on when a gateway begins anew', async () => {
    const harness = await started();
    tell(harness, { evaluations: 10 });
    await harness.run(2_000);
    tell(harness, { evaluations: 4 }, 'pod-1', 'two');
    await harness.run(61_000);
    expect(harness.statusOf('cards').counts).toMatchObject({ evaluations: 14 });
  });

  it('are written about once a minute, however often gateways tell', async () => {
    const harness = await started();
    const before = writes(harness);
    for (let second = 1; second <= 120; second += 1) {
      tell(harness, { evaluations: second });
      await harness.run(1_000);
    }
    expect(writes(harness) - before).toBe(2);
    await harness.run(60_000);
    expect(harness.statusOf('cards').counts).toMatchObject({ evaluations: 120 });
    expect(writes(harness) - before).toBe(3);
  });

  it('go on from status after a restart of the operator, and nothing counts twice', async () => {
    const before = await started();
    tell(before, { evaluations: 10, violations: 1, blocked: 1 });
    await before.run(2_000);
    // Its minute is not over yet, but nobody else is going to write this.
    tell(before, { evaluations: 11, violations: 1, blocked: 1 });
    const seed = before.snapshot();
    await before.engine.stop();
    const after = new Harness({ store: before.store, revision: before.revision });
    await after.start(seed);
    // The same process goes on, and has lived longer than this operator.
    tell(after, { evaluations: 11, violations: 1, blocked: 1 }, 'pod-1', 'one', 3_600_000);
    tell(after, { evaluations: 13, violations: 1, blocked: 1 }, 'pod-1', 'one', 3_600_500);
    tell(after, { evaluations: 2 }, 'pod-2', 'new', 100);
    await after.run(2_000);
    expect(after.statusOf('cards').counts).toMatchObject({ since: '2026-11-25T08:00:00Z', evaluations: 15, violations: 1, blocked: 1 });
  });

  it('are neither lost nor doubled where the former operator ended without a word', async () => {
    const before = await started();
    tell(before, { evaluations: 10, violations: 1, blocked: 1 });
    await before.run(2_000);
    // Told, and never written.
    tell(before, { evaluations: 30, violations: 2, blocked: 2 });
    before.store.faults.set('applyStatus', new Error('gone'));
    const seed = before.snapshot();
    await before.engine.stop();
    before.store.faults.clear();
    const after = new Harness({ store: before.store, revision: before.revision });
    await after.start(seed);
    // One that goes on, one that came while nobody was there, and one that has nothing new.
    tell(after, { evaluations: 35, violations: 3, blocked: 3 }, 'pod-1', 'one', 3_600_000);
    tell(after, { evaluations: 4 }, 'pod-2', 'two', 60_000);
    await after.run(2_000);
    expect(after.statusOf('cards').counts).toMatchObject({ since: '2026-11-25T08:00:00Z', evaluations: 39, violations: 3, blocked: 3 });
    await after.check();
  });

  it('go on where the last words of the former operator came after the new one had begun', async () => {
    const before = await started();
    tell(before, { evaluations: 10 });
    await before.run(2_000);
    const stale = before.store.get('AIPolicy', { namespace: 'team', name: 'cards' })!;
    tell(before, { evaluations: 20 });
    const seed = before.snapshot();
    await before.engine.stop();
    const fresh = before.store.get('AIPolicy', { namespace: 'team', name: 'cards' })!;
    await before.store.applyStatus(stale, stale.status!);
    const after = new Harness({ store: before.store, revision: before.revision });
    await after.start(seed);
    await before.store.applyStatus(fresh, fresh.status!);
    after.policy('cards');
    await after.run();
    expect(after.statusOf('cards').counts).toMatchObject({ evaluations: 20 });
    tell(after, { evaluations: 21 }, 'pod-1', 'one', 3_600_000);
    await after.run(2_000);
    expect(after.statusOf('cards').counts).toMatchObject({ evaluations: 21 });
  });

  it('never go down, and keep room for those that count: processes that are gone are forgotten after an hour', async () => {
    const harness = await started();
    for (let restart = 1; restart <= 70; restart += 1) tell(harness, { evaluations: 1 }, `pod-${restart}`, `process-${restart}`);
    await harness.run(2_000);
    expect(harness.statusOf('cards').counts).toMatchObject({ evaluations: 70 });
    expect(harness.statusOf('cards').processes).toHaveLength(64);
    await harness.run(3_700_000);
    tell(harness, { evaluations: 5 }, 'pod-70', 'process-70');
    await harness.run(61_000);
    expect(harness.statusOf('cards').counts).toMatchObject({ evaluations: 74 });
    expect(harness.statusOf('cards').processes?.map(({ process }) => process)).toEqual(['process-70']);
  });

  it('stand where they belong when the mode changes, whenever gateways tell of them', async () => {
    const harness = await started();
    tell(harness, { evaluations: 10, violations: 1, blocked: 1 });
    harness.policy('cards', { mode: 'DryRun' });
    await harness.run(2_000);
    expect(harness.statusOf('cards').counts).toMatchObject({ evaluations: 10, violations: 1, blocked: 1 });
    expect(harness.statusOf('cards')).not.toHaveProperty('dryRun');
    tellTrial(harness, { evaluations: 5, violations: 2 }, { evaluations: 12, violations: 1, blocked: 1 });
    await harness.run(61_000);
    expect(harness.statusOf('cards').counts).toMatchObject({ evaluations: 12 });
    expect(harness.statusOf('cards').dryRun).toMatchObject({ evaluations: 5, violations: 2 });
    harness.policy('cards');
    await harness.run(100);
    // What gateways had found before they heard of it.
    tellTrial(harness, { evaluations: 9, violations: 4 }, { evaluations: 13, violations: 1, blocked: 1 });
    await harness.run(61_000);
    expect(harness.statusOf('cards').counts).toMatchObject({ evaluations: 13, violations: 1, blocked: 1 });
    expect(harness.statusOf('cards')).not.toHaveProperty('dryRun');
    await harness.check();
  });

  it('do not keep an operator from stopping where status cannot be written', async () => {
    const harness = await started();
    tell(harness, { evaluations: 10 });
    harness.store.faults.set('applyStatus', new Error('the API server is away'));
    await harness.engine.stop();
    expect(harness.statusOf('cards')).not.toHaveProperty('counts');
    expect(harness.clock.pending).toBe(0);
  });

  it('of a trial stand apart, and go with it', async () => {
    const harness = await started({}, { mode: 'DryRun' });
    tellTrial(harness, { evaluations: 7, violations: 2 });
    await harness.run(2_000);
    expect(harness.statusOf('cards')).not.toHaveProperty('counts');
    expect(harness.statusOf('cards').dryRun).toEqual({ since: '2026-11-25T08:00:00Z', evaluations: 7, violations: 2, failures: 0 });
    expect(harness.notes('Block')).toEqual([]);
    harness.policy('cards');
    await harness.run();
    expect(harness.statusOf('cards')).not.toHaveProperty('dryRun');
  });

  it('of a policy that is gone are nobody\'s, nor those of a successor of the same name', async () => {
    const harness = await started();
    tell(harness, { evaluations: 7 });
    await harness.run(2_000);
    harness.store.remove('AIPolicy', 'cards');
    await harness.run();
    tell(harness, { evaluations: 9 });
    await harness.run(2_000);
    harness.policy('cards');
    await harness.run();
    expect(harness.statusOf('cards')).not.toHaveProperty('counts');
  });

  it('become an Event when something was blocked or alerted, and none otherwise', async () => {
    const harness = await started();
    tell(harness, { evaluations: 9, violations: 1 });
    await harness.run(2_000);
    expect(harness.store.events.filter(({ reason }) => reason === 'PolicyViolated')).toEqual([]);
    tell(harness, { evaluations: 13, violations: 5, blocked: 3, alerted: 1 });
    await harness.run(61_000);
    expect(harness.notes('Block')).toEqual([expect.stringMatching(/^PolicyViolated: 3 violations were blocked, 1 violation was let through with an alert since 2026-11-25T/)]);
    expect(harness.store.events.at(-1)).toMatchObject({ type: 'Warning', regarding: { kind: 'AIPolicy', name: 'cards' } });
  });

  it.each([
    [{ action: 'Block', riskType: 'High' }, ['PolicyNotEvaluated: the policy could not be evaluated for 2 requests or answers since 2026-11-25T']],
    [{ action: 'Alert', riskType: 'Medium' }, ['PolicyNotEvaluated: the policy could not be evaluated for 2 requests or answers since 2026-11-25T']],
    [{ action: 'Alert', riskType: 'Low' }, []],
    [{ action: 'Log', riskType: 'High' }, []],
    [{ action: 'Block', riskType: 'High', mode: 'DryRun' }, []],
  ] as const)('of %j become an Event where failures must not pass in silence', async (spec, notes) => {
    const harness = await started();
    harness.policy('cards', spec);
    await harness.run();
    if ('mode' in spec) tellTrial(harness, { evaluations: 9, failures: 2 });
    else tell(harness, { evaluations: 9, failures: 2 });
    await harness.run(2_000);
    expect(harness.notes('Evaluate').map((note) => note.slice(0, notes[0]?.length))).toEqual(notes);
  });
});

describe('differences of totals', () => {
  const any = fc.record({ evaluations: fc.nat(), violations: fc.nat(), alerted: fc.nat(), blocked: fc.nat(), failures: fc.nat() });

  it('add up to the total, however it is cut into reports', () => {
    fc.assert(
      fc.property(fc.array(any, { minLength: 1 }), (steps) => {
        let total = count();
        let added = count();
        for (const step of steps) {
          const next = sum(total, step);
          added = sum(added, difference(next, total));
          total = next;
        }
        expect(added).toEqual(total);
      }),
    );
  });
});
