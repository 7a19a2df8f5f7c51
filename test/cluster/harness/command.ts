// Runs a program to its end.
import { spawn } from 'node:child_process';

/** Resolves with standard output; rejects with the last line that the program said on standard error, or why it did not start. */
export function run(program: string, args: readonly string[], { input, ...options }: { cwd?: string; env?: NodeJS.ProcessEnv; input?: string } = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
    // A program that reads nothing may have ended before.
    child.stdin.on('error', () => {});
    child.stdin.end(input ?? '');
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.on('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'ENOENT' ? new Error(`${program} is not installed`) : error);
    });
    child.on('close', (code) => {
      if (code === 0) resolve(out);
      else reject(new Error(`${program}: ${err.trim().split('\n').at(-1) || `exit code ${code}`}`));
    });
  });
}
