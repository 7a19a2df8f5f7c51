// Builds the binaries from Go modules: all that is needed is Go and a module proxy. Minutes at first, seconds from Go's cache.
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './command.ts';
import { KUBERNETES_VERSION } from './sources.ts';

export type Binary = 'etcd' | 'kube-apiserver' | 'kubectl';

const [major, minor] = KUBERNETES_VERSION.split('.');
const KUBERNETES_FLAGS = Object.entries({ gitVersion: `v${KUBERNETES_VERSION}`, gitMajor: major, gitMinor: minor })
  .map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`)
  .join(' ');

const RECIPES: Record<Binary, { module: string; main: string; ldflags: string }> = {
  etcd: { module: 'etcd', main: '.', ldflags: '-s -w' },
  'kube-apiserver': { module: 'kube', main: 'k8s.io/kubernetes/cmd/kube-apiserver', ldflags: `-s -w ${KUBERNETES_FLAGS}` },
  kubectl: { module: 'kube', main: 'k8s.io/kubernetes/cmd/kubectl', ldflags: `-s -w ${KUBERNETES_FLAGS}` },
};

/** Builds one binary into a directory. Rejects with one line that says what Go said. */
export async function buildBinary(binary: Binary, into: string): Promise<void> {
  const { module, main, ldflags } = RECIPES[binary];
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
