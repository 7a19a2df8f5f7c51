// Everything that a node runs: what is built from Go modules, and what the distribution's packages bring.
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { thisMachine } from '../assets.ts';
import { buildBinary, NODE_BINARIES } from '../build.ts';
import { cacheDirectory } from '../sources.ts';

/** Programs of the distribution, by the Debian package that has them. */
const PROGRAMS = { ip: 'iproute2', runc: 'runc', iptables: 'iptables', conntrack: 'conntrack', ethtool: 'ethtool', socat: 'socat' };
/** Where Debian's package containernetworking-plugins puts them. */
export const CNI_PLUGINS = '/usr/lib/cni';

const isThere = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );

async function missingPackages(path: string): Promise<string[]> {
  const directories = path.split(delimiter);
  const missing = (await isThere(join(CNI_PLUGINS, 'bridge'))) ? [] : ['containernetworking-plugins'];
  for (const [program, name] of Object.entries(PROGRAMS)) {
    const found = await Promise.all(directories.map((directory) => isThere(join(directory, program))));
    if (!found.includes(true)) missing.push(name);
  }
  return missing;
}

/** Directory with all binaries of a node; builds those that are missing. Rejects with one sentence that says what to install. */
export async function findNodeBinaries(machine = thisMachine()): Promise<string> {
  if (process.getuid?.() !== 0) throw new Error('The end-to-end tests start a node with real pods: run them as root, or set KUBECONFIG_TEST to the kubeconfig of a cluster.');
  const missing = await missingPackages(machine.env['PATH'] ?? '');
  if (missing.length > 0) {
    throw new Error(`The end-to-end tests start a node with real pods: apt-get install ${missing.join(' ')}, or set KUBECONFIG_TEST to the kubeconfig of a cluster.`);
  }
  const cache = cacheDirectory(machine);
  for (const binary of NODE_BINARIES) if (!(await isThere(join(cache, binary)))) await buildBinary(binary, cache);
  return cache;
}
