// A PostgreSQL server of its own, from the packages of the distribution, in a temporary directory.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { chownSync, globSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { kill } from 'node:process';
import { promisify } from 'node:util';

const run = promisify(execFile);
export const PASSWORD = 'not-to-be-seen-1';

const ATTEMPTS = 100;

export interface PostgresServer {
  readonly port: number;
  /** Of a database of the server; `port`: where somebody stands in between. */
  urlOf(database: string, port?: number): string;
  /** Kills all its processes, and starts it again: it recovers from its log. */
  crash(): Promise<void>;
  /** Stops all its processes where they are; they go on with `resume`. Connections stay, and nobody answers. */
  pause(): Promise<void>;
  resume(): void;
  stop(): Promise<void>;
}

type Identity = { uid: number; gid: number } | Record<string, never>;

/** `tls`: certificate and key of the server, PEM; absent: it encrypts nothing. */
export async function startPostgres({ tls }: { tls?: { cert: string; key: string } } = {}): Promise<PostgresServer> {
  const bin = programs();
  const identity = await serverIdentity();
  const directory = await mkdtemp(join(tmpdir(), 'flashback-postgres-'));
  if ('uid' in identity) chownSync(directory, identity.uid, identity.gid);
  const passwordFile = join(directory, 'password');
  await writeFile(passwordFile, PASSWORD, { mode: 0o644 });
  const data = join(directory, 'data');
  const settings = [
    '-D',
    data,
    '-U',
    'flashback',
    '-A',
    'scram-sha-256',
    `--pwfile=${passwordFile}`,
    '-E',
    'UTF8',
    '--no-locale',
    '--no-sync',
  ];
  await run(join(bin, 'initdb'), settings, { ...identity, cwd: directory });
  const port = await freePort();
  // Written to the system at each commit, as the ledger needs it, but not to the disk: these tests kill processes, not machines.
  const args = ['-D', data, '-p', String(port), '-k', directory, '-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off'];
  if (tls !== undefined) {
    args.push('-c', 'ssl=on', '-c', `ssl_cert_file=${join(directory, 'server.crt')}`, '-c', `ssl_key_file=${join(directory, 'server.key')}`);
    for (const [name, text] of [['server.crt', tls.cert], ['server.key', tls.key]] as const) {
      await writeFile(join(directory, name), text, { mode: 0o600 });
      if ('uid' in identity) chownSync(join(directory, name), identity.uid, identity.gid);
    }
  }
  let server: ChildProcess | undefined;
  const up = async (): Promise<void> => {
    server = spawn(join(bin, 'postgres'), args, { ...identity, cwd: directory, stdio: 'ignore' });
    for (;;) {
      if (server.exitCode !== null) throw new Error(`postgres ended with exit code ${server.exitCode}`);
      const isReady = await run(join(bin, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port), '-t', '1']).then(
        () => true,
        () => false,
      );
      if (isReady) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const down = async (last: NodeJS.Signals): Promise<void> => {
    const ended = new Promise((resolve) => server!.once('exit', resolve));
    server!.kill(last);
    await ended;
  };
  await up();
  let paused: readonly number[] = [];
  return {
    port,
    urlOf: (database, at = port) => `postgres://flashback:${PASSWORD}@127.0.0.1:${at}/${database}`,
    crash: async () => {
      const children = await childrenOf(server!.pid!);
      await down('SIGKILL');
      for (const child of children) signal(child, 'SIGKILL');
      // It refuses to start as long as one of them still has the shared memory.
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await up();
        } catch (error) {
          if (attempt === ATTEMPTS) throw error;
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    pause: async () => {
      // First the one that could start others.
      signal(server!.pid!, 'SIGSTOP');
      paused = [server!.pid!, ...(await childrenOf(server!.pid!))];
      for (const process of paused) signal(process, 'SIGSTOP');
    },
    resume: () => {
      for (const process of paused) signal(process, 'SIGCONT');
      paused = [];
    },
    stop: async () => {
      await down('SIGINT');
      await rm(directory, { recursive: true });
    },
  };
}

/** Every process of the server is a child of the first one, which this test has started. */
async function childrenOf(parent: number): Promise<number[]> {
  const text = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8');
  return text.split(' ').filter(Boolean).map(Number);
}

/** One that has ended meanwhile is as good. */
function signal(process: number, name: NodeJS.Signals): void {
  try {
    kill(process, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

function programs(): string {
  const found = globSync('/usr/lib/postgresql/*/bin/initdb').toSorted();
  const onPath = (process.env['PATH'] ?? '').split(':').flatMap((path) => globSync(join(path, 'initdb')));
  const initdb = found.at(-1) ?? onPath[0];
  if (initdb === undefined) throw new Error('the ledger is tested against a real PostgreSQL server: apt-get install postgresql');
  return dirname(initdb);
}

/** The server refuses to run as root; Debian's package makes a user for it. */
async function serverIdentity(): Promise<Identity> {
  if (userInfo().uid !== 0) return {};
  const [uid, gid] = await Promise.all(['-u', '-g'].map(async (which) => Number((await run('id', [which, 'postgres'])).stdout)));
  return { uid: uid!, gid: gid! };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
