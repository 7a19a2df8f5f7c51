// `flashback explain`: which policies govern a repository and why, read from an API server, or found out over a directory as `up` does.
import { parseArgs } from 'node:util';
import { API_GROUP, API_VERSION, KINDS, keyOf, type AIPolicy, type ObjectKey } from './api/resources.ts';
import { decideFiles, type Read } from './explain-files.ts';
import { StartError } from './process.ts';
import { parseJudge, type JudgeModel } from './reconcile/policy-judge.ts';
import { SettingsError } from './settings.ts';
import { explain } from './standalone/explain.ts';
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
export function explainFiles(
  key: ObjectKey,
  files: readonly string[],
  env: Record<string, string | undefined>,
  warn: (line: string) => void,
  defaultJudge?: JudgeModel,
): Promise<string> {
  return decideFiles({ files, env, warn, defaultJudge }, ({ get }) => explainRepository(key, get, false));
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
