// What status says about the counts of a policy, and the Events about what they have gained. Trial and enforcement are counted apart. An operator
// that takes over goes on from status, which says how far each process of a gateway is counted in.
import type { AIPolicy } from '../api/resources.ts';
import { addToStatus, describeFailures, describeViolations, type CountStatus } from './count-words.ts';
import type { PolicyCounts, ProcessCount } from './policy-counts.ts';
import type { ResourceStore } from './store.ts';

interface Tally {
  uid: string;
  /** Nothing was added yet to what an earlier operator has written. */
  isFresh: boolean;
  counts?: CountStatus;
  dryRun?: CountStatus;
  processes?: readonly ProcessCount[];
}

export class PolicyTallies {
  readonly #counts: PolicyCounts;
  readonly #store: Pick<ResourceStore, 'emit'>;
  /** What status says or is going to say: the cache of the store lags behind. */
  readonly #tallies = new Map<string, Tally>();

  constructor(counts: PolicyCounts, store: Pick<ResourceStore, 'emit'>) {
    this.#counts = counts;
    this.#store = store;
  }

  /** Before gateways tell anything: what an earlier operator has counted in. */
  resume(key: string, { metadata: { uid }, status }: AIPolicy): Tally {
    const { counts, dryRun, processes } = status ?? {};
    const tally: Tally = {
      uid,
      isFresh: true,
      ...(counts === undefined ? {} : { counts: counts as CountStatus }),
      ...(dryRun === undefined ? {} : { dryRun: dryRun as CountStatus }),
      ...(processes === undefined ? {} : { processes: processes as ProcessCount[] }),
    };
    this.#tallies.set(key, tally);
    this.#counts.resume(key, tally.processes);
    return tally;
  }

  /** The fields of status that count. */
  fieldsOf(key: string, policy: AIPolicy): Record<string, unknown> {
    const tally = this.#tallyOf(key, policy);
    const isTrial = policy.spec.mode === 'DryRun';
    if (!isTrial) delete tally.dryRun;
    const news = this.#counts.take(key);
    if (news !== undefined) {
      const { counts, dryRun, since } = news;
      tally.isFresh = false;
      tally.processes = news.processes;
      if (counts !== undefined) tally.counts = addToStatus(tally.counts, counts, since);
      // What a trial has found that is over goes with it.
      if (dryRun !== undefined && isTrial) {
        const { blocked: _blocked, ...found } = addToStatus(tally.dryRun, dryRun, since);
        tally.dryRun = found;
      }
      if (counts !== undefined) this.#tell(policy, { count: counts, since });
    }
    const { uid: _uid, isFresh: _isFresh, ...fields } = tally;
    return { ...fields };
  }

  forget(key: string): void {
    this.#counts.forget(key);
    this.#tallies.delete(key);
  }

  #tallyOf(key: string, policy: AIPolicy): Tally {
    const known = this.#tallies.get(key);
    if (known?.uid !== policy.metadata.uid) return this.resume(key, policy);
    // The last words of an earlier operator may have come only after this one began.
    return known.isFresh && !this.#counts.hasNews(key) ? this.resume(key, policy) : known;
  }

  #tell({ kind, metadata: { namespace, name, uid }, spec }: AIPolicy, news: Parameters<typeof describeViolations>[0]): void {
    const regarding = { kind, namespace, name, uid };
    const emit = (reason: 'PolicyViolated' | 'PolicyNotEvaluated', action: string, note: string | undefined): void => {
      if (note !== undefined) this.#store.emit({ regarding, type: 'Warning', reason, action, note });
    };
    emit('PolicyViolated', news.count.blocked > 0 ? 'Block' : 'Alert', describeViolations(news));
    emit('PolicyNotEvaluated', 'Evaluate', describeFailures(news, spec));
  }
}
