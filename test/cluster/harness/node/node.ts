// A whole Kubernetes of one node on this machine: real pods, Services, DNS, rollouts and garbage collection. Needs root.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ApiServer } from '../api-server.ts';
import { findKubectl } from '../assets.ts';
import { run } from '../command.ts';
import { SupervisedProcess } from '../supervised.ts';
import { findNodeBinaries } from './binaries.ts';
import * as layout from './layout.ts';
import { openNetwork } from './network.ts';
import { writePauseImage } from './pause-image.ts';
import { NODE_DIRECTORY, sweep } from './sweep.ts';

const READY_TIMEOUT = 90_000;
const POLL = 200;
/** Who speaks to the API server, and as what. */
const COMPONENTS = {
  controllers: { name: 'system:kube-controller-manager' },
  scheduler: { name: 'system:kube-scheduler' },
  kubelet: { name: `system:node:${layout.NODE_NAME}`, groups: ['system:nodes'] },
  proxy: { name: 'system:kube-proxy' },
};

/** Waits until `attempt` resolves; rejects with the last error after the time that a node may take. */
async function until(attempt: () => Promise<unknown>, running: () => void): Promise<void> {
  const deadline = performance.now() + READY_TIMEOUT;
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      running();
      if (performance.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL));
  }
}

export class Node {
  readonly apiServer: ApiServer;
  readonly #directory: string;
  readonly #binaries: string;
  /** In the order of starting. */
  readonly #processes = new Map<string, SupervisedProcess>();

  private constructor(apiServer: ApiServer, directory: string, binaries: string) {
    this.apiServer = apiServer;
    this.#directory = directory;
    this.#binaries = binaries;
  }

  /** Resolves when the node is Ready and resolves Service names. */
  static async start(): Promise<Node> {
    const binaries = await findNodeBinaries();
    const directory = await mkdtemp(NODE_DIRECTORY);
    // What a run that was killed left behind holds the same addresses.
    await sweep();
    await openNetwork();
    const apiServer = await ApiServer.start({ podsReach: layout.HOST_ADDRESS });
    const node = new Node(apiServer, directory, binaries);
    try {
      await node.#startAll();
    } catch (error) {
      await node.stop();
      throw error;
    }
    return node;
  }

  /** Makes images of an archive, as `docker save` writes it, known to the node. */
  async loadImages(archive: string): Promise<void> {
    await this.#ctr('images', 'import', '--local', archive);
  }

  /** Ends a container as a lack of memory does: without a warning. `id`: as the status of its pod says, `containerd://…`. */
  async killContainer(id: string): Promise<void> {
    await this.#ctr('tasks', 'kill', '--signal', 'SIGKILL', id.replace('containerd://', ''));
  }

  /** Ends everything and takes it away, pods included. */
  async stop(): Promise<void> {
    for (const name of ['kubelet', 'proxy', 'scheduler', 'controllers', 'coredns']) await this.#processes.get(name)?.stop('TERM');
    for (const task of (await this.#ctr('tasks', 'ls', '-q').catch(() => '')).split('\n').filter(Boolean)) {
      await this.#ctr('tasks', 'kill', '-s', '9', task).catch(() => {});
    }
    await this.#processes.get('containerd')?.stop('TERM');
    await this.apiServer.stop();
    await sweep();
    await rm(this.#directory, { recursive: true, force: true });
  }

  #ctr(...args: string[]): Promise<string> {
    return run(join(this.#binaries, 'ctr'), ['--address', layout.CONTAINERD_SOCKET, '--namespace', 'k8s.io', ...args]);
  }

  async #file(name: string, text: string): Promise<string> {
    const path = join(this.#directory, name);
    await writeFile(path, text, { mode: 0o600 });
    return path;
  }

  #run(name: string, program: string, args: readonly string[], env: readonly string[] = []): void {
    const command = [...(env.length > 0 ? ['env', ...env] : []), join(this.#binaries, program), ...args];
    this.#processes.set(name, new SupervisedProcess(program, join(this.#directory, `${name}.log`), command));
  }

  async #startAll(): Promise<void> {
    const { apiServer } = this;
    const kubeconfigs = new Map<string, string>();
    for (const [name, identity] of Object.entries(COMPONENTS)) kubeconfigs.set(name, await apiServer.kubeconfigFor(identity));
    this.#run('controllers', 'kube-controller-manager', [
      `--kubeconfig=${kubeconfigs.get('controllers')}`,
      `--service-account-private-key-file=${apiServer.file('sa.key')}`,
      `--root-ca-file=${apiServer.file('ca.crt')}`,
      '--use-service-account-credentials',
      '--bind-address=127.0.0.1',
      '--leader-elect=false',
      // An API server that was away makes the lease of the only node look old. Kubernetes would then take every pod out of its Service
      // until the kubelet has written again, and what is tried next would wait for that.
      '--node-monitor-grace-period=10m',
    ]);
    this.#run('scheduler', 'kube-scheduler', [`--kubeconfig=${kubeconfigs.get('scheduler')}`, '--bind-address=127.0.0.1', '--leader-elect=false']);
    this.#run('coredns', 'coredns', ['-conf', await this.#file('Corefile', layout.dnsConfiguration(apiServer.kubeconfig))]);
    await this.#startContainerd();
    const kubelet = await this.#file('kubelet.json', layout.kubeletConfiguration(apiServer.file('ca.crt')));
    this.#run('kubelet', 'kubelet', [
      `--config=${kubelet}`,
      `--kubeconfig=${kubeconfigs.get('kubelet')}`,
      `--hostname-override=${layout.NODE_NAME}`,
      `--node-ip=${layout.HOST_ADDRESS}`,
      `--root-dir=${join(this.#directory, 'kubelet')}`,
      `--cert-dir=${join(this.#directory, 'kubelet-pki')}`,
    ]);
    const proxy = await this.#file('proxy.json', layout.proxyConfiguration(kubeconfigs.get('proxy')!));
    this.#run('proxy', 'kube-proxy', [`--config=${proxy}`]);
    await this.#waitUntilReady();
  }

  async #startContainerd(): Promise<void> {
    await mkdir(layout.RUN_DIRECTORY, { recursive: true });
    await mkdir(join(this.#directory, 'cni'));
    await this.#file('cni/10-flashback.conflist', layout.cniConfiguration());
    const config = await this.#file('containerd.toml', layout.containerdConfiguration(this.#directory));
    // It looks its shim up on PATH.
    this.#run('containerd', 'containerd', ['--config', config], [`PATH=${this.#binaries}:${process.env['PATH']}`]);
    await until(() => this.#ctr('version'), () => this.#assertRunning());
    const archive = join(this.#directory, 'pause.tar');
    await writePauseImage(join(this.#binaries, 'pause'), layout.PAUSE_IMAGE, archive);
    await until(() => this.loadImages(archive), () => this.#assertRunning());
  }

  async #waitUntilReady(): Promise<void> {
    const kubectl = await findKubectl();
    const admin = (...args: string[]): Promise<string> => run(kubectl, ['--kubeconfig', this.apiServer.kubeconfig, ...args]);
    await until(
      async () => {
        await admin('wait', '--for=condition=Ready', `node/${layout.NODE_NAME}`, '--timeout=5s');
        // Pods are refused until its controller has made it.
        await admin('get', 'serviceaccount', 'default', '-n', 'default');
      },
      () => this.#assertRunning(),
    );
  }

  #assertRunning(): void {
    for (const started of this.#processes.values()) started.assertRunning();
  }
}
