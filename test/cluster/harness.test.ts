// The harness itself: what the other cluster suites take for granted.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { ApiServer } from './harness/api-server.ts';
import { findKubectl, thisMachine } from './harness/assets.ts';
import { run } from './harness/command.ts';
import { installCrds, waitUntilServed } from './harness/crds.ts';

const kubectl = (kubeconfig: string, ...args: string[]) => run(inject('kubectl'), ['--kubeconfig', kubeconfig, ...args]);

const WAIT = { timeout: 30_000, interval: 50 };

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('the shared API server', () => {
  const shared = (...args: string[]) => kubectl(inject('kubeconfig'), ...args);

  it('serves all kinds under the category ai', async () => {
    expect((await shared('api-resources', '--api-group=ai.flashback.tech', '-o', 'name')).trim().split('\n').toSorted()).toEqual([
      'aillmconfigs.ai.flashback.tech',
      'aipolicies.ai.flashback.tech',
      'aireferencegrants.ai.flashback.tech',
      'repositories.ai.flashback.tech',
    ]);
    await expect(shared('get', 'ai', '-n', 'default')).resolves.toBeDefined();
  });

  it.each(['llm', 'airepo', 'aip', 'aigrant'])('explains every field of %s', async (kind) => {
    const text = await shared('explain', kind, '--recursive=false');
    expect(text).toMatch(/DESCRIPTION:\n\s+\S+/);
    expect(text).not.toContain('<empty>');
    expect(await shared('explain', `${kind}.spec`)).not.toContain('<no description>');
  });
});

describe('an API server of one suite', () => {
  let server: ApiServer;

  beforeAll(async () => {
    server = await ApiServer.start();
  });

  afterAll(async () => server?.stop());

  it('keeps its data and address when it is interrupted', async () => {
    await installCrds(inject('kubectl'), server.kubeconfig);
    await kubectl(server.kubeconfig, 'create', 'namespace', 'kept');
    await server.interrupt();
    await expect(kubectl(server.kubeconfig, 'get', 'namespace', 'kept')).rejects.toThrow(/refused/);
    await server.resume();
    await expect(kubectl(server.kubeconfig, 'get', 'namespace', 'kept')).resolves.toContain('kept');
    await waitUntilServed(inject('kubectl'), server.kubeconfig);
    await expect(kubectl(server.kubeconfig, 'get', 'ai', '-n', 'kept')).resolves.toBeDefined();
  });

  it('gives a user only what RBAC grants', async () => {
    const kubeconfig = await server.kubeconfigFor({ name: 'reader', groups: ['readers'] });
    await expect(kubectl(kubeconfig, 'get', 'secrets', '-n', 'default')).rejects.toThrow(/User "reader" cannot list/);
    await kubectl(server.kubeconfig, 'create', 'role', 'read', '-n', 'default', '--verb=list', '--resource=secrets');
    await kubectl(server.kubeconfig, 'create', 'rolebinding', 'read', '-n', 'default', '--role=read', '--group=readers');
    await expect.poll(() => kubectl(kubeconfig, 'get', 'secrets', '-n', 'default').catch(String)).not.toMatch(/cannot list/);
    await expect(kubectl(kubeconfig, 'get', 'configmaps', '-n', 'default')).rejects.toThrow(/cannot list/);
  });
});

describe('a process that the harness starts', () => {
  it('ends when the test process is killed', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'flashback-supervised-'));
    const log = join(directory, 'log');
    const module = new URL('harness/supervised.ts', import.meta.url).href;
    // Says its process id, then becomes a program that would run for an hour.
    const program = `import { SupervisedProcess } from '${module}';
      new SupervisedProcess('sleep', '${log}', ['sh', '-c', 'echo $$; exec sleep 3600']);`;
    const parent = spawn(process.execPath, ['--input-type=module-typescript', '-e', program], { stdio: 'inherit' });
    const pid = await vi.waitFor(async () => {
      const said = (await readFile(log, 'utf8')).trim();
      expect(said).toMatch(/^\d+$/);
      return Number(said);
    }, WAIT);
    expect(process.kill(pid, 0)).toBe(true);
    parent.kill('SIGKILL');
    await expect.poll(() => isRunning(pid), WAIT).toBe(false);
    await rm(directory, { recursive: true });
  });
});

describe('kubectl', () => {
  it('is found without PATH', async () => {
    const machine = thisMachine();
    const path = await findKubectl({ ...machine, env: { ...machine.env, PATH: '' } });
    expect(await run(path, ['version', '--client'])).toContain('Client Version');
  });
});
