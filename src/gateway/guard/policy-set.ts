// Which policies of a repository act on which side of its traffic, and how.
import { detectorOf } from '../../policy/detectors/index.ts';
import { readyPolicy, type ReadyPolicy } from '../../policy/evaluate.ts';
import type { Snapshot, SnapshotRepository } from '../../snapshot/snapshot.ts';

/** `gating`: the traffic waits for them. `watching`: they only tell, so it does not. */
export interface PolicySet {
  gating: readonly ReadyPolicy[];
  watching: readonly ReadyPolicy[];
}

/** Undefined where there are none. */
export interface RepositoryPolicies {
  request: PolicySet | undefined;
  answer: PolicySet | undefined;
  /** Of answers that come piece by piece: a policy may let these pass and tell afterwards. */
  stream: PolicySet | undefined;
}

function setOf(policies: readonly ReadyPolicy[], gates: (ready: ReadyPolicy) => boolean): PolicySet | undefined {
  if (policies.length === 0) return undefined;
  return { gating: policies.filter(gates), watching: policies.filter((ready) => !gates(ready)) };
}

const blocks = ({ policy }: ReadyPolicy): boolean => policy.action === 'Block';

/** The same with what detectors can say alone. */
function unjudged({ gating, watching }: PolicySet): PolicySet | undefined {
  const withoutJudge = (ready: ReadyPolicy): ReadyPolicy[] => {
    const { judge, ...policy } = ready.policy;
    if (judge === undefined) return [ready];
    return ready.detectors.length === 0 ? [] : [{ ...ready, policy }];
  };
  const left = { gating: gating.flatMap(withoutJudge), watching: watching.flatMap(withoutJudge) };
  return left.gating.length + left.watching.length === 0 ? undefined : left;
}

/**
 * What is left of policies for the question of a judge: it must not be judged again, without end, but what detectors keep from providers
 * they keep from the provider of a judge, too.
 */
export function withoutJudges({ request, answer, stream }: RepositoryPolicies): RepositoryPolicies {
  const of = (set: PolicySet | undefined): PolicySet | undefined => (set === undefined ? undefined : unjudged(set));
  return { request: of(request), answer: of(answer), stream: of(stream) };
}

/** Makes the policies of a snapshot ready, each once; the result gives those of one of its repositories. */
export function preparePolicies({ policies }: Snapshot): (repository: SnapshotRepository) => RepositoryPolicies | undefined {
  const ready = new Map(Object.entries(policies).map(([key, policy]) => [key, readyPolicy(policy, detectorOf)] as const));
  return ({ policies: keys = [] }) => {
    const all = keys.flatMap((key) => ready.get(key) ?? []);
    if (all.length === 0) return undefined;
    const of = (phase: 'Request' | 'Response'): ReadyPolicy[] => all.filter(({ policy }) => policy.phases.includes(phase));
    const request = setOf(of('Request'), blocks);
    const answer = setOf(of('Response'), blocks);
    const stream = setOf(of('Response'), (one) => blocks(one) && one.policy.streaming !== 'Monitor');
    return { request, answer, stream };
  };
}
