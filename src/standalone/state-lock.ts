// One process per state directory: two would overwrite each other's keys and log.
import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The message says what to do. */
export class StateDirectoryError extends Error {
  override readonly name = 'StateDirectoryError';
}

const LOCK = 'lock';
const OTHER = 'choose another directory with --state-dir';

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** When a process began, where the system tells (Linux): after a restart of the machine its pid may be somebody else's. */
function beginOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the command, in parentheses, may hold anything. The beginning is field 22, the 20th after it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and belongs to somebody else.
    return codeOf(error) !== 'ESRCH';
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** The process that holds a lock; undefined when it has ended. */
function holderOf(lock: string): number | undefined {
  const [, digits, begin = ''] = /^([1-9]\d*) ?(\d*)\n$/.exec(lock) ?? [];
  const pid = Number(digits);
  if (digits === undefined || !isAlive(pid)) return undefined;
  const now = beginOf(pid);
  return begin !== '' && now !== '' && begin !== now ? undefined : pid;
}

function create(path: string, content: string): boolean {
  const draft = `${path}.${randomUUID()}`;
  writeFileSync(draft, content, { mode: 0o600, flag: 'wx' });
  try {
    // A link appears with its content, and only where there is nothing: nobody ever reads half a lock.
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Takes a lock out of the way whose holder has ended, but not one that somebody else has put there since. */
function clearStale(path: string, stale: string): void {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  const moved = read(aside);
  if (moved !== undefined && moved !== stale) create(path, moved);
  rmSync(aside, { force: true });
}

function acquire(directory: string): () => void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, LOCK);
  const own = `${process.pid} ${beginOf(process.pid)}\n`;
  while (!create(path, own)) {
    const found = read(path);
    const holder = found === undefined ? undefined : holderOf(found);
    if (holder !== undefined) throw new StateDirectoryError(`another flashback (pid ${holder}) uses ${directory}; ${OTHER}`);
    if (found !== undefined) clearStale(path, found);
  }
  return () => {
    if (read(path) === own) rmSync(path, { force: true });
  };
}

/**
 * Makes the state directory and takes it for this process. Returns what gives it back; synchronous, so that it can be done
 * while the process exits.
 * @throws StateDirectoryError when another process has it, or when it cannot be used at all.
 */
export function lockState(directory: string): () => void {
  try {
    return acquire(directory);
  } catch (error) {
    const code = codeOf(error);
    if (typeof code !== 'string') throw error;
    throw new StateDirectoryError(`the state directory ${directory} cannot be used (${code}); ${OTHER}`, { cause: error });
  }
}
