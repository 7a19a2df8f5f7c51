// `flashback explain`: which policies govern a repository and why, read from an API server, or found out over a directory as `up` does.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { API_GROUP, API_VERSION, KINDS, keyOf, type AIPolicy, type Kind, type ObjectKey, type ResourceByKind } from './api/resources.ts';
import { systemClock } from './clock.ts';
import { startDemoProvider } from './demo/provider.ts';
import { newId } from './gateway/new-id.ts';
import { StartError } from './process.ts';
import { refuseEndpoint } from './providers/addresses.ts';
import { ModelAsker } from './providers/ask.ts';
import { PROVIDERS, SUPPORTED_TYPES } from './providers/index.ts';
import { Verifier } from './providers/verify.ts';
import { Engine } from './reconcile/engine.ts';
import { parseJudge, type JudgeModel } from './reconcile/policy-judge.ts';
import { SettingsError } from './settings.ts';
import { explain } from './standalone/explain.ts';
import { isSettled } from './standalone/narrator.ts';
import { loadSchemas } from './standalone/schema.ts';
import { StandaloneSession } from './standalone/session.ts';
import { MissingPathError } from './standalone/source-files.ts';
import { createLogger } from './telemetry/log.ts';
import { createOperatorMetrics, createRegistry } from './telemetry/metrics.ts';

export const EXPLAIN_HELP = `Usage: flashback explain repository NAME [options]

Options:
  -n, --namespace              namespace of the Repository (default: default)
  -f, --file                   directory or file with manifests, in place of an API server; repeatable
  --kubeconfig                 kubeconfig file; without it the usual one, or the service account of the pod; not with -f
  --default-judge-llm          with -f: NAMESPACE/NAME of the AILLMConfig whose model judges for policies without spec.judge, as for up
                               (FLASHBACK_DEFAULT_JUDGE_LLM)
  --default-judge-model        with -f: name of that model (FLASHBACK_DEFAULT_JUDGE_MODEL)
`;

const DEMO_HOST = 'demo-provider.flashback.svc';
const LOOPBACK = '127.0.0.1';
/** Milliseconds that providers and judges may take to answer. */
const PATIENCE = 20_000;
const LOOK = 100;

/** Gets an object; undefined where there is none, or it may not be read. */
export type Read = <K extends Kind>(kind: K, key: ObjectKey) => Promise<ResourceByKind[K] | undefined>;

/** The text. `isServed`: by gateways, which count. Throws StartError where there is no such Repository. */
export async function explainRepository(key: ObjectKey, read: Read, isServed = true): Promise<string> {
  const repository = await read('Repository', key);
  if (repository === undefined) throw new StartError(`There is no Repository ${keyOf(key)}, or it may not be read.`);
  const policies = new Map<string, AIPolicy>();
  for (const effective of repository.status?.policies ?? []) {
    const policy = await read('AIPolicy', effective);
    if (policy !== undefined) policies.set(keyOf(effective), policy);
  }
  return explain({ repository, policies, isServed });
}

/** Reads from the API server that a kubeconfig names. */
async function readCluster(kubeconfig: string | undefined): Promise<Read> {
  // Loading the client takes seconds, and a directory does without.
  const { createKubeClient } = await import('./kubernetes/client.ts');
  const { objectPath } = await import('./kubernetes/objects.ts');
  const { hasCode } = await import('./kubernetes/kubernetes-error.ts');
  const client = createKubeClient({ kubeconfig, metrics: createOperatorMetrics(createRegistry()) });
  return async (kind, key) => {
    try {
      return await client.request({ method: 'GET', path: objectPath(`${API_GROUP}/${API_VERSION}`, KINDS[kind], key) });
    } catch (error) {
      if (hasCode(error, 403, 404)) return undefined;
      throw error;
    }
  };
}

/** Decides about the manifests as `up` does, without serving anybody, and explains what comes of it. */
export async function explainFiles(
  key: ObjectKey,
  files: readonly string[],
  env: Record<string, string | undefined>,
  warn: (line: string) => void,
  defaultJudge?: JudgeModel,
): Promise<string> {
  const clock = systemClock;
  const addresses = { allowLoopback: true };
  const stateDir = await mkdtemp(join(tmpdir(), 'flashback-explain-'));
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
    askJudge: (...question) => asker.ask(...question),
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
    return await explainRepository(key, async (kind, name) => session.store.get(kind, name), false);
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

const OPTIONS = {
  namespace: { type: 'string', short: 'n' },
  file: { type: 'string', short: 'f', multiple: true },
  kubeconfig: { type: 'string' },
  'default-judge-llm': { type: 'string' },
  'default-judge-model': { type: 'string' },
} as const;

type Values = ReturnType<typeof read>['values'];

/** Of `explain -f`, as `up` would have it. Throws SettingsError for half of one, and where nobody would be asked. */
function judgeOf(values: Values, env: Record<string, string | undefined>): JudgeModel | undefined {
  const isFiles = values.file !== undefined;
  if (isFiles && values.kubeconfig !== undefined)
    throw new SettingsError('--kubeconfig names an API server and -f files: leave one of them out.');
  const { 'default-judge-llm': llm, 'default-judge-model': model } = values;
  if (!isFiles && (llm ?? model) !== undefined)
    throw new SettingsError('--default-judge-llm and --default-judge-model belong to -f: in a cluster the operator knows its judge.');
  if (!isFiles) return undefined;
  const set = (value: string | undefined): string | undefined => (value === '' ? undefined : value);
  try {
    return parseJudge(llm ?? set(env['FLASHBACK_DEFAULT_JUDGE_LLM']), model ?? set(env['FLASHBACK_DEFAULT_JUDGE_MODEL']));
  } catch (error) {
    throw new SettingsError(`${(error as Error).message}.`);
  }
}

function read(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: true });
  } catch (error) {
    throw new SettingsError(`${error instanceof Error ? error.message : String(error)}. See flashback explain --help.`);
  }
}

/** The command. */
export async function explainCommand(args: readonly string[], env: Record<string, string | undefined>): Promise<number> {
  const { values, positionals } = read(args);
  const [kind, name, ...rest] = positionals;
  if ((kind !== 'repository' && kind !== 'airepo') || name === undefined || rest.length > 0) {
    throw new SettingsError('Say what to explain: flashback explain repository NAME -n NAMESPACE.');
  }
  const { namespace = 'default', file = [] } = values;
  const key = { namespace, name };
  const warn = (line: string): void => void process.stderr.write(`${line}\n`);
  const judge = judgeOf(values, env);
  const text =
    file.length > 0
      ? await explainFiles(key, file, env, warn, judge)
      : await explainRepository(key, await readCluster(values.kubeconfig));
  process.stdout.write(text);
  return 0;
}
