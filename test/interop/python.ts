// The Python SDKs, in a virtual environment of their own in the cache.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run } from '../cluster/harness/command.ts';
import type { Machine } from '../cluster/harness/sources.ts';

const LOCK = join(import.meta.dirname, 'requirements.lock');
/** Google's SDK is the one that asks for the most. */
const OLDEST = '3.11';

/** Why the interop project has no Python to run with, in one sentence; undefined: it has. */
export function whyNoPython(version: string | undefined): string | undefined {
  if (version === undefined) return 'What needs Python is not tested: there is no python3.';
  const [, major = 0, minor = 0] = /^Python (\d+)\.(\d+)/.exec(version) ?? [];
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST.split('.').map(Number);
  const isNew = Number(major) > oldestMajor || (Number(major) === oldestMajor && Number(minor) >= oldestMinor);
  return isNew ? undefined : `What needs Python is not tested: it takes Python ${OLDEST} or later, and python3 is ${version}.`;
}

/** What `python3 --version` says; undefined: there is none. Synchronous, since vitest.config.ts depends on it. */
export function pythonVersion(): string | undefined {
  const { status, stdout } = spawnSync('python3', ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/** One directory for each lock and Python, so that neither upgrade meets old packages. */
export function environmentDirectory({ env, home, os, arch }: Machine, lock: string, version: string): string {
  const hash = createHash('sha256').update(lock).digest('hex').slice(0, 12);
  const cache = join(env['XDG_CACHE_HOME'] || join(home, '.cache'), 'flashback-ai-gateway');
  return join(cache, `${version.toLowerCase().replace(' ', '-')}-${hash}-${os}-${arch}`);
}

/** A virtual environment works from wherever it is as long as its own python is asked, so that it can be moved when whole. */
async function build(into: string): Promise<void> {
  await mkdir(dirname(into), { recursive: true });
  const unfinished = await mkdtemp(`${into}.unfinished-`);
  try {
    await run('python3', ['-m', 'venv', unfinished]);
    const options = ['--quiet', '--disable-pip-version-check', '--no-input', '--only-binary', ':all:', '--require-hashes'];
    await run(join(unfinished, 'bin', 'python'), ['-m', 'pip', 'install', ...options, '-r', LOCK]);
    // A run beside this one may have been faster.
    if (!existsSync(into)) await rename(unfinished, into);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** Path of a python with the SDKs of requirements.lock. Rejects with one sentence that says what to install. */
export async function preparePython(machine: Machine, version: string): Promise<string> {
  const directory = environmentDirectory(machine, await readFile(LOCK, 'utf8'), version);
  try {
    if (!existsSync(directory)) await build(directory);
  } catch (error) {
    throw new Error(
      'The interop tests need the Python SDKs of test/interop/requirements.lock: install venv (apt-get install python3-venv) and let pip ' +
        `reach PyPI or a mirror of it once (PIP_INDEX_URL), or take python3 off PATH to run without them (${String(error)}).`,
      { cause: error },
    );
  }
  return join(directory, 'bin', 'python');
}
