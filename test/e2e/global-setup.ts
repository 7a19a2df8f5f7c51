// Builds what the suite needs before any clock of a test runs: the first time it takes minutes.
import { findTool } from '../../hack/tools.ts';
import { findBinaries, findKubectl, thisMachine } from '../cluster/harness/assets.ts';
import { findNodeBinaries } from '../cluster/harness/node/binaries.ts';

export async function setup(): Promise<void> {
  if (!thisMachine().env['KUBECONFIG_TEST']) {
    await findBinaries();
    await findNodeBinaries();
  }
  await findKubectl();
  await findTool('helm');
}
