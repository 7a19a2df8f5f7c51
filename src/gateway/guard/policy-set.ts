// Which policies of a repository act on which side of its traffic, and how.
import { detectorOf } from '../../policy/detectors/index.ts';
import { readyPolicy, type ReadyPolicy } from '../../policy/evaluate.ts';
import type { Snapshot, SnapshotPolicy, SnapshotRepository } from '../../snapshot/snapshot.ts';

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

/** The same with what detectors can say alone of the policies that spare. */
function unjudged({ gating, watching }: PolicySet, spares: (policy: SnapshotPolicy) => boolean): PolicySet | undefined {
  const withoutJudge = (ready: ReadyPolicy): ReadyPolicy[] => {
    const { judge, ...policy } = ready.policy;
    if (judge === undefined || !spares(ready.policy)) return [ready];
    // What the judge is asked to confirm keeps nothing from anybody before it has.
    const detectors = ready.detectors.filter(({ advisory }) => advisory !== true);
    return detectors.length === 0 && ready.broken !== true ? [] : [{ ...ready, detectors, policy }];
  };
  const left = { gating: gating.flatMap(withoutJudge), watching: watching.flatMap(withoutJudge) };
  return left.gating.length + left.watching.length === 0 ? undefined : left;
}

/**
 * What is left of policies for the question of a judge: it must not be judged again, without end, for those who ask it, but what detectors
 * keep from providers they keep from the provider of a judge, too.
 */
export function withoutJudges(
  { request, answer, stream }: RepositoryPolicies,
  spares: (policy: SnapshotPolicy) => boolean = () => true,
): RepositoryPolicies {
  const of = (set: PolicySet | undefined): PolicySet | undefined => (set === undefined ? undefined : unjudged(set, spares));
  return { request: of(request), answer: of(answer), stream: of(stream) };
}

/** Undefined: none is left. */
export function withoutThose({ gating, watching }: PolicySet, those: ReadonlySet<ReadyPolicy>): PolicySet | undefined {
  const isLeft = (ready: ReadyPolicy): boolean => !those.has(ready);
  const left = { gating: gating.filter(isLeft), watching: watching.filter(isLeft) };
  return left.gating.length + left.watching.length === 0 ? undefined : left;
}

/** The policies of one snapshot, ready. */
export interface PreparedPolicies {
  /** By their form: to make one ready may take milliseconds, and few change from one snapshot to the next. */
  ready: ReadonlyMap<string, ReadyPolicy>;
  /** Those of a repository. */
  of(repository: SnapshotRepository): RepositoryPolicies | undefined;
}

function setsOf(all: readonly ReadyPolicy[]): RepositoryPolicies | undefined {
  if (all.length === 0) return undefined;
  const of = (phase: 'Request' | 'Response'): ReadyPolicy[] => all.filter(({ policy }) => policy.phases.includes(phase));
  const request = setOf(of('Request'), blocks);
  const answer = setOf(of('Response'), blocks);
  const stream = setOf(of('Response'), (one) => blocks(one) && one.policy.streaming !== 'Monitor');
  return { request, answer, stream };
}

/** Makes the policies of a snapshot ready, each once, and none again that `previous` has in the same form. */
export function preparePolicies({ policies }: Snapshot, previous?: PreparedPolicies): PreparedPolicies {
  const ready = new Map<string, ReadyPolicy>();
  const byKey = new Map<string, ReadyPolicy>();
  for (const [key, policy] of Object.entries(policies)) {
    const form = JSON.stringify(policy);
    const one = ready.get(form) ?? previous?.ready.get(form) ?? readyPolicy(policy, detectorOf);
    ready.set(form, one);
    byKey.set(key, one);
  }
  /** Most repositories have those of their workspace and no other. */
  const known = new Map<string, RepositoryPolicies | undefined>();
  const of = ({ policies: keys = [] }: SnapshotRepository): RepositoryPolicies | undefined => {
    const name = keys.join(' ');
    if (!known.has(name)) known.set(name, setsOf(keys.flatMap((key) => byKey.get(key) ?? [])));
    return known.get(name);
  };
  return { ready, of };
}
