import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { access, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { downloadBinaries, pickArchive } from '../cluster/harness/download.ts';

const entry = (version: string, platform: string, hash = 'h', origin = 'https://example.com') => `
  ${version}:
    envtest-${version}-${platform}.tar.gz:
      hash: ${hash}
      selfLink: ${origin}/envtest-${version}-${platform}.tar.gz`;

describe('the archive that is picked', () => {
  it('is the newest of our minor version, in the order of numbers', () => {
    const index = `releases:${['v1.36.0', 'v1.36.10', 'v1.36.9', 'v1.37.0', 'v1.36.11-rc.1'].map((v) => entry(v, 'linux-amd64')).join('')}`;
    expect(pickArchive(index, 'linux-amd64').url).toBe('https://example.com/envtest-v1.36.10-linux-amd64.tar.gz');
  });

  it('is of the platform that was asked for, even where it is older', () => {
    const index = `releases:${entry('v1.36.0', 'linux-arm64')}${entry('v1.36.1', 'linux-amd64')}`;
    expect(pickArchive(index, 'linux-arm64').url).toContain('v1.36.0');
  });

  it('is missed with a reason', () => {
    expect(() => pickArchive('releases: {}', 'linux-amd64')).toThrow('the envtest index has no v1.36.x for linux-amd64');
  });
});

describe('a download', () => {
  let directory: string;
  let server: Server;
  let origin: string;
  let hash: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'flashback-download-'));
    const packed = join(directory, 'packed/controller-tools/envtest');
    await mkdir(packed, { recursive: true });
    for (const name of ['etcd', 'kube-apiserver', 'kubectl', 'README']) await writeFile(join(packed, name), `#!${name}`);
    execFileSync('tar', ['-czf', join(directory, 'archive.tar.gz'), '-C', join(directory, 'packed'), 'controller-tools']);
    const archive = await readFile(join(directory, 'archive.tar.gz'));
    hash = createHash('sha512').update(archive).digest('hex');
    server = createServer((request, response) => {
      if (request.url === '/index.yaml') response.end(`releases:${entry('v1.36.0', 'linux-amd64', hash, origin)}`);
      else response.end(archive);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(directory, { recursive: true });
  });

  it('leaves the binaries in the directory, executable, and nothing else', async () => {
    const into = join(directory, 'cache/versions');
    await downloadBinaries('linux-amd64', into, `${origin}/index.yaml`);
    expect((await readdir(into)).toSorted()).toEqual(['etcd', 'kube-apiserver', 'kubectl']);
    await access(join(into, 'etcd'), 1);
    expect(await readFile(join(into, 'kube-apiserver'), 'utf8')).toBe('#!kube-apiserver');
    expect(await readdir(dirname(into))).toEqual(['versions']);
  });

  it('is refused where the checksum differs', async () => {
    hash = 'f'.repeat(128);
    const into = join(directory, 'cache/versions');
    await expect(downloadBinaries('linux-amd64', into, `${origin}/index.yaml`)).rejects.toThrow(/does not have the SHA-512/);
    await expect(access(into)).rejects.toThrow('ENOENT');
  });

  it('fails with a reason where nobody answers', async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await expect(downloadBinaries('linux-amd64', directory, `${origin}/index.yaml`)).rejects.toThrow(/download failed: .*ECONNREFUSED/);
    server = createServer().listen(0);
  });
});
