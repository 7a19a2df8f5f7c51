import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readSources } from '../../src/standalone/source-files.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'flashback-sources-'));
});
afterEach(() => rm(root, { recursive: true }));

it('reads a directory once, however many links lead to it: 24 levels with two links each come to an end', async () => {
  for (let level = 0; level <= 24; level++) {
    await mkdir(join(root, `level-${level}`));
    if (level < 24) for (const name of ['a', 'b']) await symlink(`../level-${level + 1}`, join(root, `level-${level}`, name));
  }
  await writeFile(join(root, 'level-24/x.yaml'), 'x');
  const files = await readSources([join(root, 'level-0')]);
  expect(files).toEqual([{ path: join(root, 'level-0', ...Array<string>(24).fill('a'), 'x.yaml'), text: 'x' }]);
});

it('takes a directory that is named twice, or also below another, for one', async () => {
  await mkdir(join(root, 'sub'));
  await writeFile(join(root, 'sub/x.yaml'), 'x');
  expect(await readSources([root, join(root, 'sub'), `${root}/.`])).toEqual([{ path: join(root, 'sub/x.yaml'), text: 'x' }]);
});
