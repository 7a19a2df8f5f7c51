// What only the leading operator does: reconcile, publish, push. Made when the lease is won, stopped before it is released.
import { randomBytes } from 'node:crypto';
import type { Clock } from './clock.ts';
import type { Kind, ObjectKey } from './api/resources.ts';
import { refuseEndpoint, type AddressPolicy } from './providers/addresses.ts';
import { PROVIDERS, SUPPORTED_TYPES } from './providers/index.ts';
import { Verifier } from './providers/verify.ts';
import { loadBootSnapshot, saveBootSnapshot } from './push/boot-store.ts';
import { ensurePushSecrets, type PushSecrets } from './push/certificates.ts';
import type { GatewayEndpoint } from './push/gateway-link.ts';
import { SnapshotIssuer } from './push/snapshot-issuer.ts';
import { SnapshotPusher } from './push/pusher.ts';
import type { SecretFiles } from './push/secret-files.ts';
import { Engine } from './reconcile/engine.ts';
import type { ResourceStore, StoreEvents } from './reconcile/store.ts';
import type { Logger } from './telemetry/log.ts';
import type { OperatorMetrics } from './telemetry/metrics.ts';

/** Timers take no longer delays. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface LeadershipOptions {
  /** Lease transitions. */
  epoch: number;
  store: ResourceStore;
  files: SecretFiles;
  /** Of the release. */
  namespace: string;
  publicBaseUrl: string;
  addresses: AddressPolicy;
  isLeader: () => boolean;
  clock: Clock;
  random: () => number;
  metrics: OperatorMetrics;
  logger: Logger;
}

interface Running {
  engine: Engine;
  pusher: SnapshotPusher;
  issuer: SnapshotIssuer;
}

export class Leadership implements StoreEvents {
  readonly #options: LeadershipOptions;
  #gateways: GatewayEndpoint[] = [];
  #running: Running | undefined;
  #renewal: { clear(): void } | undefined;

  constructor(options: LeadershipOptions) {
    this.#options = options;
  }

  onResource(kind: Kind, key: ObjectKey): void {
    this.#running?.engine.onResource(kind, key);
  }

  onSecret(key: ObjectKey): void {
    this.#running?.engine.onSecret(key);
  }

  setGateways(gateways: GatewayEndpoint[]): void {
    this.#gateways = gateways;
    this.#running?.pusher.setEndpoints(gateways);
  }

  /** Continues from the boot snapshot: revisions go on rising, revoked keys and proven credentials are remembered. */
  async start(): Promise<void> {
    const { epoch, store, files, namespace, publicBaseUrl, addresses, isLeader, clock, random, metrics, logger } = this.#options;
    const secrets = await ensurePushSecrets(files, { clock, namespace });
    const previous = await loadBootSnapshot(files, secrets.snapshotKey);
    const pusher = new SnapshotPusher({
      tls: secrets,
      clock,
      metrics,
      logger,
      isLeader,
      random,
      onReport: (_gateway, { rejectedCredentials }) => {
        for (const llm of rejectedCredentials) engine.reportRejected(llm);
      },
      onNack: (_gateway, { object, reason }) => engine.onRejectedObject(object, reason),
      onChange: () => engine.onDelivered(pusher.programmedRevision(), pusher.gateways().ready),
    });
    const issuer = new SnapshotIssuer({
      // A lease that was deleted counts from the start again; gateways still remember where it was.
      epoch: Math.max(epoch, previous?.epoch ?? 0),
      lastRevision: previous?.revision ?? 0,
      key: secrets.snapshotKey,
      push: (snapshot) => pusher.publish(snapshot),
      save: (snapshot) => saveBootSnapshot(files, snapshot, secrets.snapshotKey),
      isLeader,
      clock,
      logger,
    });
    const verifier = new Verifier({ providers: PROVIDERS, addresses, now: () => clock.now() });
    const engine = new Engine({
      store,
      verify: (target, signal) => verifier.verify(target, signal),
      checkEndpoint: (url) => refuseEndpoint(url, addresses),
      supportedTypes: SUPPORTED_TYPES,
      publicBaseUrl,
      publish: (content) => issuer.publish(content),
      clock,
      random: randomBytes,
      metrics,
      logger,
    });
    this.#running = { engine, pusher, issuer };
    pusher.setEndpoints(this.#gateways);
    this.#scheduleRenewal(secrets);
    engine.start(previous);
  }

  /** Finishes what is under way. The lease must still be held. */
  async stop(): Promise<void> {
    this.#renewal?.clear();
    const running = this.#running;
    this.#running = undefined;
    if (running === undefined) return;
    await running.engine.stop();
    await running.issuer.close();
    await running.pusher.close();
  }

  #scheduleRenewal({ renewAt }: PushSecrets): void {
    const { clock, files, namespace, logger } = this.#options;
    const delay = Math.min(Math.max(renewAt - clock.now(), 60_000), MAX_TIMER_MS);
    this.#renewal = clock.setTimeout(() => {
      ensurePushSecrets(files, { clock, namespace }).then(
        (renewed) => {
          this.#running?.pusher.setTls(renewed);
          this.#scheduleRenewal(renewed);
        },
        (error: unknown) => {
          logger.error({ err: error }, 'push certificates could not be renewed; trying again');
          this.#scheduleRenewal({ renewAt: 0 } as PushSecrets);
        },
      );
    }, delay);
  }
}
