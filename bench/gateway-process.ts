// Starts `flashback gateway` as it runs in production: its own process, everything on, a sealed snapshot to boot from. Only
// its log goes nowhere.
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import { formatKey, hashKey } from '../src/api/api-key.ts';
import { issueAuthority, issueGatewayCertificate } from '../src/push/issue.ts';
import { SNAPSHOT_KEY_BYTES, signSnapshot } from '../src/snapshot/digest.ts';
import { sealSnapshot } from '../src/snapshot/seal.ts';
import { SCHEMA_VERSION, type SnapshotContent, type SnapshotPolicy, type SnapshotProvider } from '../src/snapshot/snapshot.ts';
import { NO_DATA, NO_ZEBRAS } from './guard/policy.ts';
import { startNode } from './processes.ts';
import { SCENARIOS, TRANSLATIONS, type BenchProvider } from './scenarios.ts';

const CLI = fileURLToPath(new URL('../src/cli.ts', import.meta.url));
const READY_TIMEOUT = 60_000;
const POLL = 50;
/** Below the origin of the mock provider. */
const ENDPOINTS: Record<BenchProvider, string> = { Other: '/v1', Anthropic: '/anthropic/v1', Google: '/google/v1beta' };
const REPOSITORY = 'bench/repository';
const GUARDED = 'bench/guarded';
const SLOW = 'bench/slow';

export interface GatewayProcess {
  child: ChildProcess;
  origin: string;
  /** The API key that it accepts. */
  key: string;
  /** The same for a repository whose requests and answers all detectors have to clear. */
  guardedKey: string;
  /** The same for a repository under expressions that take long. */
  slowKey: string;
  /** Holds its files; to be removed. */
  directory: string;
}

const llmOf = (type: BenchProvider): string => `bench/${type.toLowerCase()}`;

function providerOf(type: BenchProvider, upstream: string): SnapshotProvider {
  return {
    generation: 1,
    type,
    endpoint: upstream + ENDPOINTS[type],
    credential: { secret: 'bench-credential' },
    timeouts: { connect: 5_000, response: 60_000, idle: 60_000 },
    headers: [],
  };
}

type Keys = Pick<GatewayProcess, 'key' | 'guardedKey' | 'slowKey'>;
const nameOf = ({ namespace, name }: SnapshotPolicy): string => `${namespace}/${name}`;

function contentFor(upstream: string, { key, guardedKey, slowKey }: Keys): SnapshotContent {
  const types = Object.keys(ENDPOINTS) as BenchProvider[];
  const models = [...SCENARIOS, ...TRANSLATIONS].map(({ model, provider }) => [model, { llm: llmOf(provider), upstream: model }] as const);
  const repository = { generation: 1, namespace: 'bench', surfaces: ['OpenAI' as const], suspended: false, models: Object.fromEntries(models) };
  return {
    schemaVersion: SCHEMA_VERSION,
    providers: Object.fromEntries(types.map((type) => [llmOf(type), providerOf(type, upstream)])),
    repositories: {
      [REPOSITORY]: { ...repository, name: 'repository' },
      [GUARDED]: { ...repository, name: 'guarded', policies: [nameOf(NO_DATA)] },
      [SLOW]: { ...repository, name: 'slow', policies: [nameOf(NO_ZEBRAS)] },
    },
    keys: {
      [hashKey(key)]: { id: 'key_bench', repository: REPOSITORY },
      [hashKey(guardedKey)]: { id: 'key_guarded', repository: GUARDED },
      [hashKey(slowKey)]: { id: 'key_slow', repository: SLOW },
    },
    revokedKeys: {},
    policies: { [nameOf(NO_DATA)]: NO_DATA, [nameOf(NO_ZEBRAS)]: NO_ZEBRAS },
    limits: {},
  };
}

async function writeFiles(directory: string, content: SnapshotContent): Promise<void> {
  const now = Date.now();
  const authority = await issueAuthority(now);
  const { cert, key } = await issueGatewayCertificate(authority, now, 'bench');
  const snapshotKey = randomBytes(SNAPSHOT_KEY_BYTES);
  const parts = sealSnapshot(signSnapshot(content, { epoch: 1, revision: 1 }, snapshotKey), snapshotKey);
  await mkdir(join(directory, 'tls'));
  await mkdir(join(directory, 'snapshot'));
  for (const [name, data] of Object.entries({ 'ca.crt': authority.cert, 'tls.crt': cert, 'tls.key': key, 'snapshot.key': snapshotKey })) {
    await writeFile(join(directory, 'tls', name), data, { mode: 0o600 });
  }
  await Promise.all(parts.map((part, index) => writeFile(join(directory, 'snapshot', `${index}.part`), part)));
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function waitUntilReady(child: ChildProcess, url: string): Promise<void> {
  const deadline = performance.now() + READY_TIMEOUT;
  for (;;) {
    const status = await request(url).then(
      async ({ statusCode, body }) => body.dump().then(() => statusCode),
      () => 0,
    );
    if (status === 200) return;
    if (child.exitCode !== null) throw new Error(`the gateway ended with exit code ${child.exitCode}`);
    if (performance.now() > deadline) throw new Error('the gateway did not get ready');
    await new Promise((resolve) => setTimeout(resolve, POLL));
  }
}

/** Starts a gateway that serves every scenario from the upstream at an origin; resolves when it is ready. `nodeArgs`: for Node itself. */
export async function startGateway(upstream: string, core: string | undefined, nodeArgs: readonly string[] = []): Promise<GatewayProcess> {
  const newKey = (): string => formatKey(randomBytes(32));
  const keys: Keys = { key: newKey(), guardedKey: newKey(), slowKey: newKey() };
  const directory = await mkdtemp(join(tmpdir(), 'flashback-bench-'));
  await writeFiles(directory, contentFor(upstream, keys));
  const ports = { port: await freePort(), 'metrics-port': await freePort(), 'push-port': await freePort() };
  const flags = {
    ...ports,
    host: '127.0.0.1',
    'tls-dir': join(directory, 'tls'),
    'snapshot-dir': join(directory, 'snapshot'),
  };
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = startNode([...nodeArgs, CLI, 'gateway', '--allow-loopback-endpoints', ...args], { core, output: 'ignore' });
  await waitUntilReady(child, `http://127.0.0.1:${ports['metrics-port']}/readyz`);
  return { child, origin: `http://127.0.0.1:${ports.port}`, ...keys, directory };
}
