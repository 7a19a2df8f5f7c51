import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { REASONS, type ConditionDraft } from '../../src/api/conditions.ts';
import type { Evaluation, Outcome } from '../../src/reconcile/evaluation.ts';
import { listNames } from '../../src/reconcile/evaluation.ts';
import { StatusWriter, summaryConditions } from '../../src/reconcile/status.ts';
import { createOperatorMetrics } from '../../src/telemetry/metrics.ts';
import { FakeClock } from '../fake/clock.ts';
import { FakeStore } from '../fake/store.ts';

const programmed = (status: 'True' | 'False', reason: ConditionDraft['reason']): ConditionDraft => ({ type: 'Programmed', status, reason, message: 'm' });
const DONE = programmed('True', 'Succeeded');

function types(outcome: Outcome, condition?: ConditionDraft): string[] {
  return summaryConditions({ outcome }, condition).map(({ type, status, reason }) => `${type} ${status} ${reason}`);
}

describe('summaryConditions', () => {
  it.each<[Outcome, ConditionDraft | undefined, string[]]>([
    [{ state: 'good', message: 'm' }, undefined, ['Ready True Succeeded']],
    [{ state: 'good', message: 'm' }, DONE, ['Ready True Succeeded']],
    [{ state: 'good', message: 'm' }, programmed('False', 'PushPending'), ['Ready False PushPending', 'Reconciling True Progressing']],
    [{ state: 'good', message: 'm' }, programmed('False', 'NoGateways'), ['Ready False NoGateways', 'Reconciling True Progressing']],
    [{ state: 'good', message: 'm' }, programmed('False', 'Rejected'), ['Ready False Rejected', 'Stalled True Rejected']],
    [{ state: 'waiting', reason: 'SecretNotFound', message: 'm' }, DONE, ['Ready False SecretNotFound', 'Reconciling True ProgressingWithRetry']],
    [{ state: 'waiting', reason: 'Progressing', message: 'm' }, undefined, ['Ready False Progressing', 'Reconciling True Progressing']],
    [{ state: 'waiting', reason: 'ProviderUnreachable', message: 'm', keepsReady: true }, DONE, ['Ready True Succeeded', 'Reconciling True ProgressingWithRetry']],
    [{ state: 'waiting', reason: 'ProviderUnreachable', message: 'm', keepsReady: true }, programmed('False', 'Rejected'), ['Ready False Rejected', 'Stalled True Rejected']],
    [{ state: 'stalled', reason: 'InvalidSpec', message: 'm' }, DONE, ['Ready False InvalidSpec', 'Stalled True InvalidSpec']],
    [{ state: 'inactive', reason: 'Suspended', message: 'm' }, DONE, ['Ready False Suspended']],
  ])('of %j and %j', (outcome, condition, expected) => {
    expect(types(outcome, condition)).toEqual(expected);
    for (const { reason } of summaryConditions({ outcome }, condition)) expect(Object.keys(REASONS)).toContain(reason);
  });
});

function setUp() {
  const store = new FakeStore();
  const clock = new FakeClock();
  const registry = new Registry();
  const writer = new StatusWriter({ store, clock, metrics: createOperatorMetrics(registry) });
  store.apply('AIPolicy', 'rule', { scope: 'Workspace', content: 'x', riskType: 'Low', action: 'Log' });
  const write = (outcome: Outcome): Promise<void> => {
    const object = store.get('AIPolicy', { namespace: 'team', name: 'rule' });
    if (object === undefined) throw new Error('gone');
    const evaluation: Evaluation = { object, conditions: [], outcome, fields: {}, programmable: false };
    return writer.write(evaluation, undefined);
  };
  return { store, clock, registry, writer, write };
}

describe('StatusWriter', () => {
  it('writes once, moves lastTransitionTime only when a status flips, and tells of transitions only', async () => {
    const { store, clock, write } = setUp();
    const ready = () => store.get('AIPolicy', { namespace: 'team', name: 'rule' })?.status?.conditions?.find(({ type }) => type === 'Ready');
    for (let i = 0; i < 3; i += 1) await write({ state: 'stalled', reason: 'JudgeMissing', message: 'm' });
    expect(store.statusWrites).toHaveLength(1);
    const first = ready()?.lastTransitionTime;
    await clock.advance(60_000);
    await write({ state: 'stalled', reason: 'InvalidSpec', message: 'n' });
    expect(ready()).toMatchObject({ reason: 'InvalidSpec', lastTransitionTime: first });
    await write({ state: 'good', message: 'm' });
    expect(ready()?.lastTransitionTime).not.toBe(first);
    expect(store.events.map(({ type, reason }) => `${type} ${reason}`)).toEqual(['Warning JudgeMissing', 'Warning InvalidSpec', 'Normal Succeeded']);
  });

  it('cuts a message that is too long for the API server', async () => {
    const { store, write } = setUp();
    await write({ state: 'stalled', reason: 'InvalidSpec', message: 'x'.repeat(5_000) });
    const conditions = store.get('AIPolicy', { namespace: 'team', name: 'rule' })?.status?.conditions ?? [];
    expect(conditions.map(({ message }) => message.length)).toEqual([1024, 1024]);
    expect(store.events[0]?.note.length).toBe(1024);
  });

  it('writes over what somebody else put into status', async () => {
    const { store, write } = setUp();
    await write({ state: 'good', message: 'm' });
    const object = store.get('AIPolicy', { namespace: 'team', name: 'rule' })!;
    await store.applyStatus(object, { observedGeneration: 7 });
    await write({ state: 'good', message: 'm' });
    expect(store.get('AIPolicy', { namespace: 'team', name: 'rule' })?.status?.observedGeneration).toBe(1);
  });

  it('shows one series per condition and removes them with the object', async () => {
    const { registry, writer, write } = setUp();
    const series = async (): Promise<string[]> => {
      const text = await registry.getSingleMetricAsString('flashback_resource_condition');
      return text.split('\n').flatMap((line) => /type="(\w+)",status="(\w+)"} 1$/.exec(line)?.slice(1, 3).join(' ') ?? []);
    };
    await write({ state: 'stalled', reason: 'JudgeMissing', message: 'm' });
    expect(await series()).toEqual(['Ready False', 'Stalled True']);
    await write({ state: 'good', message: 'm' });
    expect(await series()).toEqual(['Ready True']);
    writer.forget('AIPolicy/team/rule');
    expect(await series()).toEqual([]);
  });
});

describe('listNames', () => {
  it('counts what does not fit', () => {
    expect(listNames(['a', 'b'])).toBe('a, b');
    expect(listNames(Array.from({ length: 12 }, (_, i) => `n${i}`))).toBe('n0, n1, n2, n3, n4, n5, n6, n7 and 4 more');
  });
});
