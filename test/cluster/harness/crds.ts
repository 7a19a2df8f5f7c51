// Installs the project's CRDs into a cluster.
import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { run } from './command.ts';

const CRDS = fileURLToPath(new URL('../../../crds', import.meta.url));
const GROUP = 'ai.flashback.tech';
const SERVED_TIMEOUT = 60_000;
const POLL = 100;

/** Applies crds/ and waits until all kinds are served. */
export async function installCrds(kubectl: string, kubeconfig: string): Promise<void> {
  await run(kubectl, ['--kubeconfig', kubeconfig, 'apply', '--server-side', '--force-conflicts', '-f', CRDS]);
  await run(kubectl, ['--kubeconfig', kubeconfig, 'wait', '--for=condition=Established', '--timeout=60s', '-f', CRDS]);
  await waitUntilServed(kubectl, kubeconfig);
}

/** Waits until clients can discover all kinds, which follows "Established", and a restart of the API server, with a delay. */
export async function waitUntilServed(kubectl: string, kubeconfig: string): Promise<void> {
  const kinds = globSync('*.yaml', { cwd: CRDS }).length;
  const deadline = performance.now() + SERVED_TIMEOUT;
  for (;;) {
    const names = await run(kubectl, ['--kubeconfig', kubeconfig, 'api-resources', `--api-group=${GROUP}`, '-o', 'name']);
    if (names.trim().split('\n').filter(Boolean).length >= kinds) return;
    if (performance.now() > deadline) throw new Error(`the API server serves only these kinds of ${GROUP}: ${names}`);
    await new Promise((resolve) => setTimeout(resolve, POLL));
  }
}
