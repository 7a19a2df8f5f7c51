// Steady traffic from a pod: started, watched through its log, and asked what failed.
import { readFile } from 'node:fs/promises';
import type { Kubectl } from '../cluster/stack/kubectl.ts';
import { eventually } from '../cluster/stack/stack.ts';

/** One line each, with the time. */
export type Failures = readonly string[];

interface Report {
  whole: number;
  streamed: number;
  failed: number;
  failures: string[];
}

export interface TrafficOptions {
  namespace: string;
  /** Name of the pod. */
  name: string;
  image: string;
  /** Secret of a key of a Repository, with the variables of the OpenAI SDK. */
  keySecret: string;
  workers?: number;
}

/** A pod that runs one script with the image's Node, and nothing else: no rights, nothing to write to. */
export function scriptPod(options: { name: string; namespace: string; image: string; script: string; env: object[]; secrets: Record<string, string> }): object[] {
  const { name, namespace, image, script, env, secrets } = options;
  const labels = { app: name };
  const mounts = Object.keys(secrets).map((path) => ({ name: path.replaceAll('/', ''), mountPath: path }));
  const volumes = Object.entries(secrets).map(([path, secretName]) => ({ name: path.replaceAll('/', ''), secret: { secretName } }));
  const container = {
    name,
    image,
    imagePullPolicy: 'IfNotPresent',
    command: ['node', '/scripts/script.ts'],
    env,
    resources: { requests: { cpu: '50m', memory: '64Mi' } },
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
    volumeMounts: [{ name: 'scripts', mountPath: '/scripts' }, ...mounts],
  };
  const spec = {
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 5,
    securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [container],
    volumes: [{ name: 'scripts', configMap: { name } }, ...volumes],
  };
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data: { 'script.ts': script } },
    { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, labels }, spec },
  ];
}

export const listOf = (items: readonly object[]): string => JSON.stringify({ apiVersion: 'v1', kind: 'List', items });

export class Traffic {
  readonly #kubectl: Kubectl;
  readonly #options: TrafficOptions;

  private constructor(kubectl: Kubectl, options: TrafficOptions) {
    this.#kubectl = kubectl;
    this.#options = options;
  }

  /** Resolves when the first answers have come. */
  static async start(kubectl: Kubectl, options: TrafficOptions): Promise<Traffic> {
    const { namespace, name, image, keySecret, workers = 4 } = options;
    const env = [
      { name: 'BASE_URL', valueFrom: { secretKeyRef: { name: keySecret, key: 'OPENAI_BASE_URL' } } },
      { name: 'KEY_FILE', value: '/key/OPENAI_API_KEY' },
      { name: 'MODEL', value: 'small-1' },
      { name: 'EXPECTED', value: 'pong pong' },
      { name: 'WORKERS', value: String(workers) },
    ];
    const script = await readFile(new URL('pods/load.ts', import.meta.url), 'utf8');
    await kubectl(['apply', '-f', '-'], listOf(scriptPod({ name, namespace, image, script, env, secrets: { '/key': keySecret } })));
    const traffic = new Traffic(kubectl, options);
    await traffic.more(10);
    return traffic;
  }

  /** Good answers so far. */
  async succeeded(): Promise<number> {
    const last = (await this.#reports()).at(-1);
    return last === undefined ? 0 : last.whole + last.streamed;
  }

  /** All failures so far. */
  async failures(): Promise<Failures> {
    return (await this.#reports()).flatMap(({ failures }) => failures);
  }

  /** Resolves when so many more requests have been answered well. */
  async more(count: number, seconds = 120): Promise<void> {
    const before = await this.succeeded();
    await eventually(`${count} more answers to ${this.#options.name}`, async () => (await this.succeeded()) >= before + count || undefined, seconds);
  }

  async stop(): Promise<void> {
    const { name, namespace } = this.#options;
    await this.#kubectl(['delete', 'pod,configmap', name, '-n', namespace, '--wait']);
  }

  async #reports(): Promise<Report[]> {
    const { name, namespace } = this.#options;
    const text = await this.#kubectl(['logs', name, '-n', namespace, '--tail=-1']).catch(() => '');
    return text
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as Report);
  }
}
