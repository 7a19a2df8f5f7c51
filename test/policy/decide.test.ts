import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, defaultFailureMode } from '../../src/policy/decide.ts';
import type { Finding, Verdict } from '../../src/policy/types.ts';
import type { SnapshotPolicy } from '../../src/snapshot/snapshot.ts';
import { aPolicy } from './policies.ts';

const FINDING: Finding = { detector: 'pii.card', path: 'messages[0].content', span: { start: 0, end: 4 }, hash: 'abc' };
const violated = (findings = [FINDING]): Verdict => ({ outcome: 'violated', source: 'detector', findings });
const FAILED = { outcome: 'failed', source: 'judge', failure: 'judge_timeout' } as const satisfies Verdict;
const one = (changes: Partial<SnapshotPolicy>, verdict: Verdict) => decide(new Map([[aPolicy(changes), verdict]]));

describe('a policy that could not be evaluated', () => {
  // Risk, action: what becomes of the traffic and what is told, unless the author says otherwise.
  it.each([
    ['High', 'Block', 'unavailable', 'block'],
    ['High', 'Alert', 'pass', 'alert'],
    ['High', 'Log', 'pass', 'none'],
    ['Medium', 'Block', 'unavailable', 'block'],
    ['Medium', 'Alert', 'pass', 'alert'],
    ['Medium', 'Log', 'pass', 'none'],
    ['Low', 'Block', 'pass', 'alert'],
    ['Low', 'Alert', 'pass', 'none'],
    ['Low', 'Log', 'pass', 'none'],
  ] as const)('of risk %s and action %s lets traffic %s and tells by %s', (riskType, action, outcome, effect) => {
    const decision = one({ riskType, action, failureMode: defaultFailureMode({ riskType, action }) }, FAILED);
    expect(decision).toMatchObject({ outcome, occurrences: [{ kind: 'failure', effect, failure: 'judge_timeout' }] });
  });

  it('does as its author says', () => {
    expect(one({ riskType: 'High', failureMode: 'Open' }, FAILED)).toMatchObject({ outcome: 'pass', occurrences: [{ effect: 'alert' }] });
    expect(one({ riskType: 'Low', failureMode: 'Closed' }, FAILED).outcome).toBe('unavailable');
  });

  it('also tells what detectors found which are often wrong, and is no weaker for it', () => {
    const finding: Finding = { ...FINDING, detector: 'pii.person', advisory: true };
    const decision = one({ action: 'Block', failureMode: 'Closed' }, { ...FAILED, findings: [finding] });
    expect(decision.outcome).toBe('unavailable');
    expect(decision.occurrences).toMatchObject([
      { kind: 'failure', effect: 'block', failure: 'judge_timeout', findings: [] },
      { kind: 'violation', effect: 'alert', findings: [finding] },
    ]);
  });

  it('stops nothing on trial, nor when it only tells', () => {
    expect(one({ action: 'DryRun', failureMode: 'Closed' }, FAILED)).toMatchObject({ outcome: 'pass', occurrences: [{ effect: 'none' }] });
    expect(one({ action: 'Alert', failureMode: 'Closed' }, FAILED).outcome).toBe('pass');
  });
});

describe('a violation', () => {
  it.each([
    ['Block', 'block', 'block'],
    ['Alert', 'pass', 'alert'],
    ['Log', 'pass', 'log'],
    ['DryRun', 'pass', 'none'],
  ] as const)('of action %s leads to %s', (action, outcome, effect) => {
    expect(one({ action }, violated())).toMatchObject({ outcome, occurrences: [{ kind: 'violation', effect, findings: [FINDING] }] });
  });

  it('that only detectors found which are often wrong alerts and blocks nobody', () => {
    const advisory: Finding = { ...FINDING, detector: 'pii.person', advisory: true };
    expect(one({ action: 'Block' }, violated([advisory]))).toMatchObject({ outcome: 'pass', occurrences: [{ effect: 'alert' }] });
    expect(one({ action: 'Block' }, violated([advisory, FINDING])).outcome).toBe('block');
  });

  it('goes before a failure, and the gravest and nearest policy is named', () => {
    const policies = [
      aPolicy({ name: 'organization-high', scope: 'Organization' }),
      aPolicy({ name: 'repository-low', scope: 'Repository', riskType: 'Low' }),
      aPolicy({ name: 'repository-high', scope: 'Repository' }),
      aPolicy({ name: 'failed', scope: 'Repository' }),
    ];
    const verdicts = new Map(policies.map((policy) => [policy, policy.name === 'failed' ? FAILED : violated()]));
    const decision = decide(verdicts);
    expect([decision.outcome, decision.by?.name, decision.occurrences.length]).toEqual(['block', 'repository-high', 4]);
  });
});

it('nothing happens where every policy allows', () => {
  expect(one({}, { outcome: 'allowed', source: 'judge' })).toEqual({ outcome: 'pass', by: undefined, occurrences: [] });
});

it('no policy weakens another: whatever is added, of any scope, what was stopped stays stopped', () => {
  const advisory = violated([{ ...FINDING, advisory: true }]);
  const both: Verdict = { ...FAILED, findings: [{ ...FINDING, advisory: true }] };
  const verdict = fc.constantFrom<Verdict>(violated(), advisory, FAILED, both, { outcome: 'allowed', source: 'judge' });
  const policy = fc.record({
    scope: fc.constantFrom('Organization', 'Workspace', 'Repository'),
    riskType: fc.constantFrom('Low', 'Medium', 'High'),
    action: fc.constantFrom('Log', 'Alert', 'Block', 'DryRun'),
    failureMode: fc.constantFrom('Open', 'Closed'),
  } satisfies { [K in keyof SnapshotPolicy]?: fc.Arbitrary<SnapshotPolicy[K]> });
  const judged = fc.tuple(policy, verdict).map(([changes, said]): [SnapshotPolicy, Verdict] => [aPolicy(changes), said]);
  const strength = { pass: 0, unavailable: 1, block: 2 };
  fc.assert(
    fc.property(fc.array(judged, { maxLength: 6 }), judged, (before, added) => {
      const [without, withIt] = [decide(new Map(before)), decide(new Map([added, ...before]))];
      expect(strength[withIt.outcome]).toBeGreaterThanOrEqual(strength[without.outcome]);
      expect(withIt.occurrences).toEqual(expect.arrayContaining(without.occurrences));
    }),
  );
});
