// Stores what gateways tell the ledger, and keeps the books of it: how much, how fast, from whom last, and whose use has changed.
import type { Clock } from '../clock.ts';
import type { Kind } from '../api/resources.ts';
import type { Logger } from '../telemetry/log.ts';
import type { OperatorMetrics } from '../telemetry/metrics.ts';
import type { LedgerBatch, ViolationEntry } from './entries.ts';
import type { FindUid, Ingested, Ledger } from './ledger.ts';

export interface CollectorOptions {
  ledger: Pick<Ledger, 'ingest'>;
  findUid: FindUid;
  clock: Clock;
  metrics: OperatorMetrics;
  logger: Logger;
  /** Sums of this object (`namespace/name`) may have changed. Must return at once. */
  onUsed(kind: Kind, key: string): void;
  /** These are in the ledger now, for the first time. Must return at once. */
  onViolations?(violations: readonly ViolationEntry[]): void;
}

const CANNOT_WRITE =
  'the ledger cannot be written; gateways keep what they have to tell, and tell it once it can be: ' +
  'see that what --ledger-url names answers, has room, and lets the operator write';

/** Names of sources whose gap was told of; beyond, they are forgotten and told of once more. */
const MAX_TOLD = 1_000;

export class Collector {
  readonly #options: CollectorOptions;
  /** When each gateway was heard last, on the monotonic clock. */
  readonly #heard = new Map<string, number>();
  readonly #gaps = new Set<string>();
  #failingSince: number | undefined;

  constructor(options: CollectorOptions) {
    this.#options = options;
    const { metrics, clock } = options;
    // There before the first batch: Prometheus sees no increase in what begins with it.
    for (const result of ['stored', 'failed', 'gap']) metrics.flashback_ledger_batches_total.inc({ result }, 0);
    metrics.flashback_ledger_last_contact_seconds.beforeScrape(() => {
      for (const [gateway, at] of this.#heard) metrics.flashback_ledger_last_contact_seconds.set({ gateway }, (clock.monotonic() - at) / 1000);
    });
  }

  /** What each batch led to, once it is stored for good. Rejects where the ledger cannot be written; then nothing of them is certain. */
  async take(gateway: string, batches: readonly LedgerBatch[]): Promise<Ingested[]> {
    const { clock, metrics, logger } = this.#options;
    const results = batches.length === 0 ? [] : await this.#ingest(batches);
    this.#heard.set(gateway, clock.monotonic());
    for (const [index, batch] of batches.entries()) {
      const result = results[index] ?? 'gap';
      metrics.flashback_ledger_batches_total.inc({ result });
      if (result === 'stored' || result === 'resumed') this.#count(batch);
      if (result === 'resumed') logger.warn({ gateway, source: batch.source, sequence: batch.sequence }, 'what a gateway told before this is in another ledger');
      if (result === 'gap') this.#tellGap(gateway, batch);
    }
    return results;
  }

  /** Since when nothing can be stored, on the monotonic clock; undefined: it can, as far as anybody has tried. */
  get failingSince(): number | undefined {
    return this.#failingSince;
  }

  /** The gateway is gone. */
  forget(gateway: string): void {
    this.#heard.delete(gateway);
    this.#options.metrics.flashback_ledger_last_contact_seconds.remove({ gateway });
  }

  async #ingest(batches: readonly LedgerBatch[]): Promise<Ingested[]> {
    const { ledger, findUid, clock, metrics, logger } = this.#options;
    const began = clock.monotonic();
    try {
      const results = await ledger.ingest(batches, findUid);
      metrics.flashback_ledger_ingest_duration_seconds.observe((clock.monotonic() - began) / 1000);
      if (this.#failingSince !== undefined) logger.info({}, 'the ledger can be written again');
      this.#failingSince = undefined;
      return results;
    } catch (error) {
      metrics.flashback_ledger_batches_total.inc({ result: 'failed' }, batches.length);
      if (this.#failingSince === undefined) logger.error({ err: error }, CANNOT_WRITE);
      this.#failingSince ??= began;
      throw error;
    }
  }

  #count({ dropped, entries }: LedgerBatch): void {
    const { metrics, onUsed, onViolations } = this.#options;
    if (dropped > 0) metrics.flashback_ledger_dropped_entries_total.inc(dropped);
    const violations = entries.filter((entry) => entry.type === 'violation');
    if (violations.length > 0) onViolations?.(violations);
    for (const { type, repository, llm } of entries) {
      metrics.flashback_ledger_ingested_entries_total.inc({ type });
      onUsed('Repository', repository);
      if (llm !== '') onUsed('AILLMConfig', llm);
    }
  }

  /** Once for each, however often the gateway repeats itself. */
  #tellGap(gateway: string, { source, sequence }: LedgerBatch): void {
    const id = `${source} ${sequence}`;
    if (this.#gaps.has(id)) return;
    if (this.#gaps.size >= MAX_TOLD) this.#gaps.clear();
    this.#gaps.add(id);
    this.#options.logger.warn({ gateway, source, sequence }, 'a batch for the ledger is missing; what follows it is not stored');
  }
}
