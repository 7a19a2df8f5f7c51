// Builds the binaries from Go modules: all that is needed is Go and a module proxy. Minutes at first, seconds from Go's cache.
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './command.ts';
import { CONTAINERD_VERSION, KUBERNETES_VERSION } from './sources.ts';

/** What a whole node needs beside the API server, in the order of building. */
export const NODE_BINARIES = [
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  'kube-proxy',
  'containerd',
  'containerd-shim-runc-v2',
  'ctr',
  'coredns',
  'pause',
] as const;

/** `gitops` says what deployment tools see in a status. */
export type Binary = 'etcd' | 'kube-apiserver' | 'kubectl' | 'gitops' | (typeof NODE_BINARIES)[number];

const [major, minor] = KUBERNETES_VERSION.split('.');
const KUBERNETES_FLAGS = Object.entries({ gitVersion: `v${KUBERNETES_VERSION}`, gitMajor: major, gitMinor: minor })
  .map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`)
  .join(' ');

interface Recipe {
  /** Folder below go/. */
  module: string;
  main: string;
  ldflags: string;
}

const OWN_MAIN = (module: string): Recipe => ({ module, main: '.', ldflags: '-s -w' });
const KUBERNETES = (name: string): Recipe => ({ module: 'kube', main: `k8s.io/kubernetes/cmd/${name}`, ldflags: `-s -w ${KUBERNETES_FLAGS}` });
const CONTAINERD = (name: string): Recipe => ({
  module: 'containerd',
  main: `github.com/containerd/containerd/v2/cmd/${name}`,
  ldflags: `-s -w -X github.com/containerd/containerd/v2/version.Version=v${CONTAINERD_VERSION}`,
});

function recipeOf(binary: Binary): Recipe {
  switch (binary) {
    case 'etcd':
    case 'coredns':
    case 'pause':
    case 'gitops':
      return OWN_MAIN(binary);
    case 'containerd':
    case 'containerd-shim-runc-v2':
    case 'ctr':
      return CONTAINERD(binary);
    default:
      return KUBERNETES(binary);
  }
}

/** Builds one binary into a directory. Rejects with one line that says what Go said. */
export async function buildBinary(binary: Binary, into: string): Promise<void> {
  const { module, main, ldflags } = recipeOf(binary);
  await run('go', ['version']);
  console.error(`test harness: building ${binary} from Go modules into ${into} (the first time takes minutes)`);
  await mkdir(into, { recursive: true });
  // Renamed when complete, so that two runs at once never see half a binary.
  const partial = join(into, `.${binary}.${process.pid}`);
  await run('go', ['build', '-trimpath', '-buildvcs=false', '-ldflags', ldflags, '-o', partial, main], {
    cwd: fileURLToPath(new URL(`go/${module}`, import.meta.url)),
    env: { ...process.env, CGO_ENABLED: '0' },
  });
  await rename(partial, join(into, binary));
}
