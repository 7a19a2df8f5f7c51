import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);

it('is a file that a shell may execute, also for whoever checks it out', async () => {
  expect((await stat('bin/flashback.js')).mode & 0o111).toBe(0o111);
});

it('prints the version of the package', async () => {
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
  expect((await run(process.execPath, [join('bin', 'flashback.js'), '--version'])).stdout).toBe(`${version}\n`);
});
