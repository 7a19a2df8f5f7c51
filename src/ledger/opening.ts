// A ledger that is there from the start and opens beside the work: a database that is away must not keep an operator from leading.
import type { Clock } from '../clock.ts';
import type { Logger } from '../telemetry/log.ts';
import { LedgerUnavailableError } from './failures.ts';
import type { Ledger } from './ledger.ts';

export interface OpeningLedgerOptions {
  /** Rejects where it cannot be opened now. */
  open(): Promise<Ledger>;
  clock: Clock;
  logger: Logger;
}

const CANNOT_OPEN = 'the ledger cannot be opened; trying again: see that what --ledger-url names answers, and lets the operator in';

/** Milliseconds between two attempts to open. */
const RETRY = 5_000;

/** Every method rejects with LedgerUnavailableError until the ledger has been opened, and once it is closed. */
export class OpeningLedger implements Ledger {
  readonly #options: OpeningLedgerOptions;
  #ledger: Ledger | undefined;
  #opening: Promise<void>;
  #timer: { clear(): void } | undefined;
  #closed = false;
  #failingSince: number | undefined;

  constructor(options: OpeningLedgerOptions) {
    this.#options = options;
    this.#opening = this.#open();
  }

  get isOpen(): boolean {
    return this.#ledger !== undefined;
  }

  /** Since when it cannot be opened, on the monotonic clock; undefined: it is open, or is being opened for the first time. */
  get failingSince(): number | undefined {
    return this.#failingSince;
  }

  readonly ingest: Ledger['ingest'] = async (...args) => await this.#ready().ingest(...args);
  readonly usage: Ledger['usage'] = async (...args) => await this.#ready().usage(...args);
  readonly countUsage: Ledger['countUsage'] = async (...args) => await this.#ready().countUsage(...args);
  readonly violations: Ledger['violations'] = async (...args) => await this.#ready().violations(...args);
  readonly violationSums: Ledger['violationSums'] = async (...args) => await this.#ready().violationSums(...args);
  readonly alerts: Ledger['alerts'] = async (...args) => await this.#ready().alerts(...args);
  readonly audit: Ledger['audit'] = async (...args) => await this.#ready().audit(...args);
  readonly audited: Ledger['audited'] = async (...args) => await this.#ready().audited(...args);
  readonly createConversation: Ledger['createConversation'] = async (...args) => await this.#ready().createConversation(...args);
  readonly conversation: Ledger['conversation'] = async (...args) => await this.#ready().conversation(...args);
  readonly conversations: Ledger['conversations'] = async (...args) => await this.#ready().conversations(...args);
  readonly addMessages: Ledger['addMessages'] = async (...args) => await this.#ready().addMessages(...args);
  readonly openings: Ledger['openings'] = async (...args) => await this.#ready().openings(...args);
  readonly messages: Ledger['messages'] = async (...args) => await this.#ready().messages(...args);
  readonly deleteConversation: Ledger['deleteConversation'] = async (...args) => await this.#ready().deleteConversation(...args);
  readonly compact: Ledger['compact'] = async (...args) => await this.#ready().compact(...args);

  /** Also while it is being opened. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.clear();
    await this.#opening;
    const ledger = this.#ledger;
    this.#ledger = undefined;
    await ledger?.close();
  }

  #ready(): Ledger {
    if (this.#ledger === undefined) throw new LedgerUnavailableError('the ledger is not open');
    return this.#ledger;
  }

  async #open(): Promise<void> {
    const { open, clock, logger } = this.#options;
    try {
      this.#ledger = await open();
      if (this.#failingSince !== undefined) logger.info({}, 'the ledger is open');
      this.#failingSince = undefined;
    } catch (error) {
      if (this.#failingSince === undefined) logger.error({ err: error }, CANNOT_OPEN);
      this.#failingSince ??= clock.monotonic();
      if (this.#closed) return;
      this.#timer = clock.setTimeout(() => {
        this.#opening = this.#open();
      }, RETRY);
    }
  }
}
