// The second long poll of a gateway: batches for the ledger. What the ledger has for good is confirmed with the next call, and nothing else;
// so it does not matter at which moment either side dies. A batch that comes twice counts once: the ledger sees to it.
import { within, type Clock } from '../clock.ts';
import type { LedgerBatch, LedgerConfirmation, LedgerTold } from '../ledger/entries.ts';
import type { Ingested } from '../ledger/ledger.ts';
import { Backoff } from './backoff.ts';

/** Whom batches come from: a gateway over the network, or in this process. */
export interface LedgerSource {
  /** Says what is stored for good, and resolves with what is to be stored, at the latest after some time with nothing. */
  ledger(confirmed: LedgerConfirmation[]): Promise<LedgerTold>;
}

/** Stores batches of one gateway; answers for each in their order. Rejects where the ledger cannot be written. */
export type Collect = (batches: readonly LedgerBatch[]) => Promise<Ingested[]>;

/** Milliseconds between two answers without anything in them, so that a gateway which cannot hold a call is not called in a circle. */
const IDLE = 200;

/** Milliseconds that an end waits for a ledger that does not answer: what is not confirmed comes again. */
const LAST_WORDS = 5_000;

export interface LedgerPollOptions {
  /** The one to ask now: it changes with the certificates. */
  source: () => LedgerSource;
  collect: Collect;
  isLeader: () => boolean;
  clock: Clock;
  random: () => number;
  /** The gateway could not be asked. Once, until it has answered again. */
  onFailed(reason: string): void;
}

export class LedgerPoll {
  readonly #options: LedgerPollOptions;
  readonly #backoff: Backoff;
  readonly #ended: Promise<void>;
  /** Source -> sequence: stored, and not yet known to have reached the gateway. */
  #confirmed = new Map<string, number>();
  #closed = false;
  #failed = false;
  #wake: () => void = () => {};

  constructor(options: LedgerPollOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.random);
    this.#ended = this.#run();
  }

  /** There is reason to think that the gateway can be reached again. */
  redial(): void {
    this.#backoff.reset();
    this.#wake();
  }

  /** Resolves when what was being stored is stored, or the ledger does not answer. Close the source with it, else a call under way is waited for. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#wake();
    await within(this.#options.clock, LAST_WORDS, this.#ended);
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      if (await this.#round()) this.#backoff.reset();
      else if (!this.#closed) await this.#pause(this.#backoff.next());
    }
  }

  /** False: nothing that makes sense to repeat at once. */
  async #round(): Promise<boolean> {
    if (!this.#options.isLeader()) return false;
    const batches = await this.#ask();
    if (batches === 'changed') return true;
    if (batches === undefined || this.#closed) return false;
    let results: Ingested[];
    try {
      results = await this.#options.collect(batches);
    } catch {
      // Whoever stores has told why. The gateway keeps what is not confirmed.
      return false;
    }
    for (const [index, { source, sequence }] of batches.entries()) {
      if (results[index] !== 'gap') this.#confirmed.set(source, Math.max(sequence, this.#confirmed.get(source) ?? 0));
    }
    if (batches.length === 0 && !this.#closed) await this.#pause(IDLE);
    return !results.includes('gap');
  }

  async #ask(): Promise<readonly LedgerBatch[] | 'changed' | undefined> {
    const from = this.#options.source();
    const told = this.#confirmed;
    const confirmed: LedgerConfirmation[] = [...told].map(([source, sequence]) => ({ source, sequence }));
    try {
      const { batches } = await from.ledger(confirmed);
      this.#confirmed = new Map();
      this.#failed = false;
      return batches;
    } catch (error) {
      if (this.#closed) return undefined;
      if (from !== this.#options.source()) return 'changed';
      if (!this.#failed) this.#options.onFailed(error instanceof Error ? error.message : String(error));
      this.#failed = true;
      return undefined;
    }
  }

  async #pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = this.#options.clock.setTimeout(resolve, ms);
      this.#wake = () => {
        timer.clear();
        resolve();
      };
    });
    this.#wake = () => {};
  }
}
