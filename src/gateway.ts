// The gateway process: reads its settings, wires, serves until SIGTERM. No Kubernetes in here.
import { hostname } from 'node:os';
import { systemClock } from './clock.ts';
import { AdminFiles } from './gateway/admin-files.ts';
import { AdminServer } from './gateway/admin.ts';
import { assembleGateway, type AssembledGateway } from './gateway/assemble.ts';
import { bootFromSealed } from './gateway/boot.ts';
import { openLedger } from './gateway/ledger/assemble.ts';
import { firstSignal, listenOn } from './process.ts';
import { podIdentityPolicy } from './providers/pod-identity.ts';
import type { Settings } from './settings.ts';
import { HealthServer } from './telemetry/health.ts';
import { createAccessLog, createLogger } from './telemetry/log.ts';
import { createGatewayMetrics, createRegistry } from './telemetry/metrics.ts';

/** Milliseconds that the operator has after the last request to confirm what the ledger is to know. */
const LEDGER_GRACE = 10_000;

/** Runs until a signal, then drains: not ready, still accepting for the delay, then only what is under way. */
export async function gateway(settings: Settings): Promise<void> {
  const logger = createLogger({ name: 'gateway', level: settings['log-level'] });
  const signal = firstSignal(logger);
  const stop = new AbortController();
  void signal.then(() => stop.abort());
  const clock = systemClock;
  const registry = createRegistry();
  const metrics = createGatewayMetrics(registry);
  let draining = false;
  let serving: AssembledGateway | undefined;

  const health = new HealthServer({
    registry,
    live: { process: () => undefined },
    ready: {
      snapshot: () => (serving?.state.ready === true ? undefined : 'no snapshot yet'),
      serving: () => (draining ? 'shutting down' : undefined),
    },
  });
  const metricsPort = await listenOn('metrics-port', settings['metrics-port'], () => health.listen(settings['metrics-port'], settings.host));

  const directory = settings['tls-dir'];
  const files = await AdminFiles.open({ directory, clock, logger }, stop.signal).catch((error: unknown) => {
    if (stop.signal.aborted) return undefined;
    throw error;
  });
  if (files === undefined) return health.close();

  const [directoryOfLedger, limitBytes] = [settings['ledger-dir'], settings['ledger-spool-limit']];
  const ledger = limitBytes === 0 ? undefined : openLedger({ directory: directoryOfLedger, limitBytes, host: hostname(), clock, logger, metrics });
  serving = assembleGateway({
    key: files.current.snapshotKey,
    addresses: { allowLoopback: settings['allow-loopback-endpoints'] },
    mayUsePodIdentity: podIdentityPolicy(settings['pod-identity-namespaces']),
    metrics,
    clock,
    logger,
    accessLog: createAccessLog({ name: 'gateway', level: settings['log-level'] }),
    bodyBudgetBytes: settings['body-budget'],
    ledger,
    onCredentialRejected: (llm) => admin.reportRejectedCredential(llm),
  });
  const { state, server, counts } = serving;
  const admin = new AdminServer({ files, state, counts: () => counts.all, ...(ledger === undefined ? {} : { ledger: ledger.feed }), clock, logger });
  const port = await listenOn('port', settings.port, () => server.listen(settings.port, settings.host));
  const pushPort = await listenOn('push-port', settings['push-port'], () => admin.listen(settings['push-port'], settings.host));
  logger.info({ port, pushPort, metricsPort }, 'listening');
  void bootFromSealed({ directory: settings['snapshot-dir'], key: () => files.current.snapshotKey, state, clock, logger }, stop.signal);

  logger.info({ signal: await signal }, 'draining');
  draining = true;
  server.beginDrain();
  if (settings['shutdown-delay'] > 0) await new Promise<void>((resolve) => setTimeout(resolve, settings['shutdown-delay']));
  const cut = await server.close(settings['shutdown-grace']);
  // The push port stays open, so that the operator can fetch what the last requests have cost.
  const spooled = ledger !== undefined && !(await ledger.feed.emptied(LEDGER_GRACE));
  await admin.close();
  files.close();
  await health.close();
  logger.info({ cut, ...(spooled ? { spooled } : {}) }, 'stopped');
  process.exit(0);
}
