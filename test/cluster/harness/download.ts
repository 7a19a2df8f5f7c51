// The public archive of test binaries that the Kubernetes controller tools publish ("envtest").
import { createHash } from 'node:crypto';
import { chmod, glob, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { load } from 'js-yaml';
import { EnvHttpProxyAgent, fetch } from 'undici';
import { run } from './command.ts';
import { KUBERNETES_VERSION } from './sources.ts';

export const ENVTEST_INDEX = 'https://raw.githubusercontent.com/kubernetes-sigs/controller-tools/HEAD/envtest-releases.yaml';
/** Short: a machine without a way out must get to the next source at once. */
const CONNECT_TIMEOUT = 3_000;
const INDEX_TIMEOUT = 10_000;
const ARCHIVE_TIMEOUT = 300_000;
const BINARIES = ['etcd', 'kube-apiserver', 'kubectl'];

export interface EnvtestArchive {
  url: string;
  /** SHA-512, hex. */
  hash: string;
}

interface Index {
  releases?: Record<string, Record<string, { hash: string; selfLink: string }>>;
}

/** The newest archive of our minor version of Kubernetes for a platform such as linux-amd64. */
export function pickArchive(index: string, platform: string): EnvtestArchive {
  const { releases = {} } = load(index) as Index;
  const minor = `v${KUBERNETES_VERSION.split('.').slice(0, 2).join('.')}.`;
  const newestFirst = Object.entries(releases)
    .filter(([version]) => version.startsWith(minor) && /^\d+$/.test(version.slice(minor.length)))
    .toSorted(([a], [b]) => Number(b.slice(minor.length)) - Number(a.slice(minor.length)));
  for (const [version, archives] of newestFirst) {
    const archive = archives[`envtest-${version}-${platform}.tar.gz`];
    if (archive !== undefined) return { url: archive.selfLink, hash: archive.hash };
  }
  throw new Error(`the envtest index has no ${minor}x for ${platform}`);
}

async function get(url: string, timeoutMs: number): Promise<Buffer> {
  const dispatcher = new EnvHttpProxyAgent({ connect: { timeout: CONNECT_TIMEOUT } });
  try {
    const response = await fetch(url, { dispatcher, signal: AbortSignal.timeout(timeoutMs) });
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  } catch (error) {
    const reason = error instanceof TypeError && error.cause instanceof Error ? error.cause : error;
    throw reason instanceof Error ? new Error(`download failed: ${reason.message}`, { cause: error }) : reason;
  } finally {
    await dispatcher.destroy();
  }
}

/** Downloads, verifies and unpacks the binaries into a directory. Leaves nothing behind when it rejects. */
export async function downloadBinaries(platform: string, into: string, indexUrl = ENVTEST_INDEX): Promise<void> {
  const archive = pickArchive((await get(indexUrl, INDEX_TIMEOUT)).toString(), platform);
  const bytes = await get(archive.url, ARCHIVE_TIMEOUT);
  if (createHash('sha512').update(bytes).digest('hex') !== archive.hash) {
    throw new Error(`${archive.url} does not have the SHA-512 that the index states`);
  }
  await mkdir(dirname(into), { recursive: true });
  const unpacked = await mkdtemp(`${into}.download-`);
  try {
    await writeFile(join(unpacked, 'archive.tar.gz'), bytes);
    await run('tar', ['-xzf', 'archive.tar.gz'], { cwd: unpacked });
    await mkdir(into, { recursive: true });
    for await (const path of glob('**/*', { cwd: unpacked })) {
      if (!BINARIES.includes(basename(path))) continue;
      await chmod(join(unpacked, path), 0o755);
      await rename(join(unpacked, path), join(into, basename(path)));
    }
  } finally {
    await rm(unpacked, { recursive: true, force: true });
  }
}
