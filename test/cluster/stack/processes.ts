// Starts the project's own processes as a user would, and reads their JSON logs.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../../src/cli.ts', import.meta.url));

const PATIENCE_MS = 60_000;

export type LogLine = Record<string, unknown> & { msg?: string };

export interface FlashbackProcess {
  child: ChildProcess;
  /** Every line of both outputs, as text. */
  output: string[];
  /** Resolves with the first log line, past or future, that satisfies the predicate. */
  log(what: string, predicate: (line: LogLine) => boolean): Promise<LogLine>;
  /** Sends a signal and waits for the end; resolves with the exit code, null when killed. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

function parseLine(text: string): LogLine | undefined {
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return undefined;
  }
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** `cli`: the script to run instead of the sources; `cwd`: where. */
export function startFlashback(
  args: readonly string[],
  env: Record<string, string> = {},
  { cli = CLI, cwd }: { cli?: string; cwd?: string } = {},
): FlashbackProcess {
  const child = spawn(process.execPath, [cli, ...args], { env: { ...process.env, ...env }, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  const exited = once(child, 'exit').then(([code]) => {
    running.delete(child);
    for (const { reject, what } of waiting) reject(new Error(`process ended before it logged ${what}:\n${output.slice(-20).join('\n')}`));
    waiting.clear();
    return code as number | null;
  });
  const output: string[] = [];
  const lines: LogLine[] = [];
  const waiting = new Set<{ what: string; predicate: (line: LogLine) => boolean; resolve: (line: LogLine) => void; reject: (error: Error) => void }>();
  for (const stream of [child.stdout!, child.stderr!]) {
    createInterface(stream).on('line', (text) => {
      output.push(text);
      const line = parseLine(text);
      if (line === undefined) return;
      lines.push(line);
      for (const entry of waiting) {
        if (!entry.predicate(line)) continue;
        waiting.delete(entry);
        entry.resolve(line);
      }
    });
  }
  return {
    child,
    output,
    log(what, predicate) {
      const seen = lines.find(predicate);
      if (seen !== undefined) return Promise.resolve(seen);
      if (child.exitCode !== null || child.signalCode !== null) {
        return Promise.reject(new Error(`process ended before it logged ${what}:\n${output.slice(-20).join('\n')}`));
      }
      return new Promise((resolve, reject) => {
        const entry = { what, predicate, resolve, reject };
        waiting.add(entry);
        const late = (): void => {
          if (waiting.delete(entry)) reject(new Error(`not logged within ${PATIENCE_MS / 1000} s: ${what}\n${output.slice(-20).join('\n')}`));
        };
        setTimeout(late, PATIENCE_MS).unref();
      });
    },
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      return exited;
    },
  };
}
