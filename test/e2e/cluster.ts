// The cluster of the end-to-end suite: a node of its own on this machine, or one that KUBECONFIG_TEST names.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findKubectl, thisMachine } from '../cluster/harness/assets.ts';
import { run } from '../cluster/harness/command.ts';
import { Node } from '../cluster/harness/node/node.ts';
import { codeBlocks } from '../docs/markdown.ts';
import { kubectlFor, type Kubectl } from '../cluster/stack/kubectl.ts';

const ROOT = new URL('../..', import.meta.url).pathname;

export interface Cluster {
  kubeconfig: string;
  kubectl: Kubectl;
  /** The node that the suite started; undefined where KUBECONFIG_TEST named a cluster. */
  node: Node | undefined;
  stop(): Promise<void>;
}

/** Builds the image as README does and makes it known to the node. A cluster of somebody else has to have it: see docs/testing.md. */
export async function provideImage(cluster: Cluster, name: string): Promise<void> {
  if (cluster.node === undefined) return;
  const [build = ''] = codeBlocks('README.md', 'bash').filter((block) => block.startsWith('hack/build-image.sh'));
  await run('bash', ['-euo', 'pipefail', '-c', build], { cwd: ROOT, env: { ...process.env, REGISTRY: 'no' } });
  await loadImage(cluster, name);
}

/** Makes an image of the local engine known to the node. */
export async function loadImage(cluster: Cluster, name: string): Promise<void> {
  if (cluster.node === undefined) return;
  const directory = await mkdtemp(join(tmpdir(), 'flashback-image-'));
  try {
    const archive = join(directory, 'image.tar');
    await run('docker', ['save', '--output', archive, name]);
    await cluster.node.loadImages(archive);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

export async function startCluster(): Promise<Cluster> {
  const kubectl = await findKubectl();
  const named = thisMachine().env['KUBECONFIG_TEST'];
  if (named) return { kubeconfig: named, kubectl: kubectlFor(kubectl, named), node: undefined, stop: () => Promise.resolve() };
  const node = await Node.start();
  const { kubeconfig } = node.apiServer;
  return { kubeconfig, kubectl: kubectlFor(kubectl, kubeconfig), node, stop: () => node.stop() };
}
