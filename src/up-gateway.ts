// The gateway of `flashback up`: the one of the gateway process, with a function call in place of the push channel.
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Registry } from 'prom-client';
import type { Clock } from './clock.ts';
import { assembleGateway } from './gateway/assemble.ts';
import { CountReport } from './gateway/count-report.ts';
import { JudgeMark } from './gateway/guard/judge-mark.ts';
import { openLedger, type GatewayLedger } from './gateway/ledger/assemble.ts';
import type { GatewayServer } from './gateway/server.ts';
import type { GatewayState } from './gateway/state.ts';
import type { Tables } from './gateway/tables.ts';
import type { LedgerBatch, LedgerConfirmation } from './ledger/entries.ts';
import type { Asker } from './policy/types.ts';
import type { AddressPolicy } from './providers/addresses.ts';
import type { PodIdentityPolicy } from './providers/pod-identity.ts';
import { SNAPSHOT_KEY_BYTES, signSnapshot } from './snapshot/digest.ts';
import type { GatewayReport, SnapshotContent } from './snapshot/snapshot.ts';
import type { Logger } from './telemetry/log.ts';
import { createGatewayMetrics } from './telemetry/metrics.ts';

/** What reconcilers are told about deliveries, as an operator tells them. */
export interface DeliveryEvents {
  onDelivered(revision: number | undefined, gateways: number): void;
  onRejectedObject(object: string, reason: string, revision: number): void;
  /** `llm`: namespace/name of the AILLMConfig whose credential the provider refused. */
  reportRejected(llm: string): void;
  onCounts(gateway: string, report: Pick<GatewayReport, 'policies' | 'process'>): void;
}

export interface LocalGatewayOptions {
  addresses: AddressPolicy;
  /** Whose connections may use the identity of this process. */
  mayUsePodIdentity: PodIdentityPolicy;
  /** What all request bodies together may take. */
  bodyBudgetBytes: number;
  /** Where what the ledger is to know waits, and what it may take there. */
  ledger: { directory: string; limitBytes: number };
  registry: Registry;
  clock: Clock;
  logger: Logger;
}

/** There is one leader ever. */
const EPOCH = 1;
const LOCAL = 'local';
/** Milliseconds; as often as the push channel would. */
const CONFIRM_PERIOD = 25_000;
const COUNTS_PERIOD = 5_000;

export class LocalGateway {
  readonly #key = randomBytes(SNAPSHOT_KEY_BYTES);
  readonly #state: GatewayState<Tables>;
  readonly server: GatewayServer;
  #events: DeliveryEvents | undefined;
  #revision = 0;
  readonly #clock: Clock;
  #confirming: { clear(): void } | undefined;
  #counting: { clear(): void } | undefined;
  readonly #counts: CountReport;
  readonly #mark: JudgeMark;
  readonly #ledger: GatewayLedger;

  constructor({ addresses, mayUsePodIdentity, bodyBudgetBytes, ledger, registry, clock, logger }: LocalGatewayOptions) {
    this.#clock = clock;
    const metrics = createGatewayMetrics(registry);
    this.#ledger = openLedger({ ...ledger, host: hostname(), clock, logger, metrics });
    const { state, server, counts } = assembleGateway({
      key: this.#key,
      addresses,
      mayUsePodIdentity,
      bodyBudgetBytes,
      metrics,
      ledger: this.#ledger,
      clock,
      logger,
      onCredentialRejected: (llm) => this.#events?.reportRejected(llm),
    });
    this.#state = state;
    this.#counts = new CountReport(() => counts.all, clock);
    this.#mark = new JudgeMark(this.#key, clock);
    this.server = server;
  }

  get ready(): boolean {
    return this.#state.ready;
  }

  /**
   * What the ledger is to know, as the push channel tells it: resolves as soon as there is something, or with nothing after REPORT_HOLD. Call it
   * over and over, with what is in the ledger for good.
   */
  toldToLedger(confirmed: readonly LedgerConfirmation[], gone: AbortSignal): Promise<LedgerBatch[]> {
    return this.#ledger.feed.next(confirmed, gone);
  }

  /** For the end: resolves once all is confirmed, at the latest after `graceMs`; what is left by then is told by the next process. */
  ledgerEmptied(graceMs: number): Promise<boolean> {
    return this.#ledger.feed.emptied(graceMs);
  }

  /** From now on these are told what became of snapshots. */
  subscribe(events: DeliveryEvents): void {
    this.#events = events;
    this.#confirmLater();
    this.#countLater();
  }

  /** The snapshot is not confirmed any more, and nothing is told. */
  close(): void {
    this.#confirming?.clear();
    this.#counting?.clear();
  }

  /** Headers of a question to a judge, so that this gateway does not judge it where it stands in front of the judge. */
  judgeMark(body: Buffer | string, by: Asker): readonly string[] {
    return this.#mark.make(body, by);
  }

  /** Signs a content and puts it in force, or keeps what is in force and says which object is to blame. */
  publish(content: SnapshotContent): { revision: number } {
    this.#revision += 1;
    const revision = this.#revision;
    const answer = this.#state.apply(signSnapshot(content, { epoch: EPOCH, revision }, this.#key));
    // The caller has to know the revision before it hears of it.
    queueMicrotask(() => {
      if (answer.result === 'NACK') this.#events?.onRejectedObject(answer.object, answer.reason, revision);
      else this.#events?.onDelivered(revision, 1);
    });
    return { revision };
  }

  /** Nobody but this process decides what is served, so what is in force is always the newest. */
  #confirmLater(): void {
    this.#confirming?.clear();
    this.#confirming = this.#clock.setTimeout(() => {
      const digest = this.#state.current?.snapshot.digest;
      if (digest !== undefined) this.#state.confirm(digest);
      this.#confirmLater();
    }, CONFIRM_PERIOD);
  }

  #countLater(): void {
    this.#counting?.clear();
    this.#counting = this.#clock.setTimeout(() => {
      // It has lived no longer than those who decide, so nobody has added up anything before.
      if (this.#counts.hasNews) this.#events?.onCounts(LOCAL, { ...this.#counts.take(), process: { id: LOCAL, uptime: 0 } });
      this.#countLater();
    }, COUNTS_PERIOD);
  }
}
