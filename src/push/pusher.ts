// Brings the newest snapshot to every gateway and keeps the books: who has which revision, and what gateways report.
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import type { Clock } from '../clock.ts';
import type { LedgerBatch } from '../ledger/entries.ts';
import type { Ingested } from '../ledger/ledger.ts';
import type { GatewayReport, PushAnswer, Snapshot } from '../snapshot/snapshot.ts';
import type { Logger } from '../telemetry/log.ts';
import type { OperatorMetrics } from '../telemetry/metrics.ts';
import type { PushTls } from './gateway-client.ts';
import { GatewayLink, type GatewayEndpoint, type LinkEvents, type Target } from './gateway-link.ts';

const compress = promisify(brotliCompress);

/** Where batches of gateways go. */
export interface BatchSink {
  /** Resolves once they are stored for good, and with nothing to store, too; rejects where the ledger cannot be written. */
  take(gateway: string, batches: readonly LedgerBatch[]): Promise<Ingested[]>;
  /** The gateway is gone. */
  forget(gateway: string): void;
}

export interface SnapshotPusherOptions {
  tls: PushTls;
  clock: Clock;
  metrics: OperatorMetrics;
  logger: Logger;
  /** Asked right before each push and each poll: a deposed leader must not push, nor take reports away. */
  isLeader: () => boolean;
  /** From 0 to 1, for jitter; Math.random unless given. */
  random?: () => number;
  /** Handlers must not throw. */
  onReport?: (gateway: string, report: GatewayReport) => void;
  onAck?: (gateway: string, revision: number) => void;
  /** Once per snapshot and refusal, however often the push is repeated. `revision`: the one refused, not always the newest. */
  onNack?: (gateway: string, refusal: { object: string; reason: string; revision: number }) => void;
  /** programmedRevision() or gateways() may have changed. */
  onChange?: () => void;
  /** Undefined: there is no ledger. */
  sink?: BatchSink | undefined;
}

export interface GatewayCounts {
  /** Serving, as far as is known. */
  ready: number;
  /** Have the newest snapshot. */
  current: number;
  total: number;
}

interface Entry {
  endpoint: GatewayEndpoint;
  link: GatewayLink;
}

export class SnapshotPusher {
  readonly #options: SnapshotPusherOptions;
  readonly #entries = new Map<string, Entry>();
  #tls: PushTls;
  #target: Target | undefined;
  #published = 0;
  /** Revisions of former epochs count only below this: a revision means the same in two epochs only if it was carried over. */
  #firstRevision = Infinity;

  constructor(options: SnapshotPusherOptions) {
    this.#options = options;
    this.#tls = options.tls;
  }

  /** The gateways that there are now. New ones, moved ones and those that got ready again are called at once. */
  setEndpoints(endpoints: readonly GatewayEndpoint[]): void {
    const wanted = new Map(endpoints.map((endpoint) => [endpoint.id, endpoint]));
    for (const [id, { endpoint, link }] of this.#entries) {
      const next = wanted.get(id);
      if (next?.host === endpoint.host && next.port === endpoint.port) continue;
      this.#entries.delete(id);
      void link.close().then(() => this.#entries.has(id) || this.#options.sink?.forget(id));
    }
    for (const endpoint of wanted.values()) {
      const entry = this.#entries.get(endpoint.id);
      if (entry === undefined) {
        this.#entries.set(endpoint.id, { endpoint, link: this.#open(endpoint) });
        continue;
      }
      const isBack = endpoint.ready === true && entry.endpoint.ready === false;
      entry.endpoint = endpoint;
      if (isBack) entry.link.redial();
    }
    this.#changed();
  }

  /** Sends this snapshot to all gateways from now on. Resolves when the pushes have begun, not when they have arrived. */
  async publish(snapshot: Snapshot): Promise<void> {
    this.#published += 1;
    const turn = this.#published;
    const body = await compress(JSON.stringify(snapshot), { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } });
    // A later one may have been compressed faster.
    if (turn !== this.#published) return;
    this.#firstRevision = Math.min(this.#firstRevision, snapshot.revision);
    this.#target = { snapshot, encoded: { body, encoding: 'br' } };
    this.#options.metrics.flashback_push_revision.set(snapshot.revision);
    for (const { link } of this.#entries.values()) link.update();
    this.#changed();
  }

  /** After a renewal: all connections are made anew. */
  setTls(tls: PushTls): void {
    this.#tls = tls;
    for (const { link } of this.#entries.values()) link.replaceTls(tls);
  }

  /**
   * The revision that every ready gateway has at least; 0 when one of them has none. Undefined when no gateway is ready, and
   * after a start until each ready one has been called once.
   */
  programmedRevision(): number | undefined {
    const ready = [...this.#entries.values()].filter((entry) => isReady(entry));
    if (ready.length === 0 || ready.some(({ link }) => link.view.contact === 'none-yet')) return undefined;
    return Math.min(...ready.map(({ link }) => this.#counted(link.view.applied)));
  }

  gateways(): GatewayCounts {
    const entries = [...this.#entries.values()];
    return {
      ready: entries.filter((entry) => isReady(entry)).length,
      current: entries.filter((entry) => this.#isCurrent(entry)).length,
      total: entries.length,
    };
  }

  /** Breaks off everything under way. */
  async close(): Promise<void> {
    this.#published += 1;
    const links = [...this.#entries.values()].map(({ link }) => link);
    const gone = [...this.#entries.keys()];
    this.#entries.clear();
    await Promise.all(links.map((link) => link.close()));
    for (const id of gone) this.#options.sink?.forget(id);
  }

  #counted(applied: GatewayReport['applied']): number {
    if (applied === undefined) return 0;
    if (applied.epoch === this.#target?.snapshot.epoch) return applied.revision;
    return Math.max(0, Math.min(applied.revision, this.#firstRevision - 1));
  }

  #isCurrent({ link }: Entry): boolean {
    return this.#target !== undefined && link.view.applied?.digest === this.#target.snapshot.digest;
  }

  #open({ id, host, port }: GatewayEndpoint): GatewayLink {
    const { clock, isLeader, random = Math.random, sink } = this.#options;
    const collect = sink && ((batches: readonly LedgerBatch[]) => sink.take(id, batches));
    const options = { clock, random, isLeader, target: () => this.#target, tls: this.#tls, collect };
    return new GatewayLink({ host, port }, options, this.#eventsOf(id));
  }

  #eventsOf(gateway: string): LinkEvents {
    const { metrics, logger, onReport, onAck, onNack } = this.#options;
    const onAnswer = (answer: PushAnswer, revision: number) => {
      if (answer.result === 'ACK') {
        metrics.flashback_push_total.inc({ result: 'ack' });
        onAck?.(gateway, answer.revision);
        return;
      }
      const { object, reason } = answer;
      metrics.flashback_push_total.inc({ result: 'nack' });
      logger.warn({ gateway, revision, object, reason }, 'a gateway refused the snapshot');
      onNack?.(gateway, { object, reason, revision });
    };
    return {
      onAnswer,
      onReport: (report) => onReport?.(gateway, report),
      onPushFailed: (reason) => {
        metrics.flashback_push_total.inc({ result: 'failed' });
        logger.warn({ gateway, reason }, 'the snapshot did not reach a gateway');
      },
      onLost: (reason) => logger.warn({ gateway, reason }, 'a gateway cannot be reached'),
      onLedgerFailed: (reason) => logger.warn({ gateway, reason }, 'a gateway could not be asked for what belongs in the ledger'),
      onChange: () => this.#changed(),
    };
  }

  #changed(): void {
    const entries = [...this.#entries.values()];
    const reached = entries.filter(({ link }) => link.view.contact !== 'unreachable');
    const current = reached.filter((entry) => this.#isCurrent(entry)).length;
    const gauge = this.#options.metrics.flashback_push_gateways;
    gauge.set({ state: 'current' }, current);
    gauge.set({ state: 'behind' }, reached.length - current);
    gauge.set({ state: 'unreachable' }, entries.length - reached.length);
    this.#options.onChange?.();
  }
}

function isReady({ endpoint, link }: Entry): boolean {
  const { contact, applied } = link.view;
  return endpoint.ready ?? (contact === 'reachable' && applied !== undefined);
}
