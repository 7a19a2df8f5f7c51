// Policies for tests.
import type { SnapshotPolicy } from '../../src/snapshot/snapshot.ts';

/** A policy that blocks by a judge, apart from what the test says. */
export function aPolicy(changes: Partial<SnapshotPolicy> = {}): SnapshotPolicy {
  return {
    generation: 1,
    namespace: 'team-a',
    name: 'no-legal-advice',
    scope: 'Workspace',
    content: 'Never give legal advice.',
    riskType: 'High',
    action: 'Block',
    phases: ['Request', 'Response'],
    detectors: [],
    judge: { llm: 'team-a/judge', model: 'judge-1' },
    failureMode: 'Closed',
    onUnscannable: 'Fail',
    streaming: 'Gate',
    timeout: 3000,
    ...changes,
  };
}
