// A bash that runs what a page says, with its output readable while it runs.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

export interface Shell {
  child: ChildProcess;
  /** Both outputs so far. */
  output(): string;
  /** Resolves once the output matches; rejects when the shell ends first, with what it said. */
  says(pattern: RegExp): Promise<void>;
  /** Exit code, null when a signal ended it. */
  ended: Promise<number | null>;
  /** Sends a signal to the shell and everything it started. */
  signal(name: NodeJS.Signals): void;
}

export function runShell(script: string, cwd: string, env: Record<string, string> = {}): Shell {
  const child = spawn('bash', ['-euo', 'pipefail', '-c', script], { cwd, env: { ...process.env, ...env }, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      for (const listener of listeners) listener();
    });
  }
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const signal = (name: NodeJS.Signals): void => {
    try {
      process.kill(-child.pid!, name);
    } catch {
      // Already gone.
    }
  };
  const kill = (): void => signal('SIGKILL');
  process.on('exit', kill);
  void ended.then(() => process.off('exit', kill));
  return {
    child,
    output: () => text,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!pattern.test(text)) return;
          listeners.delete(look);
          resolve();
        };
        listeners.add(look);
        look();
        void ended.then(() => reject(new Error(`the shell ended before it said ${String(pattern)}:\n${text}`)));
      }),
    ended,
    signal,
  };
}
