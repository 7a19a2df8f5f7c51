// What the image ships, without an image: started from a directory of its own, far from node_modules.
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeBundle, writeBundle, type Bundle } from '../../hack/bundle/write.ts';
import { freePort } from '../cluster/harness/ports.ts';
import { startFlashback, type FlashbackProcess } from '../cluster/stack/processes.ts';
import { eventually } from '../cluster/stack/stack.ts';

const run = promisify(execFile);
const QUICKSTART = 'config/samples/quickstart';
const NOWHERE = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'none', cluster: { server: 'http://127.0.0.1:1' } }],
  contexts: [{ name: 'none', context: { cluster: 'none', user: 'none' } }],
  users: [{ name: 'none', user: {} }],
  'current-context': 'none',
});

let directory: string;
let empty: string;
let cli: string;
let bundle: Bundle;
const started: FlashbackProcess[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'flashback-bundle-'));
  empty = await mkdtemp(join(tmpdir(), 'flashback-empty-'));
  cli = join(directory, 'dist', 'flashback.js');
  bundle = await makeBundle();
  await writeBundle(directory, bundle);
});
afterAll(async () => {
  for (const { stop } of started) await stop('SIGKILL');
  await Promise.all([directory, empty].map((path) => rm(path, { recursive: true, force: true })));
});

function start(args: readonly string[], env: Record<string, string> = {}): FlashbackProcess {
  const process = startFlashback(args, env, { cli, cwd: empty });
  started.push(process);
  return process;
}

async function answerOf(path: string, port: unknown): Promise<number> {
  return (await fetch(`http://127.0.0.1:${String(port)}${path}`)).status;
}

describe('the bundle', () => {
  test('has the same bytes whenever it is made', async () => {
    const { files } = await makeBundle();
    const differing = [...files].filter(([path, content]) => bundle.files.get(path) !== content).map(([path]) => path);
    expect([files.size, differing]).toEqual([bundle.files.size, []]);
  });

  test('has the same times too, since layers of images hold them', async () => {
    const paths = await readdir(directory, { recursive: true });
    const times = await Promise.all(paths.map(async (path) => (await stat(join(directory, path))).mtimeMs));
    expect(new Set(times)).toEqual(new Set([315_532_800_000]));
  });

  test('can be read by any user', async () => {
    const paths = await readdir(directory, { recursive: true });
    const modes = await Promise.all(paths.map(async (path) => (await stat(join(directory, path))).mode & 0o444));
    expect(new Set(modes)).toEqual(new Set([0o444]));
  });

  test('keeps everything of Kubernetes and of reconciliation out of the gateway', () => {
    const FOREIGN = /^src\/(kubernetes|reconcile|standalone)\/|@kubernetes\/client-node/;
    const foreign = (file: string) => bundle.inputs.get(file)!.filter((path) => FOREIGN.test(path));
    expect(foreign('dist/gateway.js')).toEqual([]);
    expect(foreign('dist/operator.js')).not.toEqual([]);
  });

  test('is made from nothing that the build context of the image leaves out', async () => {
    const lines = (await readFile('.dockerignore', 'utf8')).split('\n');
    const kept = lines.flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));
    const sources = [...new Set([...bundle.inputs.values()].flat())].filter((path) => !/^(node_modules\/|elsewhere:)/.test(path));
    const read = [...sources, ...(await readdir('crds')).map((file) => `crds/${file}`), 'tsconfig.json', 'package-lock.json', '.npmrc'];
    expect(sources.length).toBeGreaterThan(100);
    expect(read.filter((path) => !kept.some((entry) => path === entry || path.startsWith(`${entry}/`)))).toEqual([]);
  });

  test('lists in its bill of materials what it holds, and nothing that only tests need', async () => {
    const bill = JSON.parse(await readFile(join(directory, 'sbom.cdx.json'), 'utf8')) as {
      components: { name: string; purl: string; hashes: { content: string }[] }[];
      dependencies: { ref: string; dependsOn: string[] }[];
    };
    const names = bill.components.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['undici', '@kubernetes/client-node', 'pino']));
    expect(names.filter((name) => ['vitest', 'esbuild', 'openai', 'testcontainers'].includes(name))).toEqual([]);
    expect(bill.components.filter(({ hashes }) => !/^[0-9a-f]{128}$/.test(hashes[0]!.content))).toEqual([]);
    const known = new Set(bill.components.map(({ purl }) => purl));
    expect(bill.dependencies.flatMap(({ dependsOn }) => dependsOn).filter((ref) => !known.has(ref))).toEqual([]);
  });

  test('passes on the licence of every package in it', async () => {
    const notices = await readFile(join(directory, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
    const bill = await readFile(join(directory, 'sbom.cdx.json'), 'utf8');
    const { components } = JSON.parse(bill) as { components: { name: string; version: string }[] };
    expect(components.filter(({ name, version }) => !notices.includes(`${name} ${version} (`))).toEqual([]);
  });
});

describe('its processes, started from an empty directory', () => {
  test.each(['operator', 'gateway', 'up', 'demo', 'explain', 'policy'])('%s tells its options', async (command) => {
    const { stdout } = await run(process.execPath, [cli, command, '--help'], { cwd: empty });
    expect(stdout).toContain(`flashback ${command}`);
  });

  test.each(['operator', 'gateway', 'tools'])('%s.js knows the version', async (name) => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    const { stdout } = await run(process.execPath, [join(directory, 'dist', `${name}.js`), '--version'], { cwd: empty });
    expect(stdout).toBe(`${version}\n`);
  });

  test('the gateway lives without anything to serve, says that it is not ready, and ends at SIGTERM', async () => {
    const port = await freePort();
    const gateway = start(['gateway', '--host', '127.0.0.1', '--metrics-port', String(port), '--tls-dir', empty]);
    await gateway.log('that it waits', ({ msg }) => msg?.startsWith('waiting for the files') === true);
    expect([await answerOf('/livez', port), await answerOf('/readyz', port), await answerOf('/metrics', port)]).toEqual([200, 503, 200]);
    expect(await gateway.stop()).toBe(0);
  });

  test('the operator lives while no API server answers, and ends at SIGTERM', async () => {
    const kubeconfig = join(directory, 'nowhere.kubeconfig');
    await writeFile(kubeconfig, NOWHERE);
    const operator = start(['operator', '--kubeconfig', kubeconfig, '--metrics-port', '0']);
    const { metricsPort } = await operator.log('listening', ({ msg }) => msg === 'listening');
    expect([await answerOf('/livez', metricsPort), await answerOf('/readyz', metricsPort)]).toEqual([200, 503]);
    expect(await operator.stop()).toBe(0);
  });

  test('up finds the schemas, and looks for what policies forbid in a thread of its own', async () => {
    const manifests = join(directory, 'manifests');
    await cp(QUICKSTART, manifests, { recursive: true });
    const state = join(directory, 'state');
    const up = start(['up', '-f', manifests, '--port', String(await freePort()), '--metrics-port', '0', '--state-dir', state]);
    const { OPENAI_API_KEY: key, OPENAI_BASE_URL: url } = await eventually('the key', async () => {
      const text = await readFile(join(state, 'keys', 'quickstart.assistant.app.env'), 'utf8');
      const variables = text.split('\n').filter((line) => /^[A-Z]/.test(line));
      return Object.fromEntries(variables.map((line) => line.split('=', 2))) as Record<string, string>;
    });
    const ask = async (content: string): Promise<{ status: number; text: string }> => {
      const body = JSON.stringify({ model: 'demo-chat', messages: [{ role: 'user', content }] });
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
      const response = await fetch(`${url}/chat/completions`, { method: 'POST', headers, body });
      return { status: response.status, text: await response.text() };
    };
    const long = 'This sentence is harmless. '.repeat(1_000);
    const harmless = await eventually('an answer', async () => {
      const answer = await ask(long);
      return answer.status === 200 ? answer : undefined;
    });
    expect(harmless.text).toContain('harmless');
    const forbidden = await ask(`${long} Charge 4242 4242 4242 4242, please.`);
    expect([forbidden.status, forbidden.text]).toEqual([400, expect.stringContaining('content_policy_violation')]);
    expect(await up.stop()).toBe(0);
  });
});
