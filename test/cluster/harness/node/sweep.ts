// Takes away what a node leaves behind, also one whose test process was killed: pods, mounts, network.
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../command.ts';
import { CONTAINERD_SOCKET, RUN_DIRECTORY } from './layout.ts';
import { closeNetwork } from './network.ts';

/** Directories of nodes: containerd keeps mounts below them. */
export const NODE_DIRECTORY = join(tmpdir(), 'flashback-node-');

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

async function killPods(): Promise<void> {
  const shims = lines(await run('pgrep', ['-f', `containerd-shim-runc-v2 .*-address ${CONTAINERD_SOCKET}`]).catch(() => ''));
  for (const shim of shims) {
    // The first process of a container is the shim's child, and takes all others of its namespace with it.
    const children = lines(await run('pgrep', ['-P', shim]).catch(() => ''));
    for (const pid of [...children, shim]) await run('kill', ['-KILL', pid]).catch(() => {});
  }
}

async function unmount(): Promise<void> {
  const mounted = lines(await readFile('/proc/mounts', 'utf8')).map((line) => line.split(' ')[1] ?? '');
  const own = mounted.filter((path) => path.startsWith(NODE_DIRECTORY) || path.startsWith(`${RUN_DIRECTORY}/`));
  // The innermost first.
  for (const path of own.toSorted().toReversed()) await run('umount', ['--lazy', path]).catch(() => {});
}

export async function sweep(): Promise<void> {
  await killPods();
  await unmount();
  await closeNetwork();
  await rm(RUN_DIRECTORY, { recursive: true, force: true });
}
