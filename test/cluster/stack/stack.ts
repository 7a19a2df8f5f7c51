// Operator, gateways and provider as separate processes on a real API server, the way a cluster has them.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiServer, type ApiServerOptions } from '../harness/api-server.ts';
import { installCrds } from '../harness/crds.ts';
import { projectSecrets } from './kubelet.ts';
import { kubectlFor, type Kubectl } from './kubectl.ts';
import { freePort } from '../harness/ports.ts';
import { startFlashback, type FlashbackProcess } from './processes.ts';

export const RELEASE = 'flashback-system';
const TLS_SECRET = 'flashback-gateway-tls';
const SNAPSHOT_PREFIX = 'flashback-snapshot-';
const POLL = 100;

export interface GatewayProcess extends FlashbackProcess {
  /** Base URL for SDKs. */
  baseUrl: string;
  metricsUrl: string;
}

export interface OperatorProcess extends FlashbackProcess {
  metricsUrl: string;
}

/** Resolves with the first defined value of `attempt`; rejects after `seconds` with the last error, or with `what`. */
export async function eventually<T>(what: string, attempt: () => Promise<T | undefined>, seconds = 30): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  let last: unknown;
  for (;;) {
    try {
      const value = await attempt();
      if (value !== undefined) return value;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) throw new Error(`not within ${seconds} s: ${what}`, { cause: last });
    await new Promise((resolve) => setTimeout(resolve, POLL));
  }
}

export class Stack {
  readonly apiServer: ApiServer;
  readonly kubectl: Kubectl;
  readonly directory: string;
  /** Everything that was ever started. */
  readonly processes: FlashbackProcess[] = [];
  readonly #pushPorts: number[];
  readonly #ports: number[];

  private constructor(options: { apiServer: ApiServer; kubectl: Kubectl; directory: string; pushPorts: number[]; ports: number[] }) {
    this.apiServer = options.apiServer;
    this.kubectl = options.kubectl;
    this.directory = options.directory;
    this.#pushPorts = options.pushPorts;
    this.#ports = options.ports;
  }

  /** An API server of its own, with room for `gateways` gateways. */
  static async start(kubectlBinary: string, gateways = 2, options: ApiServerOptions = {}): Promise<Stack> {
    const apiServer = await ApiServer.start(options);
    await installCrds(kubectlBinary, apiServer.kubeconfig);
    const kubectl = kubectlFor(kubectlBinary, apiServer.kubeconfig);
    await kubectl(['create', 'namespace', RELEASE]);
    const directory = await mkdtemp(join(tmpdir(), 'flashback-stack-'));
    const ports: number[] = [];
    for (let index = 0; index < 2 * gateways; index++) ports.push(await freePort());
    return new Stack({ apiServer, kubectl, directory, pushPorts: ports.slice(0, gateways), ports: ports.slice(gateways) });
  }

  async startOperator(extra: readonly string[] = [], env: Record<string, string> = {}): Promise<OperatorProcess> {
    const args = [
      'operator',
      '--kubeconfig',
      this.apiServer.kubeconfig,
      '--namespace',
      RELEASE,
      ...this.#pushPorts.flatMap((port) => ['--gateway', `127.0.0.1:${port}`]),
      '--public-base-url',
      this.baseUrl(0),
      '--metrics-port',
      '0',
      '--state-dir',
      join(this.directory, 'operator'),
      '--allow-loopback-endpoints',
      '--lease-duration',
      '4s',
      '--lease-renew-deadline',
      '3s',
      '--lease-retry-period',
      '500ms',
      ...extra,
    ];
    const started = startFlashback(args, env);
    this.processes.push(started);
    const { metricsPort } = await started.log('listening', ({ msg }) => msg === 'listening');
    return Object.assign(started, { metricsUrl: `http://127.0.0.1:${String(metricsPort)}/metrics` });
  }

  /** Gateway number `index`; its certificates and boot snapshot are what the Secrets held when it started. */
  async startGateway(index: number, extra: readonly string[] = []): Promise<GatewayProcess> {
    const started = startFlashback([
      'gateway',
      '--host',
      '127.0.0.1',
      '--port',
      String(this.#ports[index]),
      '--push-port',
      String(this.#pushPorts[index]),
      '--metrics-port',
      '0',
      '--tls-dir',
      join(this.directory, TLS_SECRET),
      '--snapshot-dir',
      join(this.directory, 'snapshot'),
      '--allow-loopback-endpoints',
      '--shutdown-delay',
      '0s',
      ...extra,
    ]);
    this.processes.push(started);
    const { metricsPort } = await started.log('listening', ({ msg }) => msg === 'listening');
    return Object.assign(started, { baseUrl: this.baseUrl(index), metricsUrl: `http://127.0.0.1:${String(metricsPort)}/metrics` });
  }

  baseUrl(index: number): string {
    return `http://127.0.0.1:${this.#ports[index]}/v1`;
  }

  /** Brings the files that gateways mount up to date; resolves with the names of the Secrets that there were. */
  project(): Promise<string[]> {
    return projectSecrets(this.kubectl, RELEASE, (name) => {
      if (name === TLS_SECRET) return join(this.directory, name);
      return name.startsWith(SNAPSHOT_PREFIX) ? join(this.directory, 'snapshot', name) : undefined;
    });
  }

  apply(manifest: string): Promise<string> {
    return this.kubectl(['apply', '-f', '-'], manifest);
  }

  /** A Secret's data, decoded; undefined when there is none. */
  async secret(namespace: string, name: string): Promise<Record<string, string> | undefined> {
    const text = await this.kubectl(['get', 'secret', '-n', namespace, name, '--ignore-not-found', '-o', 'json']);
    if (text === '') return undefined;
    const { data } = JSON.parse(text) as { data?: Record<string, string> };
    return Object.fromEntries(Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
  }

  /** A condition of an object, for example `True Succeeded`. */
  async condition(kind: string, namespace: string, name: string, type: string): Promise<string> {
    const path = `{.status.conditions[?(@.type=="${type}")].status} {.status.conditions[?(@.type=="${type}")].reason}`;
    return this.kubectl(['get', kind, '-n', namespace, name, '-o', `jsonpath=${path}`]);
  }

  async stop(): Promise<void> {
    await Promise.all(this.processes.map((started) => started.stop('SIGKILL')));
    await this.apiServer.stop();
    await rm(this.directory, { recursive: true, force: true });
  }
}
