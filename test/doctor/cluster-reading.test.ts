// Which cluster the tools of a person read, and what they say when it does not answer.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectCluster, reader } from '../../src/cluster-reading.ts';
import { doctorCommand } from '../../src/doctor-command.ts';
import { explainCommand } from '../../src/explain-command.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'flashback-kubeconfig-'));
});
afterEach(() => rm(home, { recursive: true }));

async function kubeconfig(name: string, server: string): Promise<string> {
  const path = join(home, name);
  await mkdir(join(path, '..'), { recursive: true });
  const entry = {
    clusters: [{ name: 'c', cluster: { server } }],
    users: [{ name: 'u', user: { token: 'planted-token' } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
  };
  await writeFile(path, JSON.stringify({ apiVersion: 'v1', kind: 'Config', 'current-context': 'x', ...entry }));
  return path;
}

/** Nothing listens there any more. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('the cluster', () => {
  it('is that of the flag, else of KUBECONFIG, else of the home directory, as for kubectl', async () => {
    await kubeconfig('.kube/config', 'https://home.example');
    const named = await kubeconfig('named', 'https://named.example');
    const flag = await kubeconfig('flag', 'https://flag.example');
    expect(connectCluster({ kubeconfig: flag, env: { HOME: home, KUBECONFIG: named } }).host).toBe('flag.example');
    expect(connectCluster({ kubeconfig: undefined, env: { HOME: home, KUBECONFIG: named } }).host).toBe('named.example');
    expect(connectCluster({ kubeconfig: undefined, env: { HOME: home, KUBECONFIG: '' } }).host).toBe('home.example');
  });

  it('is asked for where there is none, and what is wrong with a file is said without a word of it', async () => {
    expect(() => connectCluster({ kubeconfig: undefined, env: { HOME: join(home, 'nobody') } })).toThrow(/--kubeconfig/);
    const path = join(home, 'broken');
    await writeFile(path, 'users: [{token: planted-token');
    expect(() => connectCluster({ kubeconfig: path, env: {} })).toThrow(/^the kubeconfig cannot be used: (?!.*planted)/);
  });

  it('that does not answer ends explain with a sentence', async () => {
    const path = await kubeconfig('gone', `https://127.0.0.1:${await closedPort()}`);
    const client = connectCluster({ kubeconfig: path, env: {} });
    await expect(reader(client, true)('Repository', { namespace: 'a', name: 'b' })).rejects.toMatchObject({
      name: 'StartError',
      message: expect.stringContaining('ECONNREFUSED') as string,
    });
    await expect(explainCommand(['repository', 'b', '--kubeconfig', path], {})).rejects.toMatchObject({ name: 'StartError' });
    await client.config.close();
  });
});

it('doctor knows two forms of output', async () => {
  await expect(doctorCommand(['--output', 'yaml'], {})).rejects.toThrow('--output is text or json');
  await expect(doctorCommand(['all'], {})).rejects.toThrow('See flashback doctor --help');
});
