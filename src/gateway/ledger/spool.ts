// Keeps what the ledger is to know until the operator has confirmed it: on disk, so that it survives this process, and in memory for as
// long as the disk takes nothing. Traffic goes on whatever becomes of it.
import type { Clock } from '../../clock.ts';
import type { EntryDimensions, LedgerBatch, LedgerConfirmation, UsageAmounts, ViolationEntry } from '../../ledger/entries.ts';
import type { Logger } from '../../telemetry/log.ts';
import { ActivePart } from './active-part.ts';
import type { Contents } from './contents.ts';
import { Outbox } from './outbox.ts';
import type { Part } from './parts.ts';
import { relieved, type OnDropped } from './relief.ts';
import { MemoryStore, type SpoolStore } from './stores.ts';
import { leftIn } from './takeover.ts';

/** Milliseconds until a disk that took nothing is tried again. */
const RETRY_PERIOD = 60_000;
const PARTS_PER_ANSWER = 2;

export interface SpoolOptions {
  /** Opens the directory, or throws what the system says. Absent: there is none. */
  openDirectory?: () => SpoolStore;
  /** Of all that waits, as JSON. */
  limitBytes: number;
  clock: Clock;
  logger: Logger;
  newSource: () => string;
  onDropped: OnDropped;
}

export interface SpoolStatus {
  entries: number;
  bytes: number;
  /** Of the oldest entry, milliseconds since the epoch; Infinity without any. */
  oldest: number;
  /** Whether what comes next will survive the process. */
  isDurable: boolean;
}

export class Spool {
  readonly #options: SpoolOptions;
  readonly #memory = new MemoryStore();
  readonly #outbox: Outbox;
  /** Absent where there is none, or none yet. */
  #directory: SpoolStore | undefined;
  /** Where the active part is. */
  #store: SpoolStore = this.#memory;
  #parts: Part[] = [];
  #active: ActivePart;
  #nextId = 1;
  /** When the directory is opened again, by the monotonic clock. */
  #retryAt = Infinity;
  #relieving = false;
  /** Something has come that was not there before: the first entry, a full part, or an alert. */
  onNews: (isUrgent: boolean) => void = () => undefined;

  constructor(options: SpoolOptions) {
    this.#options = options;
    this.#outbox = new Outbox(options.newSource);
    try {
      this.#store = this.#openDirectory() ?? this.#memory;
    } catch (error) {
      this.#warn(error);
    }
    this.#active = this.#newActive();
    this.#relieve();
  }

  /** Survives this process once this returns, as long as the status is durable. */
  use(dimensions: EntryDimensions, amounts: UsageAmounts): void {
    const minute = Math.floor(this.#options.clock.now() / 60_000);
    this.#add((active) => active.use(dimensions, minute, amounts), false);
  }

  /** The same. */
  violated(violation: ViolationEntry): void {
    this.#add((active) => active.violated(violation), violation.action === 'Alert' || violation.action === 'Block');
  }

  get status(): SpoolStatus {
    const { contents } = this.#active;
    const all = [...this.#outbox.waiting, ...this.#parts];
    return {
      entries: all.reduce((sum, { usage, violations }) => sum + usage + violations, contents.entryCount),
      bytes: all.reduce((sum, { bytes }) => sum + bytes, contents.bytes),
      oldest: all.reduce((oldest, part) => Math.min(oldest, part.oldest), contents.oldest),
      isDurable: this.#store.isDurable,
    };
  }

  get isEmpty(): boolean {
    return this.#outbox.waiting.length === 0 && !this.hasUntold;
  }

  /** Something waits that was not told yet. */
  get hasUntold(): boolean {
    return this.#parts.length > 0 || !this.#active.contents.isEmpty;
  }

  /** A whole part waits that was not told yet. */
  get hasFullPart(): boolean {
    return this.#parts.length > 0;
  }

  get hasUnconfirmed(): boolean {
    return this.#outbox.waiting.length > 0;
  }

  /** What was told and not confirmed; where there is nothing of it, as much of the rest as an answer takes. */
  tell(): LedgerBatch[] {
    if (!this.hasUnconfirmed) this.#seal();
    try {
      return this.#outbox.told();
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'a batch for the ledger cannot be read; it is tried again');
      return [];
    }
  }

  /** Whether anything was confirmed that had not been. */
  confirm(confirmed: readonly LedgerConfirmation[]): boolean {
    return this.#outbox.confirm(confirmed, (error) => this.#options.logger.warn({ err: error }, 'a batch in the ledger cannot be removed from its directory'));
  }

  #add(work: (active: ActivePart) => void, isUrgent: boolean): void {
    if (this.#retryAt !== Infinity && this.#options.clock.monotonic() >= this.#retryAt) this.#returnToDirectory();
    const isFirst = !this.hasUntold;
    try {
      work(this.#active);
    } catch (error) {
      this.#fallBack(error);
      work(this.#active);
    }
    const { isFull } = this.#active;
    if (isFull) this.#rotate();
    else if (this.#active.isVerbose) this.#shorten();
    if (isUrgent || isFirst || isFull) this.onNews(isUrgent);
  }

  /** As many parts as make an answer. One whose file cannot be renamed now stays for later: told under two names it would count twice. */
  #seal(): void {
    const kept: Part[] = [];
    let sealed = 0;
    for (const part of this.#parts) {
      if (sealed < PARTS_PER_ANSWER && this.#sealPart(part)) sealed++;
      else kept.push(part);
    }
    this.#parts = kept;
    if (sealed === PARTS_PER_ANSWER || this.#active.contents.isEmpty) return;
    const { contents } = this.#active;
    const part = this.#active.close();
    this.#active = this.#newActive();
    if (part !== undefined && !this.#sealPart(part, contents)) this.#parts.push(part);
  }

  #sealPart(part: Part, contents?: Contents): boolean {
    try {
      this.#outbox.seal(part, contents);
      return true;
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'a part of the spool cannot be told to the ledger now; it is tried again');
      return false;
    }
  }

  #rotate(): void {
    const part = this.#active.close();
    if (part !== undefined) this.#parts.push(part);
    this.#active = this.#newActive();
    this.#relieve();
  }

  #newActive(contents?: Contents): ActivePart {
    return new ActivePart(this.#store, this.#nextId++, contents);
  }

  #shorten(): void {
    try {
      this.#active.rewrite();
    } catch (error) {
      this.#fallBack(error);
    }
  }

  /** Makes room while requests go on, a step at a time. */
  #relieve(): void {
    if (this.#relieving || this.status.bytes <= this.#options.limitBytes) return;
    this.#relieving = true;
    setImmediate(() => {
      this.#relieving = false;
      try {
        const parts = relieved(this.#parts, this.#options.onDropped);
        if (parts === undefined) return;
        this.#parts = parts;
      } catch (error) {
        this.#options.logger.warn({ err: error }, 'no room can be made in the spool of the ledger; it is tried again');
        this.#lookAgain();
        return;
      }
      this.#relieve();
    });
  }

  /** Some of the parts may have become others before something failed. */
  #lookAgain(): void {
    const stores = [this.#directory, this.#memory].filter((store) => store !== undefined);
    try {
      this.#parts = stores.flatMap((store) => leftIn(store, this.#unreadable).parts.filter(({ last }) => last < this.#active.id));
    } catch (error) {
      this.#unreadable('', error);
    }
  }

  /** Throws what the system says. What earlier processes have left becomes what this one has to tell. */
  #openDirectory(): SpoolStore | undefined {
    const { openDirectory, logger } = this.#options;
    if (this.#directory !== undefined || openDirectory === undefined) return this.#directory;
    const store = openDirectory();
    const { parts, batches } = leftIn(store, this.#unreadable);
    this.#outbox.adopt(store, batches, this.#unreadable);
    this.#parts.push(...parts);
    this.#nextId = parts.reduce((next, { last }) => Math.max(next, last + 1), this.#nextId);
    if (parts.length + batches.length > 0) logger.info({ parts: parts.length, batches: batches.length }, 'the spool of the ledger goes on from what was left');
    this.#directory = store;
    return store;
  }

  readonly #unreadable = (name: string, error: unknown): void => {
    this.#options.logger.warn({ err: error, name }, 'a file in the spool of the ledger cannot be read, or not all of it');
  };

  #warn(error: unknown): void {
    this.#retryAt = this.#options.clock.monotonic() + RETRY_PERIOD;
    this.#options.logger.warn({ err: error }, 'the spool of the ledger is in memory only: its directory cannot be written to');
  }

  #fallBack(error: unknown): void {
    this.#warn(error);
    const part = this.#active.close();
    if (part !== undefined) this.#parts.push(part);
    this.#store = this.#memory;
    this.#active = this.#newActive();
  }

  /** What was added since is written there first. */
  #returnToDirectory(): void {
    this.#retryAt = this.#options.clock.monotonic() + RETRY_PERIOD;
    try {
      const store = this.#openDirectory();
      if (store === undefined) return;
      this.#active = new ActivePart(store, this.#nextId++, this.#active.contents);
      this.#store = store;
      this.#retryAt = Infinity;
      this.#options.logger.info('the spool of the ledger is in its directory again');
    } catch {
      // It was told when it began.
    }
  }
}
