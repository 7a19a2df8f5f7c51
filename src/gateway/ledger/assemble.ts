// Puts together what a gateway needs to tell the ledger: the spool, what tells the operator, and an account for each request.
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../telemetry/log.ts';
import type { GatewayMetrics } from '../../telemetry/metrics.ts';
import type { RequestRecord } from '../recorder.ts';
import { Account, personOf } from './account.ts';
import { LedgerFeed } from './feed.ts';
import { Spool } from './spool.ts';
import { DirectoryStore } from './stores.ts';

export interface LedgerOptions {
  /** Absent: in memory only. One process at a time. */
  directory?: string | undefined;
  /** What all that waits may take, as JSON. */
  limitBytes: number;
  /** Name of this gateway. */
  host: string;
  clock: Clock;
  logger: Logger;
  metrics: GatewayMetrics;
}

export interface GatewayLedger {
  feed: LedgerFeed;
  /** `body`: of the request, parsed. */
  open(record: RequestRecord, body: Record<string, unknown>): Account;
}

export function openLedger({ directory, limitBytes, host, clock, logger, metrics }: LedgerOptions): GatewayLedger {
  const spool = new Spool({
    ...(directory === undefined ? {} : { openDirectory: () => new DirectoryStore(directory) }),
    limitBytes,
    clock,
    logger,
    newSource: randomUUID,
    onDropped: (type, entries) => metrics.flashback_ledger_dropped_total.inc({ type }, entries),
  });
  // There before the first entry is given up: Prometheus sees no increase in what begins with it.
  for (const type of ['usage', 'violation'] as const) metrics.flashback_ledger_dropped_total.inc({ type }, 0);
  const { flashback_ledger_spooled_entries: entries, flashback_ledger_spooled_bytes: bytes } = metrics;
  const { flashback_ledger_oldest_seconds: oldest, flashback_ledger_spool_durable: durable } = metrics;
  entries.beforeScrape(() => entries.set(spool.status.entries));
  bytes.beforeScrape(() => bytes.set(spool.status.bytes));
  oldest.beforeScrape(() => oldest.set(Math.max(0, clock.now() - Math.min(spool.status.oldest, clock.now())) / 1000));
  durable.beforeScrape(() => durable.set(spool.status.isDurable ? 1 : 0));
  const options = { entries: spool, host, clock };
  return { feed: new LedgerFeed(spool, clock), open: (record, body) => new Account(options, record, personOf(body)) };
}
