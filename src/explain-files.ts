// What the operator would decide about a directory of manifests: read as `up` reads it, without serving anybody.
import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kind, ObjectKey, ResourceByKind } from './api/resources.ts';
import { systemClock } from './clock.ts';
import { startDemoProvider } from './demo/provider.ts';
import { newId } from './gateway/new-id.ts';
import { StartError } from './process.ts';
import { refuseEndpoint } from './providers/addresses.ts';
import { ModelAsker } from './providers/ask.ts';
import { PROVIDERS, SUPPORTED_TYPES } from './providers/index.ts';
import { Verifier } from './providers/verify.ts';
import { Engine } from './reconcile/engine.ts';
import type { JudgeModel } from './reconcile/policy-judge.ts';
import type { SecretValue } from './reconcile/store.ts';
import { isSettled } from './standalone/narrator.ts';
import { loadSchemas } from './standalone/schema.ts';
import { StandaloneSession } from './standalone/session.ts';
import { MissingPathError } from './standalone/source-files.ts';
import { createLogger } from './telemetry/log.ts';
import { createOperatorMetrics, createRegistry } from './telemetry/metrics.ts';

const DEMO_HOST = 'demo-provider.flashback.svc';
const LOOPBACK = '127.0.0.1';
/** Milliseconds that providers and judges may take to answer. */
const PATIENCE = 20_000;
const LOOK = 100;

/** Gets an object; undefined where there is none, or it may not be read. */
export type Read = <K extends Kind>(kind: K, key: ObjectKey) => Promise<ResourceByKind[K] | undefined>;

/** What came of the manifests. */
export interface Decided {
  get: Read;
  /** Secrets of the keys of all repositories. */
  keySecrets(): Promise<{ key: ObjectKey; value: SecretValue }[]>;
}

export interface ManifestSource {
  files: readonly string[];
  env: Record<string, string | undefined>;
  warn: (line: string) => void;
  /** Of policies that name none. */
  defaultJudge?: JudgeModel | undefined;
  /** State directory of an `up` whose keys count; it is only read. */
  stateDir?: string | undefined;
}

async function copyKeys(from: string, to: string): Promise<void> {
  try {
    await cp(join(from, 'keys'), join(to, 'keys'), { recursive: true });
  } catch (error) {
    // Whoever has not started it yet has no keys.
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}

/** Waits until all is decided, or for 20 s, and gives the outcome to `use`. Throws StartError where a path is missing. */
export async function decideFiles<T>(source: ManifestSource, use: (decided: Decided) => Promise<T>): Promise<T> {
  const { files, env, warn, defaultJudge, stateDir: kept } = source;
  const clock = systemClock;
  const addresses = { allowLoopback: true };
  const stateDir = await mkdtemp(join(tmpdir(), 'flashback-explain-'));
  if (kept !== undefined) await copyKeys(kept, stateDir);
  let demo: Awaited<ReturnType<typeof startDemoProvider>> | undefined;
  const standIn = { host: DEMO_HOST, start: async () => (demo = await startDemoProvider({ port: 0, host: LOOPBACK })).url };
  const session = new StandaloneSession({
    roots: files,
    stateDir,
    variables: env,
    schemas: await loadSchemas(new URL('../crds/', import.meta.url)),
    clock,
    standIn,
    onLines: (lines) => lines.forEach(warn),
    onKey: () => {},
    onStatus: () => {},
    onEvent: () => {},
  });
  const verifier = new Verifier({ providers: PROVIDERS, addresses, now: () => clock.now() });
  const asker = new ModelAsker({ providers: PROVIDERS, addresses, now: () => clock.now(), newId });
  let revision = 0;
  const engine: Engine = new Engine({
    store: session.store,
    verify: (target, signal) => verifier.verify(target, signal),
    askJudge: (target, model, body, signal) => asker.ask(target, model, body, signal),
    checkEndpoint: (url) => refuseEndpoint(url, addresses),
    supportedTypes: SUPPORTED_TYPES,
    defaultJudge,
    publicBaseUrl: `http://${LOOPBACK}/v1`,
    publish: () => {
      revision += 1;
      const published = revision;
      queueMicrotask(() => engine.onDelivered(published, 1));
      return { revision };
    },
    clock,
    random: randomBytes,
    metrics: createOperatorMetrics(createRegistry()),
    logger: createLogger({ name: 'explain', level: 'silent' }),
  });
  session.store.subscribe(engine);
  try {
    await session.start();
    engine.start();
    for (let waited = 0; waited < PATIENCE && !session.resources().every(isSettled); waited += LOOK) {
      await new Promise<void>((resolve) => setTimeout(resolve, LOOK));
    }
    const { store } = session;
    return await use({
      get: async (kind, name) => store.get(kind, name),
      keySecrets: async () => (await Promise.all(store.list('Repository').map(({ metadata }) => store.listKeySecrets(metadata)))).flat(),
    });
  } catch (error) {
    if (error instanceof MissingPathError) throw new StartError(`-f: ${error.message}`);
    throw error;
  } finally {
    await engine.stop();
    await session.stop();
    await demo?.close();
    await rm(stateDir, { recursive: true, force: true });
  }
}
