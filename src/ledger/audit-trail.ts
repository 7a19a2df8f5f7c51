// Writes down that objects came, changed or went, as the operator sees it: in batches, beside the work, and never in its way.
import type { AnyResource, Kind, ObjectKey } from '../api/resources.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../telemetry/log.ts';
import type { OperatorMetrics } from '../telemetry/metrics.ts';
import { auditId } from './audit-id.ts';
import type { AuditEntry, Ledger } from './ledger.ts';

export interface AuditTrailOptions {
  ledger: Pick<Ledger, 'audit'>;
  /** As the store has it now; undefined: it is gone. */
  get(kind: Kind, key: ObjectKey): AnyResource | undefined;
  /** Field manager that wrote last, and when in milliseconds since the epoch; undefined where nobody says. */
  lastWriteOf(object: AnyResource): { manager: string; at: number } | undefined;
  clock: Clock;
  metrics: OperatorMetrics;
  logger: Logger;
}

/** Milliseconds that each entry waits. The Platform API, which knows the user, writes at once and is therefore first. */
const DELAY = 5_000;
/** Entries that wait for a ledger that cannot be written. */
const MAX_WAITING = 20_000;
/** Entries per write. */
const MAX_BATCH = 500;
const NOBODY = 'unknown';
/** Whoever writes chooses their field manager, so it must not look like a user whom the API server has verified. */
const MANAGER = 'manager:';

interface Seen {
  uid: string;
  generation: number;
  actor: string;
}

interface Waiting {
  entry: AuditEntry;
  /** By the monotonic clock, so the entries stand in its order. */
  since: number;
}

export class AuditTrail {
  readonly #options: AuditTrailOptions;
  readonly #seen = new Map<string, Seen>();
  readonly #waiting: Waiting[] = [];
  #timer: { clear(): void } | undefined;
  #writing: Promise<void> = Promise.resolve();
  #isFailing = false;
  #stopped = false;

  constructor(options: AuditTrailOptions) {
    this.#options = options;
    // There before the first entry: Prometheus sees no increase in what begins with it.
    for (const result of ['stored', 'dropped']) options.metrics.flashback_audit_entries_total.inc({ result }, 0);
  }

  /** What is there already. What came or changed while nobody looked is written down now; what is known stays as it is. */
  start(objects: readonly AnyResource[]): void {
    for (const object of objects) this.#see(object.kind, object.metadata, object);
  }

  /** An object came, changed or went. */
  onResource(kind: Kind, key: ObjectKey): void {
    if (!this.#stopped) this.#see(kind, key, this.#options.get(kind, key));
  }

  /** Writes what waits, once. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.clear();
    await this.#writing;
    await this.#flush(0);
  }

  #see(kind: Kind, { namespace, name }: ObjectKey, object: AnyResource | undefined): void {
    const id = `${kind}/${namespace}/${name}`;
    const before = this.#seen.get(id);
    const add = (event: AuditEntry['event'], of: Seen, at: number): void => {
      const { uid, generation, actor } = of;
      this.#add({ id: auditId(event, uid, generation), at, actor, event, kind, uid, workspace: namespace, name });
    };
    const now = this.#options.clock.now();
    if (before !== undefined && before.uid !== object?.metadata.uid) {
      this.#seen.delete(id);
      add('deleted', before, now);
    }
    if (object === undefined) return;
    const { uid, generation, creationTimestamp } = object.metadata;
    if (before?.uid === uid && before.generation >= generation) return;
    const write = this.#options.lastWriteOf(object);
    const seen = { uid, generation, actor: `${MANAGER}${write?.manager ?? NOBODY}` };
    this.#seen.set(id, seen);
    const createdAt = creationTimestamp === undefined ? now : Date.parse(creationTimestamp);
    if (before?.uid !== uid) add('created', seen, createdAt);
    if (generation > 1) add('updated', seen, write?.at ?? now);
  }

  #add(entry: AuditEntry): void {
    this.#waiting.push({ entry, since: this.#options.clock.monotonic() });
    const tooMany = this.#waiting.length - MAX_WAITING;
    if (tooMany > 0) {
      this.#waiting.splice(0, tooMany);
      this.#options.metrics.flashback_audit_entries_total.inc({ result: 'dropped' }, tooMany);
    }
    this.#later();
  }

  #later(): void {
    const [oldest] = this.#waiting;
    if (this.#timer !== undefined || this.#stopped || oldest === undefined) return;
    const { clock } = this.#options;
    const wait = this.#isFailing ? DELAY : Math.max(0, oldest.since + DELAY - clock.monotonic());
    this.#timer = clock.setTimeout(() => {
      this.#writing = this.#flush(DELAY).finally(() => {
        this.#timer = undefined;
        this.#later();
      });
    }, wait);
  }

  /** As many of the oldest as have waited for so many milliseconds and fit into a write. */
  #due(age: number): number {
    const latest = this.#options.clock.monotonic() - age;
    const end = this.#waiting.slice(0, MAX_BATCH).findIndex(({ since }) => since > latest);
    return end === -1 ? Math.min(this.#waiting.length, MAX_BATCH) : end;
  }

  /** What has waited for so many milliseconds, up to the first batch that cannot be written; the rest waits. */
  async #flush(age: number): Promise<void> {
    const { ledger, metrics, logger } = this.#options;
    for (let due = this.#due(age); due > 0; due = this.#due(age)) {
      const batch = this.#waiting.splice(0, due);
      try {
        await ledger.audit(batch.map(({ entry }) => entry));
        metrics.flashback_audit_entries_total.inc({ result: 'stored' }, batch.length);
        this.#isFailing = false;
      } catch (error) {
        this.#waiting.unshift(...batch);
        if (!this.#isFailing) logger.warn({ err: error }, 'changes of objects could not be written to the ledger; trying again');
        this.#isFailing = true;
        return;
      }
    }
  }
}
