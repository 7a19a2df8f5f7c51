import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lockState, StateDirectoryError } from '../../src/standalone/state-lock.ts';

let root: string;
let directory: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'flashback-lock-'));
  directory = join(root, 'state');
});
afterEach(() => rm(root, { recursive: true }));

/** The pid of a process that has ended. */
async function aDeadPid(): Promise<number> {
  const child = spawn(process.execPath, ['--version']);
  await once(child, 'close');
  return child.pid ?? 0;
}

it('makes the directory, for its owner only, and lets nobody else in', async () => {
  lockState(directory);
  expect((await stat(directory)).mode & 0o777).toBe(0o700);
  const refusal = `another flashback (pid ${process.pid}) uses ${directory}; choose another directory with --state-dir`;
  expect(() => lockState(directory)).toThrow(new StateDirectoryError(refusal));
});

it('leaves nothing behind when it is given back', async () => {
  lockState(directory)();
  expect(await readdir(directory)).toEqual([]);
  lockState(directory);
});

// Elsewhere nobody tells when a process began.
const reused = process.platform === 'linux' ? [`${process.pid} 1\n`] : [];
it.each<[string, () => Promise<string>]>([
  ['of a process that has ended', async () => `${await aDeadPid()} 1\n`],
  ...reused.map((lock): [string, () => Promise<string>] => ["of a process whose pid is another one's now", () => Promise.resolve(lock)]),
  ['that is damaged', () => Promise.resolve('')],
])('takes over a lock %s', async (_case, content) => {
  lockState(directory)();
  await writeFile(join(directory, 'lock'), await content());
  lockState(directory);
  expect(await readFile(join(directory, 'lock'), 'utf8')).toMatch(new RegExp(`^${process.pid} `));
  expect(await readdir(directory)).toEqual(['lock']);
});

it('does not take away the lock of whoever came after', async () => {
  const release = lockState(directory);
  await writeFile(join(directory, 'lock'), '1 1\n');
  release();
  expect(await readFile(join(directory, 'lock'), 'utf8')).toBe('1 1\n');
});

it('says in one sentence that the directory cannot be used', async () => {
  await writeFile(directory, '');
  const reason = `the state directory ${directory} cannot be used (EEXIST); choose another directory with --state-dir`;
  expect(() => lockState(directory)).toThrow(new StateDirectoryError(reason));
});
