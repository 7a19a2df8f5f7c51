// The release in the cluster: Helm, and what the scenarios ask of its pods.
import { setTimeout as pause } from 'node:timers/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findKubectl } from '../cluster/harness/assets.ts';
import { run } from '../cluster/harness/command.ts';
import type { Kubectl } from '../cluster/stack/kubectl.ts';
import { eventually } from '../cluster/stack/stack.ts';
import { codeBlocks } from '../docs/markdown.ts';

export const RELEASE = 'flashback';
export const NAMESPACE = 'flashback-system';
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CHART = fileURLToPath(new URL('../../helm/flashback-ai-gateway', import.meta.url));

export interface PodInfo {
  name: string;
  ip: string;
  ready: boolean;
}

export class Release {
  readonly #kubectl: Kubectl;
  readonly #helm: string;
  readonly #kubeconfig: string;

  constructor(options: { kubectl: Kubectl; helm: string; kubeconfig: string }) {
    this.#kubectl = options.kubectl;
    this.#helm = options.helm;
    this.#kubeconfig = options.kubeconfig;
  }

  helm(...args: string[]): Promise<string> {
    return run(this.#helm, ['--kubeconfig', this.#kubeconfig, '--namespace', NAMESPACE, ...args]);
  }

  /** Installs, or upgrades to, an image NAME:TAG; resolves when everything is Ready. */
  async deploy(image: string, ...extra: string[]): Promise<string> {
    const [repository = '', tag = ''] = image.split(':');
    const values = { 'image.repository': repository, 'image.tag': tag, 'rbac.secrets.mode': 'cluster' };
    const sets = Object.entries(values).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
    return this.helm('upgrade', '--install', RELEASE, CHART, '--create-namespace', '--wait', '--timeout', '180s', ...sets, ...extra);
  }

  /** The commands of README, from the chart to the answer; resolves with all that they print. */
  async installAsInReadme(): Promise<string> {
    const [commands = ''] = codeBlocks('README.md', 'bash').filter((block) => block.startsWith('helm install'));
    const path = [dirname(this.#helm), dirname(await findKubectl()), process.env['PATH']].join(':');
    return run('bash', ['-euo', 'pipefail', '-c', commands], { cwd: ROOT, env: { ...process.env, PATH: path, KUBECONFIG: this.#kubeconfig } });
  }

  async pods(component: 'operator' | 'gateway'): Promise<PodInfo[]> {
    const text = await this.#kubectl(['get', 'pods', '-n', NAMESPACE, '-l', `app.kubernetes.io/component=${component}`, '-o', 'json']);
    const { items } = JSON.parse(text) as {
      items: { metadata: { name: string; deletionTimestamp?: string }; status: { podIP?: string; conditions?: { type: string; status: string }[] } }[];
    };
    return items
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .map(({ metadata, status }) => ({
        name: metadata.name,
        ip: status.podIP ?? '',
        ready: status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false,
      }));
  }

  async rolledOut(component: 'operator' | 'gateway'): Promise<void> {
    await this.#kubectl(['rollout', 'status', `deployment/${RELEASE}-${component}`, '-n', NAMESPACE, '--timeout=180s']);
  }

  /** Who holds the lease: a pod, and the process in it. */
  async holder(): Promise<{ pod: string; process: string }> {
    return eventually('a leader', async () => {
      const holder = await this.#kubectl(['get', 'lease', 'flashback-operator', '-n', NAMESPACE, '-o', 'jsonpath={.spec.holderIdentity}']);
      const end = holder.lastIndexOf('_');
      return holder === '' ? undefined : { pod: holder.slice(0, end), process: holder.slice(end + 1) };
    });
  }

  async containerOf(pod: string): Promise<string> {
    return this.#kubectl(['get', 'pod', pod, '-n', NAMESPACE, '-o', 'jsonpath={.status.containerStatuses[0].containerID}']);
  }

  /** A value of the operator that leads, as it tells Prometheus. */
  async operatorMetric(name: string): Promise<number> {
    const text = await this.#kubectl(['get', '--raw', `/api/v1/namespaces/${NAMESPACE}/pods/${(await this.holder()).pod}:9090/proxy/metrics`]);
    const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `) || candidate.startsWith(`${name}{`));
    return Number(line?.split(' ').at(-1));
  }

  /** Size of the sealed snapshot in all its Secrets, in bytes. */
  async snapshotBytes(): Promise<number> {
    const text = await this.#kubectl(['get', 'secrets', '-n', NAMESPACE, '-o', 'json']);
    const { items } = JSON.parse(text) as { items: { metadata: { name: string }; data?: { part?: string } }[] };
    const parts = items.filter(({ metadata }) => metadata.name.startsWith('flashback-snapshot-')).map(({ data }) => data?.part ?? '');
    return parts.reduce((sum, part) => sum + Buffer.from(part, 'base64').length, 0);
  }
}

/** How long something that is away stays away. */
export const away = (seconds: number): Promise<void> => pause(seconds * 1000);
