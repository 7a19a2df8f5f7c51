// The only writer of status: turns evaluations into conditions by the rules of kstatus, writes what differs, and tells of
// transitions by Events.
import { isDeepStrictEqual } from 'node:util';
import { mergeConditions, type Condition, type ConditionDraft } from '../api/conditions.ts';
import { ANNOTATIONS, type AnyResource } from '../api/resources.ts';
import type { Clock } from '../clock.ts';
import type { OperatorMetrics } from '../telemetry/metrics.ts';
import { objectId, type Evaluation } from './evaluation.ts';
import type { ResourceStore } from './store.ts';
import type { UsageStatus } from './usage-status.ts';

/** Reasons on the way from one state to another: no news for anybody. */
const TRANSITIONAL: ReadonlySet<string> = new Set(['Progressing', 'ProgressingWithRetry', 'PushPending', 'NoGateways']);

type Draft = Omit<ConditionDraft, 'type'>;

function whenGood(message: string, programmed: ConditionDraft | undefined): ConditionDraft[] {
  if (programmed === undefined || programmed.status === 'True') return [{ type: 'Ready', status: 'True', reason: 'Succeeded', message }];
  const { reason, message: why } = programmed;
  const ready: ConditionDraft = { type: 'Ready', status: 'False', reason, message: why };
  if (reason === 'Rejected') return [ready, { ...ready, type: 'Stalled', status: 'True' }];
  return [ready, { type: 'Reconciling', status: 'True', reason: 'Progressing', message: why }];
}

/** Ready, and Reconciling or Stalled where they are True. `programmed` is undefined for kinds that gateways do not hold. */
export function summaryConditions({ outcome }: Pick<Evaluation, 'outcome'>, programmed: ConditionDraft | undefined): ConditionDraft[] {
  if (outcome.state === 'good') return whenGood(outcome.message, programmed);
  const { reason, message } = outcome;
  const notReady: Draft = { status: 'False', reason, message };
  if (outcome.state === 'inactive') return [{ type: 'Ready', ...notReady }];
  if (outcome.state === 'stalled') return [{ type: 'Ready', ...notReady }, { type: 'Stalled', status: 'True', reason, message }];
  const pace = reason === 'Progressing' ? reason : 'ProgressingWithRetry';
  const retrying: ConditionDraft = { type: 'Reconciling', status: 'True', reason: pace, message };
  if (outcome.keepsReady === true) {
    const ready = whenGood(`the last good state is in use; ${message}`, programmed).filter(({ type }) => type !== 'Reconciling');
    return ready.some(({ type }) => type === 'Stalled') ? ready : [...ready, retrying];
  }
  return [{ type: 'Ready', ...notReady }, retrying];
}

export interface StatusWriterOptions {
  store: ResourceStore;
  clock: Clock;
  metrics: OperatorMetrics;
}

interface Series {
  kind: string;
  namespace: string;
  name: string;
  type: string;
  status: string;
}

/** The part of status that the next one is compared with. */
interface StatusShape {
  conditions?: readonly NonNullable<NonNullable<AnyResource['status']>['conditions']>[number][];
  usage?: UsageStatus;
}

export class StatusWriter {
  readonly #options: StatusWriterOptions;
  /** What was written last, by object: the cache of the store lags behind. */
  readonly #written = new Map<string, { uid: string; status: StatusShape }>();
  readonly #series = new Map<string, Series[]>();

  constructor(options: StatusWriterOptions) {
    this.#options = options;
  }

  /** The condition that status has now, if it is about `generation`. */
  conditionBefore(object: AnyResource, type: string): { status: string } | undefined {
    const { generation } = object.metadata;
    const condition = this.#before(object).conditions?.find((candidate) => candidate.type === type);
    return condition?.observedGeneration === generation ? condition : undefined;
  }

  /** Writes the status of an evaluated object unless it says so already; usage stays where there is none newer. Rejects when the store does. */
  async write(evaluation: Evaluation, programmed: ConditionDraft | undefined, used?: UsageStatus): Promise<void> {
    const { store, clock } = this.#options;
    const { object, conditions, fields } = evaluation;
    const { generation, uid, annotations } = object.metadata;
    const drafts = [...conditions, ...(programmed === undefined ? [] : [programmed]), ...summaryConditions(evaluation, programmed)];
    const before = this.#before(object);
    const merged = mergeConditions(before.conditions ?? [], drafts, generation, new Date(clock.now()));
    const usage = used ?? before.usage;
    const handled = annotations?.[ANNOTATIONS.reconcileRequestedAt]?.slice(0, 64);
    const status = {
      observedGeneration: generation,
      ...(handled === undefined ? {} : { lastHandledReconcileAt: handled }),
      conditions: merged,
      ...fields,
      ...(usage === undefined ? {} : { usage }),
    };
    this.#show(object, merged);
    const cached = store.get(object.kind, object.metadata)?.status;
    if (isDeepStrictEqual(cached, status) && isDeepStrictEqual(before, status)) return;
    await store.applyStatus(object, status);
    this.#written.set(objectId(object), { uid, status });
    this.#tell(object, before, merged);
  }

  /** The object is gone. `id`: kind/namespace/name. */
  forget(id: string): void {
    this.#written.delete(id);
    for (const series of this.#series.get(id) ?? []) this.#options.metrics.flashback_resource_condition.remove({ ...series });
    this.#series.delete(id);
  }

  /** Another operator may write from here on. */
  reset(): void {
    for (const id of this.#series.keys()) this.forget(id);
    this.#written.clear();
  }

  #before(object: AnyResource): StatusShape {
    const written = this.#written.get(objectId(object));
    if (written?.uid === object.metadata.uid) return written.status;
    return this.#options.store.get(object.kind, object.metadata)?.status ?? object.status ?? {};
  }

  #show({ kind, metadata: { namespace, name } }: AnyResource, conditions: readonly Condition[]): void {
    const gauge = this.#options.metrics.flashback_resource_condition;
    const id = `${kind}/${namespace}/${name}`;
    const next = conditions.map(({ type, status }) => ({ kind, namespace, name, type, status }));
    for (const series of this.#series.get(id) ?? []) {
      if (!next.some(({ type, status }) => type === series.type && status === series.status)) gauge.remove({ ...series });
    }
    for (const series of next) gauge.set(series, 1);
    this.#series.set(id, next);
  }

  #tell(object: AnyResource, before: StatusShape, after: readonly Condition[]): void {
    const find = (type: string, conditions: StatusShape['conditions']) => conditions?.find((condition) => condition.type === type);
    const ready = find('Ready', after);
    const changed = (type: string): boolean => {
      const [old, now] = [find(type, before.conditions), find(type, after)];
      return now !== undefined && (old?.status !== now.status || (now.status !== 'True' && old.reason !== now.reason));
    };
    for (const type of ['Ready', 'CredentialsValid'] as const) {
      const condition = find(type, after) as Condition | undefined;
      if (condition === undefined || !changed(type) || TRANSITIONAL.has(condition.reason)) continue;
      // The verdict is told once: with Ready where that follows from it.
      const follows = changed('Ready') && (condition.reason === ready?.reason || condition.status === 'True');
      if (type === 'CredentialsValid' && (follows || find(type, before.conditions) === undefined)) continue;
      this.#emit(object, condition);
    }
  }

  #emit({ kind, metadata: { namespace, name, uid } }: AnyResource, { type, status, reason, message }: Condition): void {
    this.#options.store.emit({
      regarding: { kind, namespace, name, uid },
      type: status === 'True' || reason === 'Suspended' ? 'Normal' : 'Warning',
      reason,
      action: type === 'Ready' ? 'Reconcile' : 'CheckCredential',
      note: message,
    });
  }
}
