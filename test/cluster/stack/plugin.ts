// kubectl with the project as its plugin, and a workspace to try it on.
import { spawn } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import { delimiter, dirname, join, resolve } from 'node:path';

/** Outcome of a program that ended. */
export interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** Runs `kubectl flashback` with arguments, and with a text as standard input. */
export type Plugin = (kubeconfig: string, args: readonly string[], input?: string) => Promise<Ended>;

/** Makes the plugin findable in a new folder of `directory`. */
export async function installPlugin(kubectl: string, directory: string): Promise<Plugin> {
  const bin = join(directory, 'bin');
  await mkdir(bin);
  await symlink(resolve('bin/kubectl-flashback.js'), join(bin, 'kubectl-flashback'));
  const path = [bin, dirname(process.execPath), process.env['PATH']].join(delimiter);
  return (kubeconfig, args, input = '') =>
    new Promise((done, reject) => {
      const child = spawn(kubectl, ['flashback', ...args], { env: { ...process.env, PATH: path, KUBECONFIG: kubeconfig } });
      let [out, err] = ['', ''];
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
      child.on('error', reject);
      child.on('close', (code) => done({ code, out, err }));
      child.stdin.end(input);
    });
}

/** Of namespace team-a; `provider` is an origin. */
export const MANIFESTS = (provider: string): string => `
apiVersion: v1
kind: Secret
metadata: {name: demo, namespace: team-a}
stringData: {apiKey: demo-key}
---
apiVersion: ai.flashback.tech/v1alpha1
kind: AILLMConfig
metadata: {name: demo, namespace: team-a}
spec: {type: Other, endpoint: "${provider}/v1", endpointSecurity: AllowPlaintext, credentials: {secretRef: {name: demo}}}
---
apiVersion: ai.flashback.tech/v1alpha1
kind: Repository
metadata: {name: assistant, namespace: team-a}
spec: {llms: [{name: demo}], apiKeys: [{name: app}]}
---
apiVersion: ai.flashback.tech/v1alpha1
kind: AIPolicy
metadata: {name: no-cards, namespace: team-a}
spec: {scope: Workspace, content: Do not share payment card numbers., riskType: High, action: Block}
`;

/** A Repository whose connection is missing. */
export const BROKEN = `
apiVersion: ai.flashback.tech/v1alpha1
kind: Repository
metadata: {name: broken, namespace: team-a}
spec: {llms: [{name: none}]}
`;
