// `flashback explain`: which policies govern a repository and why, read from an API server, or found out over a directory as `up` does.
import { parseArgs } from 'node:util';
import { keyOf, type AIPolicy, type ObjectKey } from './api/resources.ts';
import type { ClusterChoice } from './cluster-reading.ts';
import { decideFiles, type Read } from './explain-files.ts';
import { EXIT, explainKey, readKey, type KeyQuestion } from './explain-key.ts';
import { KubernetesError } from './kubernetes/kubernetes-error.ts';
import { StartError } from './process.ts';
import { parseJudge, type JudgeModel } from './reconcile/policy-judge.ts';
import { SettingsError } from './settings.ts';
import { explain } from './standalone/explain.ts';

export const EXPLAIN_HELP = `Usage: flashback explain repository NAME [options]
       flashback explain --key-file FILE [--model MODEL] [options]

With a key: what it opens, who would serve the model, and why a request would be denied. Exit code 0: it would be served;
1: it would be denied; 2: wrong usage, or it cannot be told.

Options:
  -n, --namespace              namespace of the Repository (default: default); with a key, where its Secret is (default: all)
  --key-file                   file with a key, or with the variables that delivered it; - for standard input
  --model                      name of a model, as an application asks for it
  --state-dir                  with -f and a key: state directory of the up that issued it (default: .flashback)
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

/** Reads from the API server that a kubeconfig names. Loading the client takes seconds, and a directory does without. */
const cluster = () => import('./cluster-reading.ts');

async function readCluster(choice: ClusterChoice): Promise<Read> {
  const { connectCluster, reader } = await cluster();
  return reader(connectCluster(choice), true);
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
  'key-file': { type: 'string' },
  model: { type: 'string' },
  'state-dir': { type: 'string' },
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

async function explainKeyCommand(
  values: Values,
  path: string,
  env: Record<string, string | undefined>,
  warn: (line: string) => void,
): Promise<number> {
  const question: KeyQuestion = { key: await readKey(path, process.stdin), model: values.model, now: Date.now() };
  const defaultJudge = judgeOf(values, env);
  const { file = [], namespace, kubeconfig, 'state-dir': stateDir = '.flashback' } = values;
  const { report, verdict } =
    file.length > 0
      ? await decideFiles({ files: file, env, warn, defaultJudge, stateDir }, (decided) =>
          explainKey(question, decided, (key) => explainRepository(key, decided.get, false)),
        )
      : await explainKeyInCluster(question, { kubeconfig, env }, namespace);
  process.stdout.write(report);
  return EXIT[verdict.outcome];
}

async function explainKeyInCluster(
  question: KeyQuestion,
  choice: ClusterChoice,
  namespace: string | undefined,
): ReturnType<typeof explainKey> {
  const { clusterKeySource, connectCluster, reader } = await cluster();
  const client = connectCluster(choice);
  return explainKey(question, clusterKeySource(client, namespace), (key) => explainRepository(key, reader(client, true)));
}

/** Exit code 1 means that a request would be denied, so what hides the answer has another. */
function cannotTell(error: unknown): number {
  if (!(error instanceof StartError || error instanceof KubernetesError)) throw error;
  process.stderr.write(`flashback: ${error.message}\n`);
  return EXIT.uncertain;
}

/** The command. */
export async function explainCommand(args: readonly string[], env: Record<string, string | undefined>): Promise<number> {
  const { values, positionals } = read(args);
  const warn = (line: string): void => void process.stderr.write(`${line}\n`);
  const { 'key-file': keyFile } = values;
  if (keyFile !== undefined) {
    // Might be the key itself, so it is not repeated.
    if (positionals.length > 0)
      throw new SettingsError('--key-file takes the name of a file and nothing besides; a key must never be an argument.');
    return explainKeyCommand(values, keyFile, env, warn).catch(cannotTell);
  }
  if (values.model !== undefined) throw new SettingsError('--model belongs to --key-file.');
  const [kind, name, ...rest] = positionals;
  if ((kind !== 'repository' && kind !== 'airepo') || name === undefined || rest.length > 0) {
    throw new SettingsError('Say what to explain: flashback explain repository NAME -n NAMESPACE.');
  }
  const { namespace = 'default', file = [] } = values;
  const key = { namespace, name };
  const judge = judgeOf(values, env);
  const text =
    file.length > 0
      ? await explainFiles(key, file, env, warn, judge)
      : await explainRepository(key, await readCluster({ kubeconfig: values.kubeconfig, env }));
  process.stdout.write(text);
  return 0;
}
