// The ledger of `flashback up`: what operator and gateway do for it, with a function call in place of the push channel.
import type { Clock } from './clock.ts';
import { LedgerKeeper } from './ledger-keeper.ts';
import type { LedgerConfirmation } from './ledger/entries.ts';
import { openLedger, type LedgerOptions } from './ledger/open.ts';
import { LedgerPoll } from './push/ledger-poll.ts';
import type { Engine } from './reconcile/engine.ts';
import type { ResourceStore } from './reconcile/store.ts';
import type { Logger } from './telemetry/log.ts';
import type { OperatorMetrics } from './telemetry/metrics.ts';
import type { LocalGateway } from './up-gateway.ts';

export interface UpLedgerOptions {
  ledger: LedgerOptions;
  gateway: Pick<LocalGateway, 'toldToLedger' | 'ledgerEmptied'>;
  store: ResourceStore;
  engine: Pick<Engine, 'reportUsage'>;
  clock: Clock;
  metrics: OperatorMetrics;
  logger: Logger;
}

const LOCAL = 'local';
/** Who writes objects, in place of a field manager. */
const MANIFESTS = 'manifests';
/** Milliseconds at the end until all is stored; the rest is told to the next run. */
const LAST_WORDS = 5_000;

export class UpLedger {
  readonly keeper: LedgerKeeper;
  readonly #gateway: UpLedgerOptions['gateway'];
  readonly #left = new AbortController();
  readonly #poll: LedgerPoll;

  constructor({ ledger, gateway, store, engine, clock, metrics, logger }: UpLedgerOptions) {
    this.#gateway = gateway;
    this.keeper = new LedgerKeeper({
      open: () => openLedger(ledger),
      store,
      lastWriteOf: () => ({ manager: MANIFESTS, at: clock.now() }),
      reportUsage: (object, usage) => engine.reportUsage(object, usage),
      clock,
      metrics,
      logger,
    });
    const source = {
      ledger: async (confirmed: LedgerConfirmation[]) => ({ batches: await gateway.toldToLedger(confirmed, this.#left.signal) }),
    };
    this.#poll = new LedgerPoll({
      source: () => source,
      collect: (batches) => this.keeper.collector.take(LOCAL, batches),
      isLeader: () => true,
      clock,
      random: Math.random,
      onFailed: (reason) => logger.warn({ reason }, 'the ledger is told nothing'),
    });
  }

  /** Call it when no request is under way any more. */
  async stop(): Promise<void> {
    if (this.keeper.ledger.isOpen) await this.#gateway.ledgerEmptied(LAST_WORDS);
    this.#left.abort();
    await this.#poll.close();
    await this.keeper.stop();
  }
}
