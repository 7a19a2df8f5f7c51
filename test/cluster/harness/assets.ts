// Finds kube-apiserver, etcd and kubectl, and gets them where the machine has none. There is no answer "none": tests against
// a real API server are never skipped.
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { buildBinary } from './build.ts';
import { downloadBinaries } from './download.ts';
import { binarySources, cacheDirectory, type Machine, type Source } from './sources.ts';

export interface Binaries {
  apiServer: string;
  etcd: string;
}

export function thisMachine(): Machine {
  return { env: process.env, home: homedir(), os: process.platform, arch: process.arch };
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function binariesIn(directory: string): Promise<Binaries> {
  const binaries = { apiServer: join(directory, 'kube-apiserver'), etcd: join(directory, 'etcd') };
  for (const path of Object.values(binaries)) if (!(await isExecutable(path))) throw new Error(`there is no ${path}`);
  return binaries;
}

async function binariesFrom(source: Source): Promise<Binaries> {
  switch (source.kind) {
    case 'directory':
      return binariesIn(source.path);
    case 'download':
      await downloadBinaries(source.platform, source.into);
      return binariesIn(source.into);
    case 'build':
      await buildBinary('etcd', source.into);
      await buildBinary('kube-apiserver', source.into);
      return binariesIn(source.into);
    case 'cluster':
      throw new Error('a running cluster has no binaries to give');
  }
}

/** Resolves with what the first source that works gives; rejects with one sentence that says what to install. */
export async function firstThatWorks<T>(sources: readonly Source[], attempt: (source: Source) => Promise<T>): Promise<T> {
  const failures: string[] = [];
  for (const source of sources) {
    try {
      return await attempt(source);
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error(
    'The cluster tests need a Kubernetes API server: install Go 1.26 or later (https://go.dev/dl) so that the harness can build one, ' +
      'or set KUBEBUILDER_ASSETS to a directory with kube-apiserver and etcd, or KUBECONFIG_TEST to the kubeconfig of a cluster ' +
      `for tests (tried: ${failures.join('; ')}).`,
  );
}

/** Paths of kube-apiserver and etcd; fetches or builds them when needed. */
export function findBinaries(machine = thisMachine()): Promise<Binaries> {
  return firstThatWorks(binarySources(machine), binariesFrom);
}

/** Path of kubectl: the one on PATH, or one that came with the binaries, or one that is built now. */
export async function findKubectl(machine = thisMachine()): Promise<string> {
  const cache = cacheDirectory(machine);
  const directories = [...(machine.env['PATH'] ?? '').split(delimiter), machine.env['KUBEBUILDER_ASSETS'] ?? '', cache];
  for (const directory of directories) {
    if (directory !== '' && (await isExecutable(join(directory, 'kubectl')))) return join(directory, 'kubectl');
  }
  await buildBinary('kubectl', cache).catch((error: unknown) => {
    throw new Error(`The cluster tests need kubectl on PATH, or Go 1.26 or later to build it (${String(error)}).`, { cause: error });
  });
  return join(cache, 'kubectl');
}

/** Path of kube-controller-manager; builds it when needed. */
export async function findControllerManager(machine = thisMachine()): Promise<string> {
  const cache = cacheDirectory(machine);
  const path = join(cache, 'kube-controller-manager');
  if (await isExecutable(path)) return path;
  await buildBinary('kube-controller-manager', cache).catch((error: unknown) => {
    const remedy = 'install Go 1.26 or later (https://go.dev/dl)';
    throw new Error(`The tests of the autoscaler need kube-controller-manager: ${remedy} (${String(error)}).`, { cause: error });
  });
  return path;
}

/** Path of the program that computes what Flux, Helm and Argo CD make of a status. */
export async function findGitOps(machine = thisMachine()): Promise<string> {
  const cache = cacheDirectory(machine);
  const path = join(cache, 'gitops');
  // Its source is the project's own, so an old build must not be taken for the present one.
  await buildBinary('gitops', cache).catch((error: unknown) => {
    throw new Error(`The GitOps tests need Go 1.26 or later (https://go.dev/dl) to build what computes kstatus (${String(error)}).`, { cause: error });
  });
  return path;
}
