// What has happened under each policy since this process began, for the operator to add up.
import type { Occurrence } from '../../policy/decide.ts';
import { TRIAL, type PolicyCount, type SnapshotPolicy } from '../../snapshot/snapshot.ts';

const nothing = (): PolicyCount => ({ evaluations: 0, violations: 0, alerted: 0, blocked: 0, failures: 0 });

export class PolicyCounts {
  readonly #byPolicy = new Map<string, PolicyCount>();

  /** By `namespace/name`, with TRIAL behind it for what happened on trial. */
  get all(): Record<string, PolicyCount> {
    return Object.fromEntries([...this.#byPolicy].map(([key, count]) => [key, { ...count }]));
  }

  /** Of a policy that is gone. */
  forget(key: string): void {
    this.#byPolicy.delete(key);
    this.#byPolicy.delete(`${key}${TRIAL}`);
  }

  evaluated(policy: SnapshotPolicy): void {
    this.#of(policy).evaluations++;
  }

  occurred(policy: SnapshotPolicy, kind: Occurrence['kind'], effect: Occurrence['effect']): void {
    const count = this.#of(policy);
    if (kind === 'failure') {
      count.failures++;
      return;
    }
    count.violations++;
    if (effect === 'alert') count.alerted++;
    if (effect === 'block') count.blocked++;
  }

  #of({ namespace, name, action }: SnapshotPolicy): PolicyCount {
    const key = `${namespace}/${name}${action === 'DryRun' ? TRIAL : ''}`;
    let count = this.#byPolicy.get(key);
    if (count === undefined) this.#byPolicy.set(key, (count = nothing()));
    return count;
  }
}
