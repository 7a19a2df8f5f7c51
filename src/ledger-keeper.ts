// What a process that decides does with the ledger: stores what gateways tell, brings sums into statuses, writes down changes of objects, and
// has the ledger tidied up. Only wires.
import { KINDS, parseKey, type AnyResource, type Kind, type ObjectKey } from './api/resources.ts';
import { within, type Clock } from './clock.ts';
import { AuditTrail, type AuditTrailOptions } from './ledger/audit-trail.ts';
import { Collector, type CollectorOptions } from './ledger/collector.ts';
import type { Ledger } from './ledger/ledger.ts';
import { OpeningLedger } from './ledger/opening.ts';
import { readSums } from './ledger/usage-sums.ts';
import type { ResourceStore, StoreEvents } from './reconcile/store.ts';
import { UsageReporter } from './reconcile/usage-reporter.ts';
import type { UsageStatus } from './reconcile/usage-status.ts';
import type { Logger } from './telemetry/log.ts';
import type { OperatorMetrics } from './telemetry/metrics.ts';

export interface LedgerKeeperOptions {
  open(): Promise<Ledger>;
  store: Pick<ResourceStore, 'get' | 'list'>;
  lastWriteOf: AuditTrailOptions['lastWriteOf'];
  /** Has usage written with the status: Engine.reportUsage. */
  reportUsage(object: AnyResource, usage: UsageStatus): void;
  onViolations?: CollectorOptions['onViolations'];
  clock: Clock;
  metrics: OperatorMetrics;
  logger: Logger;
}

/** Milliseconds between two rounds of tidying up. */
const COMPACT_PERIOD = 600_000;
/** Milliseconds that the end of a process waits for a database that does not answer: a successor must not wait for it. */
const LAST_WORDS = 5_000;
const DIMENSION = { Repository: 'repository', AILLMConfig: 'llm' } as const;

export class LedgerKeeper implements StoreEvents {
  readonly ledger: OpeningLedger;
  /** Where batches of gateways go. */
  readonly collector: Collector;
  readonly #options: LedgerKeeperOptions;
  readonly #usage: UsageReporter;
  readonly #audit: AuditTrail;
  #compacting: Promise<void> = Promise.resolve();
  #timer: { clear(): void } | undefined;
  #stopped = false;

  constructor(options: LedgerKeeperOptions) {
    this.#options = options;
    const { store, reportUsage, lastWriteOf, onViolations, clock, metrics, logger } = options;
    const ledger = new OpeningLedger(options);
    this.ledger = ledger;
    this.#usage = new UsageReporter({
      store,
      read: (kind, uids, now) => readSums(ledger, DIMENSION[kind], uids, now),
      report: reportUsage,
      clock,
      logger,
    });
    this.#audit = new AuditTrail({ ledger, get: (kind, key) => store.get(kind, key), lastWriteOf, clock, metrics, logger });
    this.collector = new Collector({
      ledger,
      findUid: (kind, key) => store.get(kind, parseKey(key))?.metadata.uid,
      ...(onViolations === undefined ? {} : { onViolations }),
      onUsed: (kind, key) => (kind === 'AIPolicy' ? undefined : this.#usage.touch(kind, key)),
      clock,
      metrics,
      logger,
    });
    metrics.flashback_ledger_failing_seconds.beforeScrape(() => metrics.flashback_ledger_failing_seconds.set(this.failingFor / 1000));
  }

  /** Milliseconds since the ledger could not be opened, or not be written; 0 while it can. */
  get failingFor(): number {
    const since = this.ledger.failingSince ?? this.collector.failingSince;
    return since === undefined ? 0 : this.#options.clock.monotonic() - since;
  }

  /** To be called once the store has listed everything. */
  start(): void {
    this.#usage.start();
    this.#audit.start((Object.keys(KINDS) as Kind[]).flatMap((kind): AnyResource[] => this.#options.store.list(kind)));
    this.#compactLater();
  }

  onResource(kind: Kind, key: ObjectKey): void {
    this.#audit.onResource(kind, key);
  }

  onSecret(): void {}

  onNamespace(): void {}

  onGrant(): void {}

  /** Call it when gateways are not asked any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.clear();
    await within(this.#options.clock, LAST_WORDS, this.#close());
  }

  async #close(): Promise<void> {
    await Promise.all([this.#usage.stop(), this.#audit.stop(), this.#compacting]);
    await this.ledger.close();
  }

  #compactLater(): void {
    if (this.#stopped) return;
    const { clock, logger } = this.#options;
    this.#timer = clock.setTimeout(() => {
      this.#compacting = this.ledger
        .compact(clock.now())
        .catch((error: unknown) => logger.warn({ err: error }, 'the ledger could not be tidied up; trying again'))
        .finally(() => this.#compactLater());
    }, COMPACT_PERIOD);
  }
}
