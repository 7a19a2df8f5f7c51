// The gateway of `flashback up`: the one of the gateway process, with a function call in place of the push channel.
import { randomBytes } from 'node:crypto';
import type { Registry } from 'prom-client';
import type { Clock } from './clock.ts';
import { assembleGateway } from './gateway/assemble.ts';
import type { GatewayServer } from './gateway/server.ts';
import type { GatewayState } from './gateway/state.ts';
import type { Tables } from './gateway/tables.ts';
import type { AddressPolicy } from './providers/addresses.ts';
import type { PodIdentityPolicy } from './providers/pod-identity.ts';
import { SNAPSHOT_KEY_BYTES, signSnapshot } from './snapshot/digest.ts';
import type { SnapshotContent } from './snapshot/snapshot.ts';
import type { Logger } from './telemetry/log.ts';
import { createGatewayMetrics } from './telemetry/metrics.ts';

/** What reconcilers are told about deliveries, as an operator tells them. */
export interface DeliveryEvents {
  onDelivered(revision: number | undefined, gateways: number): void;
  onRejectedObject(object: string, reason: string, revision: number): void;
  /** `llm`: namespace/name of the AILLMConfig whose credential the provider refused. */
  reportRejected(llm: string): void;
}

export interface LocalGatewayOptions {
  addresses: AddressPolicy;
  /** Whose connections may use the identity of this process. */
  mayUsePodIdentity: PodIdentityPolicy;
  /** What all request bodies together may take. */
  bodyBudgetBytes: number;
  registry: Registry;
  clock: Clock;
  logger: Logger;
}

/** There is one leader ever. */
const EPOCH = 1;
/** Milliseconds; as often as the push channel would. */
const CONFIRM_PERIOD = 25_000;

export class LocalGateway {
  readonly #key = randomBytes(SNAPSHOT_KEY_BYTES);
  readonly #state: GatewayState<Tables>;
  readonly server: GatewayServer;
  #events: DeliveryEvents | undefined;
  #revision = 0;
  readonly #clock: Clock;
  #confirming: { clear(): void } | undefined;

  constructor({ addresses, mayUsePodIdentity, bodyBudgetBytes, registry, clock, logger }: LocalGatewayOptions) {
    this.#clock = clock;
    const { state, server } = assembleGateway({
      key: this.#key,
      addresses,
      mayUsePodIdentity,
      bodyBudgetBytes,
      metrics: createGatewayMetrics(registry),
      clock,
      logger,
      onCredentialRejected: (llm) => this.#events?.reportRejected(llm),
    });
    this.#state = state;
    this.server = server;
  }

  get ready(): boolean {
    return this.#state.ready;
  }

  /** From now on these are told what became of snapshots. */
  subscribe(events: DeliveryEvents): void {
    this.#events = events;
    this.#confirmLater();
  }

  /** The snapshot is not confirmed any more. */
  close(): void {
    this.#confirming?.clear();
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
}
