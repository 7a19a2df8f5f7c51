// Turns content into a signed revision, and brings it to both places it has to be: the gateways and the boot Secrets.
import type { Clock } from '../clock.ts';
import { signSnapshot } from '../snapshot/digest.ts';
import type { Snapshot, SnapshotContent } from '../snapshot/snapshot.ts';
import type { Logger } from '../telemetry/log.ts';

const RETRY_MS = 5_000;

export interface SnapshotIssuerOptions {
  epoch: number;
  /** Revision to continue from; 0 at the very first start. */
  lastRevision: number;
  /** Root snapshot key; see replaceKey. */
  key: Buffer;
  push: (snapshot: Snapshot) => Promise<void>;
  /** Keeps the snapshot for gateways that start alone. */
  save: (snapshot: Snapshot, key: Buffer) => Promise<void>;
  isLeader: () => boolean;
  clock: Clock;
  logger: Logger;
}

export class SnapshotIssuer {
  readonly #options: SnapshotIssuerOptions;
  #key: Buffer;
  #epoch: number;
  #revision: number;
  #content: SnapshotContent | undefined;
  #unsaved: Snapshot | undefined;
  #saving: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: SnapshotIssuerOptions) {
    this.#options = options;
    this.#key = options.key;
    this.#epoch = options.epoch;
    this.#revision = options.lastRevision;
  }

  /** Signs and sends. Returns at once; delivery is reported by the pusher. */
  publish(content: SnapshotContent): { revision: number } {
    const { push, logger } = this.#options;
    this.#content = content;
    const snapshot = signSnapshot(content, { epoch: this.#epoch, revision: ++this.#revision }, this.#key);
    push(snapshot).catch((error: unknown) => logger.error({ err: error, revision: snapshot.revision }, 'snapshot could not be pushed'));
    const idle = this.#unsaved === undefined;
    this.#unsaved = snapshot;
    if (idle) this.#saving = this.#saveNewest();
    return { revision: snapshot.revision };
  }

  /** From now on everything is signed and sealed with this key; what was published last goes out again. */
  replaceKey(key: Buffer): void {
    this.#key = key;
    if (this.#content !== undefined) this.publish(this.#content);
  }

  /**
   * A gateway serves an epoch above ours although we lead: Lease and boot snapshot were lost or restored from a backup. Goes
   * above it, since gateways would refuse us until they are restarted.
   */
  outrank(epoch: number): void {
    if (epoch <= this.#epoch || !this.#options.isLeader()) return;
    this.#options.logger.warn({ epoch: this.#epoch, seen: epoch }, 'a gateway serves a later epoch than ours; continuing above it');
    this.#epoch = epoch + 1;
    if (this.#content !== undefined) this.publish(this.#content);
  }

  /** Resolves when a save under way has ended. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#saving;
  }

  /** Saves until nothing newer has come meanwhile; tries again while it fails. */
  async #saveNewest(): Promise<void> {
    const { save, isLeader, clock, logger } = this.#options;
    while (this.#unsaved !== undefined) {
      const snapshot = this.#unsaved;
      try {
        if (isLeader()) await save(snapshot, this.#key);
        if (this.#unsaved === snapshot) this.#unsaved = undefined;
      } catch (error) {
        logger.error({ err: error, revision: snapshot.revision }, 'boot snapshot could not be saved; trying again');
        if (this.#closed) return;
        await new Promise<void>((resolve) => clock.setTimeout(resolve, RETRY_MS));
      }
    }
  }
}
