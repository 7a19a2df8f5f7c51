// kubectl as a function.
import { spawn } from 'node:child_process';

/** Runs kubectl with arguments and optional standard input; resolves with standard output, rejects with what it said. */
export type Kubectl = (args: readonly string[], input?: string) => Promise<string>;

export class KubectlError extends Error {
  override readonly name = 'KubectlError';
}

export function kubectlFor(binary: string, kubeconfig: string): Kubectl {
  return (args, input) =>
    new Promise((resolve, reject) => {
      const child = spawn(binary, ['--kubeconfig', kubeconfig, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
      const out: Buffer[] = [];
      const err: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
      child.on('error', reject);
      child.on('close', (code) => {
        if (code === 0) resolve(Buffer.concat(out).toString());
        else reject(new KubectlError(`kubectl ${args.join(' ')}: ${Buffer.concat(err).toString()}`));
      });
      child.stdin.end(input ?? '');
    });
}
