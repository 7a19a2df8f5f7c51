// A child process that cannot outlive the tests: a small shell holds the read end of a pipe, and when the test process is gone,
// killed or not, the pipe ends and the shell kills what it started. Signals travel through the same pipe, one name a line.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';

const SUPERVISOR = `
exec 3<&0
"$@" </dev/null 3<&- &
child=$!
(while read -r signal; do kill -s "$signal" "$child"; done; kill -s KILL "$child") <&3 >/dev/null 2>&1 &
watcher=$!
wait "$child"
code=$?
kill "$watcher" 2>/dev/null
exit "$code"
`;
const LOG_TAIL = 2_000;
const STOP_TIMEOUT = 10_000;

export class SupervisedProcess {
  readonly #name: string;
  readonly #log: string;
  readonly #shell: ChildProcess;
  readonly #exited: Promise<unknown>;

  /** Starts a program whose output goes to the file `log`. */
  constructor(name: string, log: string, command: readonly string[]) {
    this.#name = name;
    this.#log = log;
    const output = openSync(log, 'a');
    this.#shell = spawn('sh', ['-c', SUPERVISOR, 'sh', ...command], { stdio: ['pipe', output, output] });
    closeSync(output);
    this.#exited = once(this.#shell, 'exit');
    // Writing to a process that has just ended is no error here.
    this.#shell.stdin!.on('error', () => {});
  }

  get running(): boolean {
    return this.#shell.exitCode === null && this.#shell.signalCode === null;
  }

  /** Throws an Error with the end of the program's log if it has ended. */
  assertRunning(): void {
    if (!this.running) throw new Error(`${this.#name} has ended:\n${readFileSync(this.#log, 'utf8').slice(-LOG_TAIL)}`);
  }

  /** Sends a signal and resolves when the program has ended; one that takes too long is killed. */
  async stop(signal: 'TERM' | 'KILL'): Promise<void> {
    if (!this.running) return;
    this.#shell.stdin!.write(`${signal}\n`);
    const timer = setTimeout(() => this.#shell.stdin!.end(), STOP_TIMEOUT);
    await this.#exited;
    clearTimeout(timer);
  }
}
