// `flashback up`: operator and gateway in one process, over a directory of manifests. Only wires: the reconcilers, the
// snapshot and the gateway are those of the other two processes.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { keyOf } from './api/resources.ts';
import { systemClock, type Clock } from './clock.ts';
import { startDemoProvider } from './demo/provider.ts';
import { newId } from './gateway/new-id.ts';
import type { LedgerOptions } from './ledger/open.ts';
import { ledgerOptions } from './ledger/settings.ts';
import { firstSignal, listenOn, packageVersion, readOrStop, StartError } from './process.ts';
import { refuseEndpoint, type AddressPolicy } from './providers/addresses.ts';
import { PROVIDERS, SUPPORTED_TYPES } from './providers/index.ts';
import { podIdentityPolicy } from './providers/pod-identity.ts';
import { ModelAsker } from './providers/ask.ts';
import { Verifier } from './providers/verify.ts';
import { Engine } from './reconcile/engine.ts';
import { parseJudge, type JudgeModel } from './reconcile/policy-judge.ts';
import type { Settings } from './settings.ts';
import { preparePlatformDirectory } from './standalone/platform-objects.ts';
import { Narrator } from './standalone/narrator.ts';
import { exampleBlock, startReport } from './standalone/report.ts';
import { loadSchemas } from './standalone/schema.ts';
import { StandaloneSession } from './standalone/session.ts';
import { MissingPathError, requirePaths } from './standalone/source-files.ts';
import { StatusFile } from './standalone/status-file.ts';
import { lockState, StateDirectoryError } from './standalone/state-lock.ts';
import { HealthServer } from './telemetry/health.ts';
import { createLogger, type Logger } from './telemetry/log.ts';
import { createOperatorMetrics, createRegistry } from './telemetry/metrics.ts';
import { LocalGateway } from './up-gateway.ts';
import { UpLedger } from './up-ledger.ts';
import { openUpPlatform, platformDirectory, type UpPlatform } from './up-platform.ts';

/** Host in endpoints that the demo provider stands in for. */
const DEMO_HOST = 'demo-provider.flashback.svc';
const LOOPBACK = '127.0.0.1';

export interface UpOptions {
  /** Directories and files with manifests. */
  files: readonly string[];
  /** 0 takes any free port. */
  port: number;
  metricsPort: number;
  /** Of the Platform API; 0 or undefined: there is none. */
  platformPort?: number;
  host?: string;
  stateDir: string;
  /** Shown in the report. */
  logPath?: string;
  /** Namespaces whose connections may use the identity of this process; `*` for all. */
  podIdentityNamespaces?: readonly string[];
  /** Judges for policies that name no judge. */
  defaultJudge?: JudgeModel | undefined;
  /** Where use, violations and changes are kept; nowhere unless given. */
  ledger?: LedgerOptions | undefined;
  /** What all request bodies together may take. */
  bodyBudgetBytes: number;
  /** What may wait for the ledger. */
  ledgerSpoolBytes: number;
  /** Milliseconds that requests under way may go on after the stop. */
  shutdownGrace: number;
  /** What `${NAME}` in Secrets stands for. */
  env: Record<string, string | undefined>;
  stdout: { write(text: string): unknown; columns?: number | undefined };
  /** Aborted: end cleanly. */
  stop: AbortSignal;
  clock: Clock;
  logger: Logger;
}

function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return LOOPBACK;
  return host.includes(':') ? `[${host}]` : host;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/**
 * Runs until `stop` is aborted, then ends cleanly: requests under way finish first.
 * @throws StartError when a port is in use or a directory is missing; everything that was begun is ended before.
 */
export async function runUp(options: UpOptions): Promise<void> {
  const { files, host = LOOPBACK, platformPort = 0, clock, logger, stdout, env, stateDir } = options;
  if (files.length === 0) throw new StartError('Say where the manifests are: flashback up -f DIRECTORY.');
  const endings: (() => Promise<unknown> | void)[] = [];
  const registry = createRegistry();
  // On a laptop a model server on this machine is a legitimate target.
  const addresses: AddressPolicy = { allowLoopback: true };
  const mayUsePodIdentity = podIdentityPolicy(options.podIdentityNamespaces ?? []);
  const ledger = { directory: join(stateDir, 'ledger'), limitBytes: options.ledgerSpoolBytes };
  const gateway = new LocalGateway({ addresses, mayUsePodIdentity, bodyBudgetBytes: options.bodyBudgetBytes, ledger, registry, clock, logger });
  const { server } = gateway;
  let platform: UpPlatform | undefined;
  const health = new HealthServer({
    registry,
    live: { process: () => undefined },
    ready: {
      snapshot: () => (gateway.ready ? undefined : 'no snapshot yet'),
      serving: () => (options.stop.aborted ? 'shutting down' : undefined),
    },
  });

  try {
    // Before a port is asked for: a wrong directory is the likelier mistake.
    await requirePaths(files);
    if (platformPort !== 0) await preparePlatformDirectory(platformDirectory(stateDir));
    const metricsPort = await listenOn('metrics-port', options.metricsPort, () => health.listen(options.metricsPort, host));
    endings.unshift(() => health.close());
    let kept: UpLedger | undefined;
    endings.unshift(() => kept?.stop());
    const port = await listenOn('port', options.port, () => server.listen(options.port, host));
    const baseUrl = `http://${urlHost(host)}:${port}/v1`;
    endings.unshift(() => server.close(options.shutdownGrace));

    const narrator = new Narrator({
      clock,
      say: (text) => void stdout.write(text),
      resources: () => session.resources(),
      example: async () => exampleBlock({ resources: session.resources(), keys: await session.deliveredKeys() }),
      report: async () =>
        startReport({
          resources: session.resources(),
          baseUrl,
          metricsUrl: `http://${urlHost(host)}:${metricsPort}/metrics`,
          keys: await session.deliveredKeys(),
          statusPath: join(stateDir, 'status.yaml'),
          ...(platform === undefined
            ? {}
            : { platform: { url: `http://${urlHost(host)}:${platform.port}`, token: platform.token, tokenPath: platform.tokenPath } }),
          ...(options.logPath === undefined ? {} : { logPath: options.logPath }),
          ...(session.standInOrigin === undefined ? {} : { demo: { url: session.standInOrigin, host: DEMO_HOST } }),
          ...(stdout.columns === undefined ? {} : { columns: stdout.columns }),
        }),
    });
    const statusFile = new StatusFile({
      path: join(stateDir, 'status.yaml'),
      clock,
      resources: () => session.resources(),
      onProblem: (message) => narrator.lines([message]),
    });
    endings.unshift(() => statusFile.stop());
    const session = new StandaloneSession({
      // What was made over the Platform API stays in force where that is switched off.
      roots: existsSync(platformDirectory(stateDir)) ? [...files, platformDirectory(stateDir)] : files,
      stateDir,
      variables: env,
      schemas: await loadSchemas(new URL('../crds/', import.meta.url)),
      clock,
      standIn: {
        host: DEMO_HOST,
        start: async () => {
          const demo = await startDemoProvider({ port: 0, host: LOOPBACK });
          // Last of all: streams from it may be under way until the gateway has drained.
          endings.push(() => demo.close());
          return demo.url;
        },
      },
      onLines: (lines) => narrator.lines(lines),
      onKey: (news) => narrator.onKey(news),
      onStatus: (resource) => {
        statusFile.touch();
        narrator.onStatus(resource);
      },
      onEvent: ({ type, reason, note, regarding }) => {
        logger.info({ type, reason, note, regarding }, 'event');
        // All other events stand in a status, too.
        if (reason === 'PolicyViolated' || reason === 'PolicyNotEvaluated') narrator.lines([`${regarding.kind} ${keyOf(regarding)}: ${note}`]);
      },
    });
    endings.unshift(() => session.stop());

    const metrics = createOperatorMetrics(registry);
    const verifier = new Verifier({ providers: PROVIDERS, addresses, now: () => clock.now() });
    const asker = new ModelAsker({ providers: PROVIDERS, addresses, now: () => clock.now(), newId });
    const engine = new Engine({
      store: session.store,
      verify: (target, signal) => verifier.verify(target, signal),
      askJudge: (target, model, body, signal, by) => asker.ask(target, model, body, signal, (sent) => gateway.judgeMark(sent, by)),
      defaultJudge: options.defaultJudge,
      version: packageVersion(),
      checkEndpoint: (url) => refuseEndpoint(url, addresses),
      supportedTypes: SUPPORTED_TYPES,
      mayUsePodIdentity,
      publicBaseUrl: baseUrl,
      publish: (content) => gateway.publish(content),
      clock,
      random: randomBytes,
      metrics,
      logger,
    });
    const { ledger: named } = options;
    kept = named && new UpLedger({ ledger: named, gateway, store: session.store, engine, clock, metrics, logger });
    gateway.subscribe(engine);
    endings.unshift(() => gateway.close());
    session.store.subscribe(engine);
    if (kept !== undefined) session.store.subscribe(kept.keeper);
    endings.unshift(() => engine.stop());
    await session.start();
    engine.start();
    kept?.keeper.start();
    if (platformPort !== 0) {
      platform = await openUpPlatform({
        port: platformPort,
        host,
        stateDir,
        session,
        ledger: kept?.keeper.ledger,
        gatewayUrl: baseUrl,
        verify: (target, signal) => verifier.verify(target, signal),
        checkEndpoint: (url) => refuseEndpoint(url, addresses),
        supportedTypes: SUPPORTED_TYPES,
        mayUsePodIdentity,
        onKeys: (repository) => engine.onResource('Repository', repository),
        clock,
        logger,
        metrics,
      });
      const { close } = platform;
      endings.unshift(close);
    }
    narrator.start();
    endings.unshift(() => narrator.stop());

    await aborted(options.stop);
    if (server.inFlight > 0) stdout.write(`Finishing ${server.inFlight} request(s); press Ctrl-C again to cut them off.\n`);
  } catch (error) {
    if (error instanceof MissingPathError) throw new StartError(`-f: ${error.message}`);
    throw error;
  } finally {
    for (const end of endings) {
      try {
        await end();
      } catch (error) {
        logger.error({ err: error }, 'a part did not end cleanly');
      }
    }
  }
}

/** Returns what gives it back. */
function takeStateDirectory(directory: string): () => void {
  try {
    return lockState(directory);
  } catch (error) {
    if (error instanceof StateDirectoryError) throw new StartError(error.message, { cause: error });
    throw error;
  }
}

/** The command. */
export async function up(settings: Settings): Promise<void> {
  const defaultJudge = readOrStop(() => parseJudge(settings['default-judge-llm'], settings['default-judge-model']));
  const stateDir = settings['state-dir'];
  const ledger = readOrStop(() => ledgerOptions({ url: settings['ledger-url'], retention: settings['ledger-retention'], stateDir }));
  const logPath = join(stateDir, 'flashback.log');
  // Before the log is begun anew: it could be the log of somebody else.
  process.once('exit', takeStateDirectory(stateDir));
  // The terminal belongs to the person: the log of this run goes to a file, and only failures to both.
  const destination = pino.multistream([
    { level: 'trace', stream: pino.destination({ dest: logPath, append: false, mode: 0o600, sync: true }) },
    { level: 'error', stream: pino.destination({ dest: 2, sync: true }) },
  ]);
  const logger = createLogger({ name: 'up', level: settings['log-level'], destination });
  const signal = firstSignal(logger);
  const stop = new AbortController();
  void signal.then(() => stop.abort());
  await runUp({
    files: settings.file,
    port: settings.port,
    platformPort: settings['platform-api-port'],
    metricsPort: settings['metrics-port'],
    ...(settings.host === undefined ? {} : { host: settings.host }),
    stateDir,
    ledger,
    logPath,
    podIdentityNamespaces: settings['pod-identity-namespaces'],
    defaultJudge,
    bodyBudgetBytes: settings['body-budget'],
    ledgerSpoolBytes: settings['ledger-spool-limit'],
    shutdownGrace: settings['shutdown-grace'],
    env: process.env,
    stdout: process.stdout,
    stop: stop.signal,
    clock: systemClock,
    logger,
  });
  process.stdout.write('Stopped.\n');
  process.exit(0);
}
