// What only the leading operator does: reconcile, publish, push. Made when the lease is won, stopped before it is released.
import { randomBytes } from 'node:crypto';
import { Alerts } from './alerts/alerts.ts';
import type { AlertsConfig } from './alerts/config.ts';
import type { Clock } from './clock.ts';
import type { Kind, ObjectKey } from './api/resources.ts';
import { JudgeMark } from './gateway/guard/judge-mark.ts';
import { newId } from './gateway/new-id.ts';
import type { Ledger } from './ledger/ledger.ts';
import { LedgerKeeper, type LedgerKeeperOptions } from './ledger-keeper.ts';
import { refuseEndpoint, type AddressPolicy } from './providers/addresses.ts';
import { noLedger } from './platform/no-ledger.ts';
import type { Sealer } from './platform/conversations/sealer.ts';
import type { Objects } from './platform/operation.ts';
import type { Homes } from './platform/policies/services.ts';
import type { PlatformServices } from './platform/services.ts';
import { platformServices } from './platform-services.ts';
import type { PodIdentityPolicy } from './providers/pod-identity.ts';
import { packageVersion } from './process.ts';
import { PROVIDERS, SUPPORTED_TYPES } from './providers/index.ts';
import { ModelAsker } from './providers/ask.ts';
import { Verifier } from './providers/verify.ts';
import { loadBootSnapshot, saveBootSnapshot } from './push/boot-store.ts';
import { ensurePushSecrets, succeedSecrets, type PushSecrets } from './push/certificates.ts';
import { fenceFiles, fenceStore, NotLeaderError } from './push/fence.ts';
import type { GatewayEndpoint } from './push/gateway-link.ts';
import { SnapshotIssuer } from './push/snapshot-issuer.ts';
import { SnapshotPusher } from './push/pusher.ts';
import type { PemPair } from './push/issue.ts';
import type { SecretFiles } from './push/secret-files.ts';
import { Engine } from './reconcile/engine.ts';
import type { JudgeModel } from './reconcile/policy-judge.ts';
import type { ResourceStore, StoreEvents } from './reconcile/store.ts';
import { SealedSnapshotError } from './snapshot/seal.ts';
import type { Snapshot } from './snapshot/snapshot.ts';
import type { Logger } from './telemetry/log.ts';
import type { OperatorMetrics } from './telemetry/metrics.ts';

const CARE_PERIOD_MS = 3_600_000;

export interface LeadershipOptions {
  /** Lease transitions. */
  epoch: number;
  store: ResourceStore;
  files: SecretFiles;
  /** Of the release. */
  namespace: string;
  publicBaseUrl: string;
  /** Where the operator itself reaches the gateways; undefined: at the public one. */
  gatewayUrl?: string | undefined;
  addresses: AddressPolicy;
  /** Whose connections may use the identity of the pods. */
  mayUsePodIdentity: PodIdentityPolicy;
  /** Judges for policies that name no judge. */
  defaultJudge?: JudgeModel | undefined;
  /** Where what gateways tell is kept; undefined: nowhere. */
  ledger?: Pick<LedgerKeeperOptions, 'open' | 'lastWriteOf'> | undefined;
  /** The custom resources as the Platform API writes them; undefined: there is no Platform API. */
  objects?: (Objects & Homes) | undefined;
  /** What conversations of the Platform API are sealed with; undefined: there are none. */
  sealer?: Sealer | undefined;
  /** Who is told of alerts; undefined: nobody. */
  alerts?: AlertsConfig | undefined;
  isLeader: () => boolean;
  /** Called with the authority of the release whenever it was looked after: at the start, and each hour. */
  onAuthority?: ((authority: PemPair) => void) | undefined;
  clock: Clock;
  random: () => number;
  metrics: OperatorMetrics;
  logger: Logger;
}

interface Running {
  engine: Engine;
  pusher: SnapshotPusher;
  issuer: SnapshotIssuer;
  keeper: LedgerKeeper | undefined;
  alerts: Alerts | undefined;
  platform: PlatformServices | undefined;
}

export class Leadership implements StoreEvents {
  readonly #options: LeadershipOptions;
  #gateways: GatewayEndpoint[] = [];
  #running: Running | undefined;
  #care: { clear(): void } | undefined;
  #starting: Promise<void> | undefined;
  /** Nothing new begins. */
  #stopped = false;
  /** Nothing is written any more. */
  #ended = false;

  constructor(options: LeadershipOptions) {
    const mayWrite = () => options.isLeader() && !this.#ended;
    this.#options = { ...options, store: fenceStore(options.store, mayWrite), files: fenceFiles(options.files, mayWrite) };
  }

  onResource(kind: Kind, key: ObjectKey): void {
    this.#running?.engine.onResource(kind, key);
    this.#running?.keeper?.onResource(kind, key);
  }

  onSecret(key: ObjectKey): void {
    this.#running?.engine.onSecret(key);
  }

  onGrant(key: ObjectKey): void {
    this.#running?.engine.onGrant(key);
  }

  onNamespace(name: string): void {
    this.#running?.engine.onNamespace(name);
  }

  /** What the Platform API works with; undefined before the work has begun, and once it has ended. */
  platform(): PlatformServices | undefined {
    return this.#running?.platform;
  }

  /** Milliseconds since the ledger could not be opened, or not be written; 0 while it can, or there is none. */
  get ledgerFailingFor(): number {
    return this.#running?.keeper?.failingFor ?? 0;
  }

  setGateways(gateways: GatewayEndpoint[]): void {
    this.#gateways = gateways;
    this.#running?.pusher.setEndpoints(gateways);
  }

  /**
   * Continues from the boot snapshot: revisions go on rising, revoked keys and proven credentials are remembered. Does nothing
   * once stop() was called.
   */
  async start(): Promise<void> {
    this.#starting = this.#begin();
    try {
      await this.#starting;
    } catch (error) {
      if (!(this.#stopped && error instanceof NotLeaderError)) throw error;
    }
  }

  async #begin(): Promise<void> {
    const { epoch, store, files, namespace, publicBaseUrl, addresses, mayUsePodIdentity } = this.#options;
    const { isLeader, clock, random, metrics, logger } = this.#options;
    const secrets = await ensurePushSecrets(files, { clock, namespace });
    this.#options.onAuthority?.(secrets.authority);
    const previous = await this.#loadPrevious(secrets);
    if (this.#stopped) return;
    const { ledger } = this.#options;
    const reportUsage: LedgerKeeperOptions['reportUsage'] = (object, usage) => engine.reportUsage(object, usage);
    const alerts = this.#alerts();
    const tell = alerts && { onViolations: alerts.onViolations.bind(alerts) };
    const keeper = ledger && new LedgerKeeper({ ...ledger, ...tell, store, reportUsage, clock, metrics, logger });
    const pusher = new SnapshotPusher({
      tls: secrets,
      clock,
      metrics,
      logger,
      isLeader,
      random,
      sink: keeper?.collector,
      onReport: (gateway, report) => {
        const { applied, rejectedCredentials } = report;
        engine.onCounts(gateway, report);
        if (applied !== undefined) issuer.outrank(applied.epoch);
        for (const llm of rejectedCredentials) engine.reportRejected(llm);
      },
      onNack: (_gateway, { object, reason, revision }) => engine.onRejectedObject(object, reason, revision),
      onChange: () => engine.onDelivered(pusher.programmedRevision(), pusher.gateways().ready),
    });
    const issuer = new SnapshotIssuer({
      // A lease that was deleted counts from the start again; gateways still remember where it was.
      epoch: previous === undefined || epoch > previous.epoch ? epoch : previous.epoch + 1,
      lastRevision: previous?.revision ?? 0,
      key: secrets.snapshotKey,
      push: (snapshot) => pusher.publish(snapshot),
      save: (snapshot, key) => saveBootSnapshot(files, snapshot, key),
      isLeader,
      clock,
      logger,
    });
    const verifier = new Verifier({ providers: PROVIDERS, addresses, now: () => clock.now() });
    // A gateway that the judge stands behind must not judge what is asked here.
    const mark = new JudgeMark(secrets.snapshotKey, clock);
    const asker = new ModelAsker({ providers: PROVIDERS, addresses, now: () => clock.now(), newId });
    const engine = new Engine({
      store,
      verify: (target, signal) => verifier.verify(target, signal),
      askJudge: (target, model, body, signal, by) => asker.ask(target, model, body, signal, (sent) => mark.make(sent, by)),
      defaultJudge: this.#options.defaultJudge,
      version: packageVersion(),
      checkEndpoint: (url) => refuseEndpoint(url, addresses),
      supportedTypes: SUPPORTED_TYPES,
      mayUsePodIdentity,
      publicBaseUrl,
      publish: (content) => issuer.publish(content),
      clock,
      random: randomBytes,
      metrics,
      logger,
    });
    this.#running = { engine, pusher, issuer, keeper, alerts, platform: this.#platform(engine, verifier, keeper?.ledger ?? noLedger(logger)) };
    pusher.setEndpoints(this.#gateways);
    this.#scheduleCare(secrets);
    engine.start(previous);
    keeper?.start();
  }

  #alerts(): Alerts | undefined {
    const { alerts: config, addresses, clock, random, logger, metrics } = this.#options;
    return config && new Alerts({ config, addresses, clock, random, logger, metrics });
  }

  #platform(engine: Engine, verifier: Verifier, ledger: Ledger): PlatformServices | undefined {
    const { objects, store, addresses, mayUsePodIdentity, sealer, publicBaseUrl, gatewayUrl = publicBaseUrl, clock, logger } = this.#options;
    return (
      objects &&
      platformServices({
        objects,
        store,
        ledger,
        verify: (target, signal) => verifier.verify(target, signal),
        checkEndpoint: (url) => refuseEndpoint(url, addresses),
        supportedTypes: SUPPORTED_TYPES,
        mayUsePodIdentity,
        onKeys: (repository) => engine.onResource('Repository', repository),
        sealer,
        gatewayUrl,
        clock,
        logger,
      })
    );
  }

  /** Finishes what is under way. The lease must still be held. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#care?.clear();
    const running = this.#running;
    this.#running = undefined;
    this.#ended = running === undefined;
    // A start under way ends at its next step; whoever called it hears what went wrong.
    await this.#starting?.catch(() => {});
    await running?.engine.stop();
    await running?.issuer.close();
    await running?.pusher.close();
    await running?.keeper?.stop();
    running?.alerts?.close();
    this.#ended = true;
  }

  /** Without it the work begins from what the API server says, and revoked keys are merely unknown. */
  async #loadPrevious({ snapshotKey }: PushSecrets): Promise<Snapshot | undefined> {
    try {
      return await loadBootSnapshot(this.#options.files, snapshotKey);
    } catch (error) {
      if (!(error instanceof SealedSnapshotError)) throw error;
      this.#options.logger.warn({ reason: error.message }, 'the boot snapshot cannot be opened; starting without it');
      return undefined;
    }
  }

  /** Looks after the push Secrets: renews certificates that are due, and puts back what somebody deleted. */
  #scheduleCare(current: PushSecrets): void {
    if (this.#stopped) return;
    const { clock, files, namespace, logger } = this.#options;
    this.#care = clock.setTimeout(() => {
      ensurePushSecrets(files, { clock, namespace }).then(
        (secrets) => {
          const next = succeedSecrets(current, secrets, clock.now());
          this.#adopt(current, next);
          if (!this.#stopped) this.#options.onAuthority?.(next.authority);
          this.#scheduleCare(next);
        },
        (error: unknown) => {
          logger.error({ err: error }, 'the push Secrets could not be checked; trying again');
          this.#scheduleCare(current);
        },
      );
    }, CARE_PERIOD_MS);
  }

  #adopt(before: PushSecrets, after: PushSecrets): void {
    if (this.#running === undefined) return;
    const { pusher, issuer } = this.#running;
    if (after.operator.cert !== before.operator.cert) pusher.setTls(after);
    if (!after.snapshotKey.equals(before.snapshotKey)) issuer.replaceKey(after.snapshotKey);
  }
}
