import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Machine } from '../cluster/harness/sources.ts';
import { environmentDirectory, preparePython, whyNoPython } from '../interop/python.ts';

const aMachine = (env: Machine['env'] = {}): Machine => ({ env, home: '/home/dev', os: 'linux', arch: 'x64' });

describe('the suites of Python SDKs', () => {
  it.each(['Python 3.11.0', 'Python 3.14.2+', 'Python 4.0.0'])('run with %s', (version) => {
    expect(whyNoPython(version)).toBeUndefined();
  });

  it.each(['Python 3.9.18', 'Python 2.7.18', ''])('say why they do not with "%s"', (version) => {
    expect(whyNoPython(version)).toBe(`What needs Python is not tested: it takes Python 3.11 or later, and python3 is ${version}.`);
  });

  it('say why they do not where there is no Python', () => {
    expect(whyNoPython(undefined)).toBe('What needs Python is not tested: there is no python3.');
  });

  it('say what to install where the SDKs cannot be had', async () => {
    await expect(preparePython(aMachine({ XDG_CACHE_HOME: '/dev/null' }), 'Python 3.11.0')).rejects.toThrow(
      /^The interop tests need the Python SDKs of .*: install venv \(apt-get install python3-venv\)/,
    );
  });
});

describe('the environment of the Python SDKs', () => {
  const directory = (env: Machine['env'], lock: string, version: string) => environmentDirectory(aMachine(env), lock, version);

  it('is in the cache of the project', () => {
    expect(directory({}, 'a', 'Python 3.11.7')).toMatch(/^\/home\/dev\/\.cache\/flashback-ai-gateway\/python-3\.11\.7-\w{12}-linux-x64$/);
    expect(directory({ XDG_CACHE_HOME: '/var/cache' }, 'a', 'Python 3.11.7')).toMatch(/^\/var\/cache\/flashback-ai-gateway\/python-/);
  });

  it('is another one for every lock and every Python', () => {
    const all = [directory({}, 'a', 'Python 3.11.7'), directory({}, 'b', 'Python 3.11.7'), directory({}, 'a', 'Python 3.12.1')];
    expect(new Set(all).size).toBe(3);
  });
});

describe('the lock of the Python SDKs', () => {
  const lock = readFileSync('test/interop/requirements.lock', 'utf8').replaceAll('\\\n', '');

  it('has what is asked for', () => {
    const asked = readFileSync('test/interop/requirements.txt', 'utf8').split('\n').filter((line) => /^\w/.test(line));
    expect(asked).toHaveLength(6);
    for (const line of asked) expect(lock).toContain(`\n${line.replace(/\[.*\]/, '')} `);
  });

  it('pins each package and each of its files', () => {
    const lines = lock.split('\n').filter((line) => line !== '');
    expect(lines.length).toBeGreaterThan(40);
    for (const line of lines) expect(line).toMatch(/^[\w.-]+(?:\[[\w,]+\])?==\S+ .*--hash=sha256:[0-9a-f]{64}/);
  });
});
