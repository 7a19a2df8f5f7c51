// The operator process: reads its settings, wires, and works while it leads. It never proxies application traffic.
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { readAlertsConfig } from './alerts/config.ts';
import { ANNOTATIONS } from './api/resources.ts';
import { systemClock } from './clock.ts';
import { createKubeClient, type KubeClient } from './kubernetes/client.ts';
import { GatewayEndpoints } from './kubernetes/gateway-endpoints.ts';
import { LeaderElector } from './kubernetes/lease.ts';
import { ReleaseSecrets } from './kubernetes/secrets.ts';
import type { OwnerReference } from './kubernetes/objects.ts';
import { lastWriteOf } from './kubernetes/last-writer.ts';
import { KubernetesStore } from './kubernetes/store.ts';
import { Leadership } from './leadership.ts';
import { operatorPlatform } from './operator-platform.ts';
import { openLedger } from './ledger/open.ts';
import { ledgerOptions } from './ledger/settings.ts';
import { readSealer } from './platform/conversations/sealer.ts';
import type { GatewayEndpoint } from './push/gateway-link.ts';
import { firstSignal, listenOn, readOrStop, StartError } from './process.ts';
import { podIdentityPolicy } from './providers/pod-identity.ts';
import { parseJudge } from './reconcile/policy-judge.ts';
import { referredSecrets } from './reconcile/references.ts';
import type { Settings } from './settings.ts';
import { HealthServer } from './telemetry/health.ts';
import { createLogger } from './telemetry/log.ts';
import { createOperatorMetrics, createRegistry, type OperatorMetrics } from './telemetry/metrics.ts';

const LEASE = 'flashback-operator';
/** A loop that has not even tried for this long is stuck. An API server that is away does not count. */
const STUCK_MS = 5 * 60_000;

/** How long to wait for a first look at the Service, which an operator without rights on EndpointSlices never gets. */
const OWNER_WAIT_MS = 5_000;

function staticGateways(addresses: readonly string[]): GatewayEndpoint[] {
  return addresses.map((address) => {
    const [, host, port] = /^\[?([^\]]+?)\]?:(\d{1,5})$/.exec(address) ?? [];
    if (host === undefined) throw new StartError(`--gateway must be HOST:PORT, not "${address}"`);
    return { id: address, host, port: Number(port) };
  });
}

/** For `flashback doctor`, which reaches no operator. */
function sinceText(ms: number, now: number): string | null {
  return ms > 0 ? new Date(now - ms).toISOString() : null;
}

function checkLease(settings: Settings): void {
  if (settings['lease-duration'] <= settings['lease-renew-deadline']) {
    throw new StartError('--lease-duration must be longer than --lease-renew-deadline');
  }
  if (settings['lease-renew-deadline'] <= settings['lease-retry-period'] * 1.2) {
    throw new StartError('--lease-renew-deadline must be longer than 1.2 times --lease-retry-period');
  }
}

/** What lives on the ledger would start and never work without it. */
function checkLedger(settings: Settings, isKept: boolean): void {
  if (isKept) return;
  for (const [flag, what] of [['alerts-config', 'alerts are told from'], ['conversation-keys', 'conversations are kept in']] as const) {
    if (settings[flag] !== undefined) throw new StartError(`--${flag} needs the ledger, which ${what}: give --ledger-url another value than none`);
  }
}

function connect(kubeconfig: string | undefined, metrics: OperatorMetrics): KubeClient {
  try {
    return createKubeClient({ kubeconfig, metrics });
  } catch (error) {
    // Only the first line: what a YAML error says after it quotes the file, which holds credentials.
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new StartError(kubeconfig === undefined ? reason : `--kubeconfig: ${reason}`);
  }
}

/** Runs until a signal or until the lease is lost. */
export async function operator(settings: Settings): Promise<void> {
  const logger = createLogger({ name: 'operator', level: settings['log-level'] });
  const signal = firstSignal(logger);
  const fixed = staticGateways(settings.gateway);
  checkLease(settings);
  const defaultJudge = readOrStop(() => parseJudge(settings['default-judge-llm'], settings['default-judge-model']));
  const kept = readOrStop(() =>
    ledgerOptions({ url: settings['ledger-url'], retention: settings['ledger-retention'], stateDir: settings['state-dir'] }),
  );
  checkLedger(settings, kept !== undefined);
  const addresses = { allowLoopback: settings['allow-loopback-endpoints'] };
  const alertsFile = settings['alerts-config'];
  const alerts = alertsFile === undefined ? undefined : readOrStop(() => readAlertsConfig(alertsFile, addresses));
  const keysFile = settings['conversation-keys'];
  const sealer = keysFile === undefined ? undefined : readOrStop(() => readSealer(keysFile));
  const clock = systemClock;
  const random = Math.random;
  const registry = createRegistry();
  const metrics = createOperatorMetrics(registry);
  const identity = `${hostname()}_${randomUUID()}`;
  const { namespace } = settings;
  const client = connect(settings.kubeconfig, metrics);
  const secretsByName = settings['secrets-by-name'] ? referredSecrets : undefined;
  const store = new KubernetesStore({ client, watchNamespaces: settings['watch-namespaces'], secretsByName, identity, clock, random, logger });
  const watching = new AbortController();
  let leadership: Leadership | undefined;
  let stopping = false;

  let discovered: GatewayEndpoint[] = [];
  const allGateways = () => [...fixed, ...discovered];
  const endpoints = new GatewayEndpoints({
    client,
    namespace,
    service: settings['gateway-service'],
    portName: 'push',
    clock,
    random,
    logger,
    onChange: (found) => {
      discovered = found;
      leadership?.setGateways(allGateways());
    },
  });

  /** What this operator makes in the release namespace goes with the Service of the push channel, when the release is uninstalled. */
  const looking = Promise.withResolvers<void>();
  const owner = async (): Promise<OwnerReference | undefined> => {
    await looking.promise;
    return endpoints.service();
  };

  const platform = operatorPlatform({
    settings,
    client,
    store,
    isLeader: () => elector.isLeader(),
    services: () => leadership?.platform(),
    owner,
    clock,
    logger,
    metrics,
  });

  const electing = new AbortController();
  const elector = new LeaderElector({
    client,
    namespace,
    name: LEASE,
    identity,
    leaseDurationMs: settings['lease-duration'],
    renewDeadlineMs: settings['lease-renew-deadline'],
    retryPeriodMs: settings['lease-retry-period'],
    clock,
    random,
    logger,
    owner: () => endpoints.service(),
    annotations: () => ({
      [ANNOTATIONS.watched]: settings['watch-namespaces'].join(',') || '*',
      [ANNOTATIONS.ledgerFailingSince]: sinceText(leadership?.ledgerFailingFor ?? 0, clock.now()),
    }),
    onElected: (epoch) => {
      logger.info({ epoch }, 'leading');
      leadership = new Leadership({
        epoch,
        store,
        files: new ReleaseSecrets(client, namespace, owner),
        namespace,
        publicBaseUrl: settings['public-base-url'],
        gatewayUrl: settings['gateway-url'],
        addresses,
        mayUsePodIdentity: podIdentityPolicy(settings['pod-identity-namespaces']),
        defaultJudge,
        objects: platform?.objects,
        ledger: kept && { open: () => openLedger(kept), lastWriteOf },
        sealer,
        alerts,
        isLeader: () => elector.isLeader(),
        onAuthority: (authority) => platform?.adoptAuthority(authority),
        clock,
        random,
        metrics,
        logger,
      });
      leadership.setGateways(allGateways());
      platform?.lead();
      leadership.start().catch((error: unknown) => {
        logger.fatal({ err: error }, 'leadership could not begin');
        process.exit(1);
      });
    },
    onLost: (reason) => {
      // Draining now could overlap with a successor's work.
      logger.fatal({ reason }, 'leadership lost');
      process.exit(1);
    },
  });

  const health = new HealthServer({
    registry,
    live: {
      watches: () => {
        const stuck = store.health().watches.find(({ lastAttemptAgeMs }) => lastAttemptAgeMs > STUCK_MS);
        return stuck === undefined ? undefined : `the watch of ${stuck.kind} has not tried for ${Math.round(stuck.lastAttemptAgeMs / 1000)} s`;
      },
    },
    ready: {
      synced: () => (store.health().synced ? undefined : 'the objects have not been listed yet'),
      running: () => (stopping ? 'shutting down' : undefined),
    },
  });
  const metricsPort = await listenOn('metrics-port', settings['metrics-port'], () => health.listen(settings['metrics-port']));
  await platform?.open();
  logger.info({ metricsPort, identity, apiServer: client.host }, 'listening');

  void store.start(
    {
      onResource: (kind, key) => leadership?.onResource(kind, key),
      onSecret: (key) => leadership?.onSecret(key),
      onGrant: (key) => leadership?.onGrant(key),
      onNamespace: (name) => leadership?.onNamespace(name),
    },
    watching.signal,
  );
  void endpoints.run(watching.signal);
  const waited = clock.setTimeout(looking.resolve, OWNER_WAIT_MS);
  void endpoints.synced().then(() => {
    waited.clear();
    looking.resolve();
  });
  const synced = store.synced().then(() => elector.run(electing.signal));

  logger.info({ signal: await signal }, 'stopping');
  stopping = true;
  await platform?.close();
  await leadership?.stop();
  electing.abort();
  await Promise.race([synced, new Promise<void>((resolve) => setTimeout(resolve, 2_000).unref())]);
  watching.abort();
  await health.close();
  logger.info({}, 'stopped');
  process.exit(0);
}
