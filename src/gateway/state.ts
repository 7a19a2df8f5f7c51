// What a gateway serves from, behind one reference that is swapped as a whole: a request sees the old state or the new one,
// never a mixture. Whatever cannot be applied is refused, and the last good state stays in force.
import type { Clock } from '../clock.ts';
import { verifySnapshot } from '../snapshot/digest.ts';
import { SCHEMA_VERSION, type GatewayReport, type PushAnswer, type Snapshot } from '../snapshot/snapshot.ts';
import type { Logger } from '../telemetry/log.ts';
import type { GatewayMetrics } from '../telemetry/metrics.ts';
import { UnservableObjectError } from './tables.ts';

export interface AppliedState<Prepared> {
  readonly snapshot: Snapshot;
  readonly prepared: Prepared;
}

export interface GatewayStateOptions<Prepared> {
  /** Root snapshot key, 32 bytes. */
  key: Buffer;
  /** Builds the lookups of the hot path. Throws UnservableObjectError, and then has changed nothing. */
  prepare: (snapshot: Snapshot, previous: Prepared | undefined) => Prepared;
  clock: Clock;
  metrics: GatewayMetrics;
  logger: Logger;
}

type AppliedListener<Prepared> = (current: AppliedState<Prepared>, previous: AppliedState<Prepared> | undefined) => void;
type Refusal = Extract<PushAnswer, { result: 'NACK' }>;

function refuse(object: string, reason: string): Refusal {
  return { result: 'NACK', object, reason };
}

export class GatewayState<Prepared> {
  readonly #options: GatewayStateOptions<Prepared>;
  readonly #listeners = new Set<AppliedListener<Prepared>>();
  #key: Buffer;
  #current: AppliedState<Prepared> | undefined;
  #confirmedAt: number | undefined;

  constructor(options: GatewayStateOptions<Prepared>) {
    this.#options = options;
    this.#key = options.key;
    const age = options.metrics.flashback_snapshot_age_seconds;
    age.beforeScrape(() => age.set(this.ageSeconds() ?? 0));
  }

  /** The state in force. Take it once per request. */
  get current(): AppliedState<Prepared> | undefined {
    return this.#current;
  }

  /** A gateway is ready when it has a snapshot, whatever its age. */
  get ready(): boolean {
    return this.#current !== undefined;
  }

  /** What the operator is told about the snapshot in force. */
  get applied(): GatewayReport['applied'] {
    if (this.#current === undefined) return undefined;
    const { epoch, revision, digest } = this.#current.snapshot;
    return { epoch, revision, digest };
  }

  /** Since the operator last said that this snapshot is the one to serve, or it was loaded. */
  ageSeconds(): number | undefined {
    return this.#confirmedAt === undefined ? undefined : Math.max(0, this.#options.clock.now() - this.#confirmedAt) / 1000;
  }

  /** For when the shared key was replaced. What is in force stays. */
  replaceKey(key: Buffer): void {
    this.#key = key;
  }

  /** Runs after each swap, before apply returns. Listeners must not throw. Returns what takes the listener off again. */
  onApplied(listener: AppliedListener<Prepared>): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The operator knows that this digest is in force and does not object. */
  confirm(digest: string): void {
    if (this.#current?.snapshot.digest === digest) this.#confirmedAt = this.#options.clock.now();
  }

  /** Swaps the snapshot in, or says why not. Never throws. */
  apply(snapshot: Snapshot): PushAnswer {
    const { metrics } = this.#options;
    const refusal = this.#refusal(snapshot);
    if (refusal !== undefined) {
      metrics.flashback_snapshots_total.inc({ result: 'rejected' });
      return refusal;
    }
    const { revision, digest } = snapshot;
    if (digest === this.#current?.snapshot.digest) {
      metrics.flashback_snapshots_total.inc({ result: 'unchanged' });
      this.confirm(digest);
      return { result: 'ACK', revision, digest };
    }
    const previous = this.#current;
    const prepared = this.#prepare(snapshot, previous?.prepared);
    if ('result' in prepared) {
      metrics.flashback_snapshots_total.inc({ result: 'rejected' });
      return prepared;
    }
    this.#current = { snapshot, prepared: prepared.prepared };
    this.confirm(digest);
    metrics.flashback_snapshots_total.inc({ result: 'applied' });
    metrics.flashback_snapshot_revision.set(revision);
    for (const listener of this.#listeners) listener(this.#current, previous);
    return { result: 'ACK', revision, digest };
  }

  #refusal(snapshot: Snapshot): Refusal | undefined {
    if (!this.#verifies(snapshot)) {
      return refuse('snapshot', 'the digest does not verify: changed on the way, or operator and gateway have different snapshot keys');
    }
    const { schemaVersion, epoch, revision } = snapshot;
    if (schemaVersion > SCHEMA_VERSION) {
      return refuse('snapshot', `schema version ${schemaVersion} is newer than ${SCHEMA_VERSION}, the newest that this gateway knows`);
    }
    const inForce = this.#current?.snapshot;
    if (inForce === undefined) return undefined;
    if (epoch < inForce.epoch) return refuse('snapshot', `epoch ${epoch} is over: a snapshot of epoch ${inForce.epoch} is in force`);
    if (epoch === inForce.epoch && revision < inForce.revision) {
      return refuse('snapshot', `revision ${revision} is older than ${inForce.revision}, which is in force`);
    }
    return undefined;
  }

  // What has not been verified may be anything, also nested deeper than the stack.
  #verifies(snapshot: Snapshot): boolean {
    try {
      return verifySnapshot(snapshot, this.#key);
    } catch {
      return false;
    }
  }

  #prepare(snapshot: Snapshot, previous: Prepared | undefined): { prepared: Prepared } | Refusal {
    try {
      return { prepared: this.#options.prepare(snapshot, previous) };
    } catch (error) {
      if (error instanceof UnservableObjectError) return refuse(error.object, error.message);
      // A fault of this gateway. Its message may quote what it tripped over, so only the place is told.
      const stack = error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)) : [];
      this.#options.logger.error({ error: error instanceof Error ? error.name : typeof error, stack }, 'snapshot could not be prepared');
      return refuse('snapshot', 'the gateway failed to prepare it; its log has the details');
    }
  }
}
