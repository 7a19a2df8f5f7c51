// What a gateway counts under policies: on trial apart from what it enforces.
import { describe, expect, it } from 'vitest';
import { PolicyCounts } from '../../../src/gateway/guard/counts.ts';
import { TRIAL, type SnapshotPolicy } from '../../../src/snapshot/snapshot.ts';

const policy = (action: SnapshotPolicy['action']): SnapshotPolicy => ({ namespace: 'team', name: 'cards', action }) as SnapshotPolicy;

describe('counts of a gateway', () => {
  it('keep what a policy found on trial apart from what it enforced before', () => {
    const counts = new PolicyCounts();
    counts.evaluated(policy('Block'));
    counts.occurred(policy('Block'), 'violation', 'block');
    counts.evaluated(policy('DryRun'));
    counts.evaluated(policy('DryRun'));
    counts.occurred(policy('DryRun'), 'failure', 'none' as never);
    expect(counts.all).toEqual({
      'team/cards': { evaluations: 1, violations: 1, alerted: 0, blocked: 1, failures: 0 },
      [`team/cards${TRIAL}`]: { evaluations: 2, violations: 0, alerted: 0, blocked: 0, failures: 1 },
    });
  });
});
