import { describe, expect, it } from 'vitest';
import { effectiveAction, enforcementOf, settle, timeoutOf, type PolicySpec } from '../../../src/policy/compile/settle.ts';

const JUDGED = { detectors: [], needsJudge: true };
const DETECTED = { detectors: [{ id: 'pii.card' }], needsJudge: false };
const spec = (more: Partial<PolicySpec> = {}): PolicySpec => ({ content: 'Never share card numbers.', riskType: 'High', action: 'Block', ...more });

describe('enforcement', () => {
  it.each([
    ['Block', JUDGED, 'WhenTested'],
    ['Block', DETECTED, 'Always'],
    ['Alert', JUDGED, 'Always'],
    ['Log', JUDGED, 'Always'],
  ] as const)('of %s with needsJudge %o is %s unless the author says otherwise', (action, plan, expected) => {
    expect(enforcementOf({ action }, plan)).toBe(expected);
    expect(enforcementOf({ action, enforcement: 'Always' }, plan)).toBe('Always');
    expect(enforcementOf({ action, enforcement: 'WhenTested' }, plan)).toBe('WhenTested');
  });
});

describe('the action of now', () => {
  it('is Alert until all tests of a policy that a judge blocks by pass', () => {
    expect(effectiveAction(spec(), JUDGED, false)).toBe('Alert');
    expect(effectiveAction(spec(), JUDGED, true)).toBe('Block');
  });
  it('is what the author says where detectors decide', () => {
    expect(effectiveAction(spec(), DETECTED, false)).toBe('Block');
  });
  it.each(['Log', 'Alert'] as const)('is never more than %s', (action) => {
    expect(effectiveAction(spec({ action, enforcement: 'WhenTested' }), JUDGED, false)).toBe(action);
    expect(effectiveAction(spec({ action }), JUDGED, true)).toBe(action);
  });
  it.each(['Log', 'Alert', 'Block'] as const)('is DryRun for %s on trial, tested or not', (action) => {
    for (const tested of [true, false]) expect(effectiveAction(spec({ action, mode: 'DryRun' }), DETECTED, tested)).toBe('DryRun');
  });
});

describe('settle', () => {
  it('fills in what the author has left open', () => {
    expect(settle(spec(), DETECTED, { allTestsPass: false })).toEqual({
      content: 'Never share card numbers.',
      riskType: 'High',
      action: 'Block',
      phases: ['Request', 'Response'],
      detectors: [{ id: 'pii.card' }],
      failureMode: 'Closed',
      onUnscannable: 'Fail',
      streaming: 'Gate',
      timeout: 3000,
    });
  });
  it('keeps what the author has said', () => {
    const said = { phases: ['Response'], failureMode: 'Open', onUnscannable: 'Allow', streaming: 'Monitor', timeout: '1s500ms' } as const;
    const examples = { violating: ['4111'], allowed: [] };
    expect(settle(spec({ ...said, examples }), DETECTED, { allTestsPass: true })).toMatchObject({ ...said, timeout: 1500, examples });
  });
  it('names the judge, and leaves its place empty where there is none', () => {
    const judge = { llm: 'team-a/judge', model: 'judge-1' };
    expect(settle(spec(), JUDGED, { allTestsPass: true, judge }).judge).toEqual(judge);
    expect(settle(spec(), JUDGED, { allTestsPass: true }).judge).toEqual({});
    expect(settle(spec(), DETECTED, { allTestsPass: true, judge }).judge).toBeUndefined();
  });
  it.each([
    ['Block', 'High', 'Closed'],
    ['Block', 'Medium', 'Closed'],
    ['Block', 'Low', 'Open'],
    ['Alert', 'High', 'Open'],
    ['Log', 'High', 'Open'],
  ] as const)('lets %s at risk %s fail %s', (action, riskType, failureMode) => {
    expect(settle(spec({ action, riskType }), DETECTED, { allTestsPass: false }).failureMode).toBe(failureMode);
  });
  it('settles the failure mode by what the policy is to do in the end', () => {
    expect(settle(spec(), JUDGED, { allTestsPass: false })).toMatchObject({ action: 'Alert', failureMode: 'Closed' });
  });
});

it.each([['3s', 3000], ['500ms', 500], ['1s500ms', 1500], ['60s', 60_000], [undefined, 3000], ['', 3000], ['soon', 3000]])('a timeout of %s is %i ms', (text, milliseconds) => {
  expect(timeoutOf(text)).toBe(milliseconds);
});
