// A Kubernetes API server of the tests' own, with the etcd behind it: real admission, CEL, RBAC, watches and server-side apply.
// Nothing schedules, collects garbage or finishes the deletion of namespaces, as no controllers run.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { findBinaries, type Binaries } from './assets.ts';
import { Authority, serviceAccountKeys, type Identity, type Pair } from './certificates.ts';
import { freePorts } from './ports.ts';
import { SupervisedProcess } from './supervised.ts';

const READY_TIMEOUT = 90_000;
const POLL = 100;
/** The first address of Services, which is that of the API server itself. */
const SERVICE_ADDRESS = '10.96.0.1';
const SERVER_NAMES = ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'];

const WITHOUT_NODES = [
  '--authorization-mode=RBAC',
  // Its controller does not run, so Pods would wait for service accounts for ever.
  '--disable-admission-plugins=ServiceAccount',
  '--endpoint-reconciler-type=none',
];

export interface ApiServerOptions {
  /** Address of this machine that pods reach. Absent: loopback only, and nothing can run pods. */
  podsReach?: string;
  /** Further flags of kube-apiserver. */
  flags?: readonly string[];
}

export class ApiServer {
  /** Base URL, https. */
  readonly url: string;
  /** Path of a kubeconfig with all rights. */
  readonly kubeconfig: string;
  readonly #directory: string;
  readonly #binaries: Binaries;
  readonly #etcdPort: number;
  readonly #authority: Authority;
  readonly #admin: Pair;
  readonly #podsReach: string | undefined;
  readonly #flags: readonly string[];
  #etcd: SupervisedProcess | undefined;
  #server: SupervisedProcess | undefined;

  private constructor(options: {
    directory: string;
    binaries: Binaries;
    ports: [server: number, etcd: number];
    authority: Authority;
    admin: Pair;
    podsReach: string | undefined;
    flags: readonly string[];
  }) {
    this.#directory = options.directory;
    this.#binaries = options.binaries;
    this.url = `https://127.0.0.1:${options.ports[0]}`;
    this.#etcdPort = options.ports[1];
    this.#authority = options.authority;
    this.#admin = options.admin;
    this.#podsReach = options.podsReach;
    this.#flags = options.flags;
    this.kubeconfig = join(options.directory, 'admin.kubeconfig');
  }

  /** Starts etcd and an API server on free ports; resolves when it is ready. */
  static async start({ podsReach, flags = [] }: ApiServerOptions = {}): Promise<ApiServer> {
    const binaries = await findBinaries();
    const directory = await mkdtemp(join(tmpdir(), 'flashback-api-server-'));
    const authority = await Authority.create('flashback-test');
    const serving = await authority.serverCertificate([
      ...['127.0.0.1', SERVICE_ADDRESS, ...(podsReach === undefined ? [] : [podsReach])].map((value) => ({ type: 'ip' as const, value })),
      ...SERVER_NAMES.map((value) => ({ type: 'dns' as const, value })),
    ]);
    const tokens = await serviceAccountKeys();
    const admin = await authority.clientCertificate({ name: 'admin', groups: ['system:masters'] });
    const [serverPort, etcdPort] = await freePorts(2);
    const server = new ApiServer({ directory, binaries, ports: [serverPort!, etcdPort!], authority, admin, podsReach, flags });
    const files = { 'ca.crt': authority.pem, 'tls.crt': serving.cert, 'tls.key': serving.key, 'sa.pub': tokens.publicKey, 'sa.key': tokens.privateKey, 'kubelet.crt': admin.cert, 'kubelet.key': admin.key };
    for (const [name, content] of Object.entries(files)) await writeFile(join(directory, name), content, { mode: 0o600 });
    await writeFile(server.kubeconfig, server.#kubeconfigText('admin', admin), { mode: 0o600 });
    try {
      server.#startEtcd();
      await server.resume();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** Path of a kubeconfig for a user who may do what RBAC grants to that name and those groups, at first nothing. */
  async kubeconfigFor(identity: Identity): Promise<string> {
    const path = join(this.#directory, `${randomBytes(6).toString('hex')}.kubeconfig`);
    await writeFile(path, this.#kubeconfigText(identity.name, await this.#authority.clientCertificate(identity)), { mode: 0o600 });
    return path;
  }

  /** Takes the API server away, as a crash does (KILL) or as a node that is drained does (TERM). etcd keeps the data. */
  async interrupt(signal: 'TERM' | 'KILL' = 'KILL'): Promise<void> {
    await this.#server?.stop(signal);
  }

  /** Brings the API server back, on the same address and data; resolves when it is ready. */
  async resume(): Promise<void> {
    if (this.#server?.running === true) return;
    this.#server = new SupervisedProcess('kube-apiserver', this.#file('kube-apiserver.log'), [
      this.#binaries.apiServer,
      `--etcd-servers=http://127.0.0.1:${this.#etcdPort}`,
      `--bind-address=${this.#podsReach === undefined ? '127.0.0.1' : '0.0.0.0'}`,
      `--advertise-address=${this.#podsReach ?? '127.0.0.1'}`,
      `--secure-port=${new URL(this.url).port}`,
      `--cert-dir=${this.#directory}`,
      `--client-ca-file=${this.#file('ca.crt')}`,
      `--tls-cert-file=${this.#file('tls.crt')}`,
      `--tls-private-key-file=${this.#file('tls.key')}`,
      `--service-account-key-file=${this.#file('sa.pub')}`,
      `--service-account-signing-key-file=${this.#file('sa.key')}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      '--service-cluster-ip-range=10.96.0.0/16',
      '--allow-privileged',
      ...(this.#podsReach === undefined ? WITHOUT_NODES : this.#withNodes()),
      ...this.#flags,
    ]);
    await this.#waitUntilReady(this.#server);
  }

  /** Ends both processes and removes the data. */
  async stop(): Promise<void> {
    await this.#server?.stop('KILL');
    await this.#etcd?.stop('KILL');
    await rm(this.#directory, { recursive: true, force: true });
  }

  /** Path of the authority's certificate, of the key that signs service account tokens, and so on: files for controllers. */
  file(name: 'ca.crt' | 'sa.key'): string {
    return this.#file(name);
  }

  #withNodes(): string[] {
    return [
      '--authorization-mode=Node,RBAC',
      '--enable-admission-plugins=NodeRestriction',
      '--kubelet-preferred-address-types=InternalIP',
      `--kubelet-client-certificate=${this.#file('kubelet.crt')}`,
      `--kubelet-client-key=${this.#file('kubelet.key')}`,
    ];
  }

  #startEtcd(): void {
    const client = `http://127.0.0.1:${this.#etcdPort}`;
    this.#etcd = new SupervisedProcess('etcd', this.#file('etcd.log'), [
      this.#binaries.etcd,
      '--data-dir',
      this.#file('etcd'),
      '--listen-client-urls',
      client,
      '--advertise-client-urls',
      client,
      '--listen-peer-urls',
      'http://127.0.0.1:0',
      '--unsafe-no-fsync',
    ]);
  }

  async #waitUntilReady(server: SupervisedProcess): Promise<void> {
    const dispatcher = new Agent({ allowH2: false, connect: { ca: this.#authority.pem, cert: this.#admin.cert, key: this.#admin.key } });
    const deadline = performance.now() + READY_TIMEOUT;
    try {
      // The namespace is made by a loop of its own, which /readyz does not wait for.
      for (const path of ['/readyz', '/api/v1/namespaces/default']) {
        while (!(await this.#answersOk(path, dispatcher))) {
          this.#etcd?.assertRunning();
          server.assertRunning();
          if (performance.now() > deadline) throw new Error(`the API server was not ready within ${READY_TIMEOUT / 1000} s, see ${this.#directory}`);
          await new Promise((resolve) => setTimeout(resolve, POLL));
        }
      }
    } finally {
      await dispatcher.destroy();
    }
  }

  async #answersOk(path: string, dispatcher: Agent): Promise<boolean> {
    try {
      const { statusCode, body } = await request(`${this.url}${path}`, { dispatcher, headersTimeout: 5_000 });
      await body.dump();
      return statusCode === 200;
    } catch {
      return false;
    }
  }

  #file(name: string): string {
    return join(this.#directory, name);
  }

  #kubeconfigText(user: string, { cert, key }: Pair): string {
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    return JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'test', cluster: { server: this.url, 'certificate-authority-data': base64(this.#authority.pem) } }],
      users: [{ name: user, user: { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) } }],
      contexts: [{ name: 'test', context: { cluster: 'test', user } }],
      'current-context': 'test',
    });
  }
}
