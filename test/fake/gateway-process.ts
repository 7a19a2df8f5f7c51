// `flashback gateway` as a process of its own that can be killed and started again: same ports, same directories, a sealed snapshot to boot from.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Agent, request } from 'undici';
import { issueAuthority, issueGatewayCertificate, issueOperatorCertificate } from '../../src/push/issue.ts';
import { GATEWAY_SERVER_NAME, LEDGER_PATH } from '../../src/push/names.ts';
import type { LedgerConfirmation, LedgerTold } from '../../src/ledger/entries.ts';
import { signSnapshot } from '../../src/snapshot/digest.ts';
import { sealSnapshot } from '../../src/snapshot/seal.ts';
import type { Snapshot } from '../../src/snapshot/snapshot.ts';

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
const SNAPSHOT_KEY = Buffer.alloc(32, 7);
const POLL = 50;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export interface KillableGateway {
  url: string;
  /** Where it keeps what the ledger is to know. */
  ledgerDirectory: string;
  /** Resolves when it is ready. */
  start(): Promise<void>;
  /** With SIGKILL at once; resolves when it has ended. */
  kill(): Promise<void>;
  /** With SIGTERM; resolves with its exit code. */
  stop(): Promise<number | null>;
  /** As the operator asks it. Rejects when it is killed meanwhile. */
  ask(confirmed: readonly LedgerConfirmation[]): Promise<LedgerTold>;
  /** The metrics as it serves them. */
  metrics(): Promise<string>;
  remove(): Promise<void>;
}

/** `further`: flags by their names. */
export async function killableGateway(snapshot: Snapshot, further: Readonly<Record<string, string>> = {}): Promise<KillableGateway> {
  const directory = await mkdtemp(join(tmpdir(), 'flashback-killable-'));
  const now = Date.now();
  const authority = await issueAuthority(now);
  const { cert, key } = await issueGatewayCertificate(authority, now, 'flashback-system');
  const operator = await issueOperatorCertificate(authority, now);
  const write = async (name: string, data: string | Buffer): Promise<void> => writeFile(join(directory, name), data, { mode: 0o600 });
  await Promise.all(['tls', 'snapshot'].map((name) => mkdir(join(directory, name))));
  const files = { 'ca.crt': authority.cert, 'tls.crt': cert, 'tls.key': key, 'snapshot.key': SNAPSHOT_KEY };
  for (const [name, data] of Object.entries(files)) await write(join('tls', name), data);
  const { epoch, revision, digest: _digest, ...content } = snapshot;
  const parts = sealSnapshot(signSnapshot(content, { epoch, revision }, SNAPSHOT_KEY), SNAPSHOT_KEY);
  for (const [index, part] of parts.entries()) await write(join('snapshot', `${index}.part`), part);

  const [port, metricsPort, pushPort] = [await freePort(), await freePort(), await freePort()];
  const ledgerDirectory = join(directory, 'ledger');
  const flags = {
    port,
    'metrics-port': metricsPort,
    'push-port': pushPort,
    host: '127.0.0.1',
    'tls-dir': join(directory, 'tls'),
    'snapshot-dir': join(directory, 'snapshot'),
    'ledger-dir': ledgerDirectory,
    'shutdown-delay': '0s',
    'log-level': 'silent',
    ...further,
  };
  const args = [CLI, 'gateway', '--allow-loopback-endpoints', ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`)];
  const dispatcher = new Agent({ connect: { ca: authority.cert, servername: GATEWAY_SERVER_NAME, ...operator } });
  let child: ChildProcess | undefined;
  const ended = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const exit = once(child, 'exit') as Promise<[number | null]>;
    child.kill(signal);
    return (await exit)[0];
  };
  return {
    url: `http://127.0.0.1:${port}`,
    ledgerDirectory,
    start: async () => {
      child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
      const begun = child;
      for (;;) {
        if (begun.exitCode !== null) throw new Error(`the gateway ended with exit code ${begun.exitCode}`);
        const status = await request(`http://127.0.0.1:${metricsPort}/readyz`).then(
          async ({ statusCode, body }) => body.dump().then(() => statusCode),
          () => 0,
        );
        if (status === 200) return;
        await new Promise((resolve) => setTimeout(resolve, POLL));
      }
    },
    kill: async () => void (await ended('SIGKILL')),
    stop: () => ended('SIGTERM'),
    ask: async (confirmed) => {
      const options = { dispatcher, method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ confirmed }) } as const;
      const { body } = await request(`https://127.0.0.1:${pushPort}${LEDGER_PATH}`, options);
      return (await body.json()) as LedgerTold;
    },
    metrics: async () => (await request(`http://127.0.0.1:${metricsPort}/metrics`)).body.text(),
    remove: async () => {
      await ended('SIGKILL');
      await dispatcher.destroy();
      await rm(directory, { recursive: true });
    },
  };
}
