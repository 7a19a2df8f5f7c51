// Builds what the tests of the chart need before any of them waits for it: from a cold cache that takes minutes.
import { findTool } from '../../hack/tools.ts';
import { findControllerManager } from '../cluster/harness/assets.ts';

export async function setup(): Promise<void> {
  await findTool('helm');
  await findTool('promtool');
  await findControllerManager();
}
