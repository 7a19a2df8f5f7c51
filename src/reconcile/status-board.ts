// The newest evaluation of every object, and the controller that turns them into status. Reconcilers report here; what
// gateways acknowledge is added without reconciling anything again.
import { isDeepStrictEqual } from 'node:util';
import { keyOf, type AnyResource, type Kind } from '../api/resources.ts';
import type { ConditionDraft } from '../api/conditions.ts';
import { Controller, DONE, type ControllerOptions, type ReconcileResult } from './controller.ts';
import type { Deliveries } from './deliveries.ts';
import { objectId, type Evaluation } from './evaluation.ts';
import { StatusWriter, type StatusWriterOptions } from './status.ts';
import type { UsageStatus } from './usage-status.ts';
import { snapshotId, type World } from './world.ts';

export interface StatusBoardOptions extends StatusWriterOptions, Omit<ControllerOptions, 'name' | 'reconcile' | 'onReconciled'> {
  world: World;
  deliveries: Deliveries;
}

export class StatusBoard {
  readonly #options: StatusBoardOptions;
  readonly #writer: StatusWriter;
  readonly #evaluations = new Map<string, Evaluation>();
  /** What was written last, by object. */
  readonly #told = new Map<string, { evaluation: Evaluation; programmed: ConditionDraft | undefined }>();
  /** Newest usage, by object; of the one with this uid. */
  readonly #usages = new Map<string, { uid: string; usage: UsageStatus }>();
  readonly #controller: Controller;

  constructor(options: StatusBoardOptions) {
    this.#options = options;
    this.#writer = new StatusWriter(options);
    this.#controller = new Controller({ ...options, name: 'status', reconcile: (id, signal) => this.#write(id, signal) });
  }

  start(): void {
    this.#controller.start();
  }

  async stop(): Promise<void> {
    await this.#controller.stop();
    this.#evaluations.clear();
    this.#told.clear();
    this.#usages.clear();
    this.#writer.reset();
  }

  /** `evaluation` undefined: the object is gone. */
  report(kind: Kind, key: string, evaluation: Evaluation | undefined): void {
    const id = `${kind}/${key}`;
    if (evaluation === undefined) {
      this.#evaluations.delete(id);
      this.#told.delete(id);
      this.#usages.delete(id);
      this.#writer.forget(id);
      return;
    }
    this.#evaluations.set(id, evaluation);
    this.#controller.add(id);
  }

  /** Writes usage beside what was evaluated; nothing is reconciled for it. */
  reportUsage(object: AnyResource, usage: UsageStatus): void {
    const id = objectId(object);
    this.#usages.set(id, { uid: object.metadata.uid, usage });
    if (this.#evaluations.has(id)) this.#controller.add(id);
  }

  /** Writes what was reported of this object, now and not in its turn. Rejects when it could not be written. */
  async writeNow(kind: Kind, key: string): Promise<void> {
    await this.#write(`${kind}/${key}`, new AbortController().signal);
  }

  /** What gateways have is different: every object that they hold may say something else. */
  refresh(): void {
    for (const [id, evaluation] of this.#evaluations) {
      if (!evaluation.programmable) continue;
      // Of thousands of objects few change with a revision, and to compare whole statuses costs a hundred times as much.
      const told = this.#told.get(id);
      if (told?.evaluation === evaluation && isDeepStrictEqual(told.programmed, this.#programmed(evaluation))) continue;
      this.#controller.add(id);
    }
  }

  async #write(id: string, signal: AbortSignal): Promise<ReconcileResult> {
    const evaluation = this.#evaluations.get(id);
    if (evaluation === undefined) return DONE;
    signal.throwIfAborted();
    const programmed = evaluation.programmable ? this.#programmed(evaluation) : undefined;
    this.#told.delete(id);
    const used = this.#usages.get(id);
    await this.#writer.write(evaluation, programmed, used?.uid === evaluation.object.metadata.uid ? used.usage : undefined);
    // It may have gone while its status was written.
    if (this.#evaluations.has(objectId(evaluation.object))) this.#told.set(id, { evaluation, programmed });
    else this.#writer.forget(id);
    return DONE;
  }

  #programmed({ object, outcome }: Evaluation): ConditionDraft {
    const { world, deliveries } = this.#options;
    const key = keyOf(object.metadata);
    if (!world.serves(object.kind, key)) {
      const reason = outcome.state === 'good' ? 'Progressing' : outcome.reason;
      return { type: 'Programmed', status: 'False', reason, message: 'gateways hold nothing of this object' };
    }
    if (object.kind === 'AIPolicy' && !world.isApplied(key)) {
      const message = 'there is no repository that it applies to; gateways get it together with the first';
      return { type: 'Programmed', status: 'True', reason: 'Succeeded', message };
    }
    const id = snapshotId(object.kind, object.metadata);
    return deliveries.condition({
      id,
      generation: object.metadata.generation,
      ...(object.kind === 'AIPolicy' ? { policy: world.policies.get(key)?.policy } : {}),
      rejection: world.rejection(id),
      before: this.#writer.conditionBefore(object, 'Programmed'),
    });
  }
}
