// Tells what policies have done: metrics, one log line for each violation, and counts for the status of each policy. Never the text.
import type { Counter } from 'prom-client';
import type { Decision, Occurrence } from '../../policy/decide.ts';
import type { Evaluated } from '../../policy/evaluate.ts';
import type { PolicyPhase, SnapshotPolicy } from '../../snapshot/snapshot.ts';
import type { Logger } from '../../telemetry/log.ts';
import type { GatewayMetrics } from '../../telemetry/metrics.ts';
import type { RequestRecord } from '../recorder.ts';
import type { PolicyCounts } from './counts.ts';
import { Retention } from './retention.ts';

/** A log line is for people: more places than these say no more. */
const MAX_FINDINGS = 20;

export class PolicySignals {
  readonly #metrics: GatewayMetrics;
  readonly #logger: Logger;
  readonly #counts: PolicyCounts;
  /** How to remove each series, by policy. */
  readonly #series = new Map<string, Map<string, () => void>>();
  readonly #retention = new Retention();

  constructor(metrics: GatewayMetrics, logger: Logger, counts: PolicyCounts) {
    this.#metrics = metrics;
    this.#logger = logger;
    this.#counts = counts;
  }

  /** Call on every new snapshot with the keys (`namespace/name`) of its policies. `now`: milliseconds since the epoch. */
  retain(policies: ReadonlySet<string>, now: number): void {
    for (const key of this.#retention.due(this.#series.keys(), policies, now)) {
      for (const remove of this.#series.get(key)?.values() ?? []) remove();
      this.#series.delete(key);
      this.#counts.forget(key);
    }
  }

  /** What came of one evaluation. */
  evaluated({ verdicts, cache }: Pick<Evaluated, 'verdicts' | 'cache'>, decision: Decision, phase: PolicyPhase, record: RequestRecord): void {
    for (const [policy, verdict] of verdicts) {
      if (verdict.outcome === 'failed' && verdict.failure === 'aborted') continue;
      const { outcome, source } = verdict;
      this.#inc(this.#metrics.flashback_policy_evaluations_total, policy, { phase, outcome, source });
      this.#counts.evaluated(policy);
    }
    if (cache.hits > 0) this.#metrics.flashback_policy_cache_total.inc({ result: 'hit' }, cache.hits);
    if (cache.misses > 0) this.#metrics.flashback_policy_cache_total.inc({ result: 'miss' }, cache.misses);
    for (const occurrence of decision.occurrences) if (occurrence.failure !== 'aborted') this.#tell(occurrence, phase, record);
  }

  #tell(occurrence: Occurrence, phase: PolicyPhase, record: RequestRecord): void {
    const { policy, kind, effect, findings, failure } = occurrence;
    this.#counts.occurred(policy, kind, effect);
    if (kind === 'violation') record.account?.violated(occurrence, phase);
    const { key, requestId } = record;
    const { namespace, name } = key?.repository.settings ?? {};
    const about = { requestId, namespace, repository: name, key_id: key?.id, policy: `${policy.namespace}/${policy.name}`, phase, risk: policy.riskType, effect };
    if (kind === 'failure') {
      const mode = effect === 'block' ? 'closed' : 'open';
      this.#inc(this.#metrics.flashback_policy_failures_total, policy, { failure: failure ?? 'unknown', mode });
      this.#logger.warn({ ...about, failure }, 'policy not evaluated');
      return;
    }
    this.#inc(this.#metrics.flashback_policy_violations_total, policy, { risk: policy.riskType, action: policy.action });
    const places = findings.slice(0, MAX_FINDINGS).map(({ detector, path, span, hash }) => ({ detector, path, ...span, hash }));
    this.#logger.warn({ ...about, action: policy.action, findings: places, found: findings.length }, 'policy violation');
  }

  #inc<L extends string>(counter: Counter<L>, { namespace, name }: SnapshotPolicy, more: Partial<Record<L, string>>): void {
    const labels = { namespace, policy: name, ...more } as Partial<Record<L, string>>;
    counter.inc(labels);
    const key = `${namespace}/${name}`;
    let series = this.#series.get(key);
    if (series === undefined) this.#series.set(key, (series = new Map()));
    // Values alone tell the three metrics apart: no two have the same.
    const id = Object.values(more).join(' ');
    if (!series.has(id)) series.set(id, () => counter.remove(labels));
  }
}
