// Processes of the benchmark: started on a core of their own, and asked for the CPU time that they have used.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';

/** Linux counts CPU time of processes in hundredths of a second. */
const TICK_MICROSECONDS = 10_000;

/** Cores for what is measured and for all the rest; undefined where processes cannot be pinned. */
export interface Cores {
  target: string;
  rest: string;
}

/** Finds two cores and moves this process to the one for the rest. */
export function pinCores(): Cores | undefined {
  if (availableParallelism() < 2) return undefined;
  try {
    const allowed = /^Cpus_allowed_list:\s*(.+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))![1]!;
    const [target, rest] = allowed.split(',').flatMap((range) => {
      const [first, last] = range.split('-').map(Number);
      return Array.from({ length: (last ?? first!) - first! + 1 }, (_, index) => String(first! + index));
    });
    if (target === undefined || rest === undefined) return undefined;
    execFileSync('taskset', ['-a', '-p', '-c', rest, String(process.pid)], { stdio: 'ignore' });
    return { target, rest };
  } catch {
    return undefined;
  }
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts `node` with arguments, on a core if one is given. Standard output is piped or thrown away. */
export function startNode(args: readonly string[], options: { core: string | undefined; output: 'pipe' | 'ignore' }): ChildProcess {
  const command = [process.execPath, ...args];
  const pinned = options.core === undefined ? command : ['taskset', '-c', options.core, ...command];
  const child = spawn(pinned[0]!, pinned.slice(1), { stdio: ['ignore', options.output, 'inherit'] });
  running.add(child);
  child.on('exit', () => running.delete(child));
  return child;
}

/** First line that a process prints. */
export async function firstLine(child: ChildProcess): Promise<string> {
  const lines = createInterface(child.stdout!);
  const [line] = (await Promise.race([once(lines, 'line'), once(child, 'exit').then(([code]) => Promise.reject(new Error(`${child.spawnargs.join(' ')} ended with ${code}`)))])) as [string];
  return line;
}

export async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

interface ProcessStat {
  parent: string;
  /** CPU time in microseconds. */
  used: number;
}

/** Time of all threads from the scheduler, which counts in nanoseconds; undefined where the kernel does not tell. */
function scheduledTime(pid: string): number | undefined {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    const nanoseconds = threads.map((thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]));
    return nanoseconds.reduce((sum, value) => sum + value, 0) / 1000;
  } catch {
    return undefined;
  }
}

function statOf(pid: string): ProcessStat | undefined {
  try {
    // The command is in brackets and may hold spaces; user and system time are the 14th and 15th field.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]);
    return { parent: fields[1]!, used: scheduledTime(pid) ?? ticks * TICK_MICROSECONDS };
  } catch {
    return undefined;
  }
}

/** CPU time that a process and all below it have used so far, in microseconds. */
export function cpuTime(pid: number): number {
  const stats = new Map<string, ProcessStat>();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? statOf(name) : undefined;
    if (stat !== undefined) stats.set(name, stat);
  }
  const isBelow = (name: string): boolean => {
    for (let current: string | undefined = name; current !== undefined; current = stats.get(current)?.parent) {
      if (current === String(pid)) return true;
    }
    return false;
  };
  let used = 0;
  for (const [name, stat] of stats) if (isBelow(name)) used += stat.used;
  return used;
}
