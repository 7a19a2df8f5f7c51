// One API server for all cluster suites. Suites take it with inject('kubeconfig') and inject('kubectl'), and keep apart by
// namespaces of their own; those that interrupt an API server start one for themselves (harness/api-server.ts).
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { ApiServer } from './harness/api-server.ts';
import { findKubectl, thisMachine } from './harness/assets.ts';
import { installCrds } from './harness/crds.ts';
import { clusterSources } from './harness/sources.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of a kubeconfig with all rights on the shared API server; the CRDs are installed. */
    kubeconfig: string;
    /** Path of kubectl. */
    kubectl: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  // kubectl remembers for hours which kinds an address serves, and ports come round again.
  const kubectlCache = await mkdtemp(join(tmpdir(), 'flashback-kubectl-'));
  process.env['KUBECACHEDIR'] = kubectlCache;
  const kubectl = await findKubectl();
  const [source] = clusterSources(thisMachine());
  const own = source?.kind === 'cluster' ? undefined : await ApiServer.start();
  const kubeconfig = source?.kind === 'cluster' ? source.kubeconfig : own!.kubeconfig;
  const teardown = async (): Promise<void> => {
    await own?.stop();
    await rm(kubectlCache, { recursive: true, force: true });
  };
  try {
    await installCrds(kubectl, kubeconfig);
  } catch (error) {
    await teardown();
    throw error;
  }
  project.provide('kubeconfig', kubeconfig);
  project.provide('kubectl', kubectl);
  return teardown;
}
