// Where the harness may get a Kubernetes API server from, in order. Pure, so that the order can be tested.
import { join } from 'node:path';

/** Also pinned in go/kube/go.mod. */
export const KUBERNETES_VERSION = '1.36.3';
/** Also pinned in go/etcd/go.mod. */
export const ETCD_VERSION = '3.6.5';
/** Also pinned in go/containerd/go.mod. */
export const CONTAINERD_VERSION = '2.2.1';

export type Source =
  /** A cluster that runs already. */
  | { kind: 'cluster'; kubeconfig: string }
  /** A directory that may hold the binaries; `named` by whom. */
  | { kind: 'directory'; path: string; named: string }
  /** The public envtest archive for `platform`, unpacked into `into`. */
  | { kind: 'download'; platform: string; into: string }
  /** A build from Go modules into `into`. */
  | { kind: 'build'; into: string };

export interface Machine {
  env: Readonly<Record<string, string | undefined>>;
  home: string;
  /** As process.platform and process.arch say it. */
  os: string;
  arch: string;
}

/** The harness' own cache: one directory per set of versions, so that an upgrade never meets old binaries. */
export function cacheDirectory({ env, home, os, arch }: Machine): string {
  const versions = `kubernetes-${KUBERNETES_VERSION}-etcd-${ETCD_VERSION}-${os}-${arch}`;
  return join(env['XDG_CACHE_HOME'] || join(home, '.cache'), 'flashback-ai-gateway', versions);
}

/** Sources of the binaries, best first, for suites that start and stop an API server of their own. */
export function binarySources(machine: Machine): Source[] {
  const cache = cacheDirectory(machine);
  const assets = machine.env['KUBEBUILDER_ASSETS'];
  return [
    ...(assets ? [{ kind: 'directory', path: assets, named: 'KUBEBUILDER_ASSETS' } as const] : []),
    { kind: 'directory', path: cache, named: 'the cache' },
    { kind: 'download', platform: `${machine.os}-${machine.arch === 'x64' ? 'amd64' : machine.arch}`, into: cache },
    { kind: 'build', into: cache },
  ];
}

/** Sources of the shared API server, best first. A cluster that was asked for by name is never replaced by another. */
export function clusterSources(machine: Machine): Source[] {
  const kubeconfig = machine.env['KUBECONFIG_TEST'];
  return kubeconfig ? [{ kind: 'cluster', kubeconfig }] : binarySources(machine);
}
