import { mkdir, mkdtemp, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { ManifestDirectory } from '../../src/standalone/directory.ts';
import { resourcesOf, type ManifestSet } from '../../src/standalone/manifest-set.ts';
import { loadSchemas, validateResource, type Schemas } from '../../src/standalone/schema.ts';

let schemas: Schemas;
let root: string;
let sets: ManifestSet[];
let directory: ManifestDirectory | undefined;

beforeAll(async () => {
  schemas = await loadSchemas(new URL('../../crds/', import.meta.url));
});
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'flashback-directory-'));
  sets = [];
});
afterEach(async () => {
  await directory?.stop();
  directory = undefined;
  await rm(root, { recursive: true });
});

function repository(name: string): string {
  return `---\napiVersion: ai.flashback.tech/v1alpha1\nkind: Repository\nmetadata: {name: ${name}}\nspec: {llms: [{name: demo}]}\n`;
}

async function start(roots = [root]): Promise<ManifestSet> {
  directory = new ManifestDirectory({
    roots,
    clock: systemClock,
    variables: {},
    validate: (object, previous) => validateResource(schemas, object, previous),
    onChange: (set) => void sets.push(set),
    onWatchError: (message) => expect.fail(message),
  });
  return directory.start();
}

function names(set: ManifestSet | undefined): string[] {
  return set === undefined ? [] : resourcesOf(set).map(({ metadata }) => metadata.name);
}

async function untilNames(expected: string[]): Promise<void> {
  await vi.waitFor(() => expect(names(directory?.set)).toEqual(expected), { timeout: 5000, interval: 10 });
}

it('reads yaml, yml and json at any depth, and nothing else', async () => {
  await mkdir(join(root, 'sub/deep'), { recursive: true });
  for (const other of ['.hidden', 'node_modules']) await mkdir(join(root, other));
  await writeFile(join(root, 'a.yaml'), repository('a'));
  await writeFile(join(root, 'sub/b.yml'), repository('b'));
  await writeFile(
    join(root, 'sub/deep/c.json'),
    `{"apiVersion":"ai.flashback.tech/v1alpha1","kind":"Repository","metadata":{"name":"c"},"spec":{"llms":[{"name":"demo"}]}}`,
  );
  const strays = ['notes.txt', '.a.yaml.swp', '.hidden/d.yaml', 'node_modules/e.yaml', 'a.yaml~'];
  for (const stray of strays) await writeFile(join(root, stray), repository('no'));
  expect(names(await start())).toEqual(['a', 'b', 'c']);
});

it('reads a file that is named, whatever its name, and ends no search in a circle of links', async () => {
  await writeFile(join(root, 'named'), repository('a'));
  await mkdir(join(root, 'dir'));
  await symlink('..', join(root, 'dir/up'));
  expect(names(await start([join(root, 'named'), join(root, 'dir')]))).toEqual(['a']);
});

it('says which path is not there', async () => {
  await expect(start([join(root, 'nope')])).rejects.toThrow(`there is no file or directory ${join(root, 'nope')}`);
});

it('sees edits, new files, new directories and files that go', async () => {
  await writeFile(join(root, 'a.yaml'), repository('a'));
  await start();
  await writeFile(join(root, 'a.yaml'), repository('a2'));
  await untilNames(['a2']);
  await mkdir(join(root, 'sub'));
  await writeFile(join(root, 'sub/b.yaml'), repository('b'));
  await untilNames(['a2', 'b']);
  await unlink(join(root, 'a.yaml'));
  await untilNames(['b']);
});

it('sees a save by rename, again and again', async () => {
  await writeFile(join(root, 'a.yaml'), repository('a'));
  await start();
  for (const name of ['b', 'c', 'd']) {
    await writeFile(join(root, '.a.yaml.tmp'), repository(name));
    await rename(join(root, '.a.yaml.tmp'), join(root, 'a.yaml'));
    await untilNames([name]);
  }
});

it('sees a save by rename of a file that was named itself', async () => {
  const file = join(root, 'a.yaml');
  await writeFile(file, repository('a'));
  await start([file]);
  for (const name of ['b', 'c']) {
    await writeFile(join(root, 'tmp'), repository(name));
    await rename(join(root, 'tmp'), file);
    await untilNames([name]);
  }
});

it('sees the swap of the link behind a mounted ConfigMap, again and again', async () => {
  const publish = async (version: string): Promise<void> => {
    await mkdir(join(root, `..${version}`));
    await writeFile(join(root, `..${version}`, 'a.yaml'), repository(version));
    await symlink(`..${version}`, join(root, '..data_tmp'));
    await rename(join(root, '..data_tmp'), join(root, '..data'));
  };
  await publish('v1');
  await symlink('..data/a.yaml', join(root, 'a.yaml'));
  expect(names(await start())).toEqual(['v1']);
  for (const version of ['v2', 'v3']) {
    await publish(version);
    await untilNames([version]);
  }
});

it('never takes a file for deleted that is only being saved', async () => {
  const file = join(root, 'a.yaml');
  await writeFile(file, repository('a'));
  await writeFile(join(root, 'marker.yaml'), repository('m1'));
  await start();
  const stages = [
    { marker: 'm2', begin: () => rename(file, join(root, 'a.yaml~')) },
    { marker: 'm3', begin: () => writeFile(file, '') },
  ];
  for (const { marker, begin } of stages) {
    await begin();
    await writeFile(join(root, 'marker.yaml'), repository(marker));
    // This look happens while a.yaml is away, or empty.
    await vi.waitFor(() => expect(sets.some((set) => names(set).includes(marker))).toBe(true), { interval: 5 });
    await writeFile(file, repository('a') + repository(`after-${marker}`));
    await untilNames(['a', `after-${marker}`, marker]);
  }
  expect(sets.every((set) => names(set).includes('a'))).toBe(true);
});

it('takes a file for empty that stays so', async () => {
  await writeFile(join(root, 'a.yaml'), repository('a'));
  await start();
  await writeFile(join(root, 'a.yaml'), '');
  await untilNames([]);
});

it('keeps everything in force while the directory itself is away', async () => {
  const inner = join(root, 'inner');
  await mkdir(inner);
  await writeFile(join(inner, 'a.yaml'), repository('a'));
  await start([inner]);
  await rename(inner, join(root, 'away'));
  await vi.waitFor(() => expect(directory?.set.problems[0]?.message).toContain('no file or directory'), { timeout: 5000 });
  expect(names(directory?.set)).toEqual(['a']);
  await rename(join(root, 'away'), inner);
  await vi.waitFor(() => expect(directory?.set.problems).toEqual([]), { timeout: 5000 });
  await writeFile(join(inner, 'a.yaml'), repository('a2'));
  await untilNames(['a2']);
});

it('announces nothing when nothing changed', async () => {
  await writeFile(join(root, 'a.yaml'), repository('a'));
  await start();
  await writeFile(join(root, 'a.yaml'), repository('a'));
  await writeFile(join(root, 'b.yaml'), repository('b'));
  await untilNames(['a', 'b']);
  expect(sets.map(names)).toEqual([['a'], ['a', 'b']]);
});

it('starts in spite of links that fan out, and sees edits behind them', async () => {
  for (let level = 0; level <= 20; level++) {
    await mkdir(join(root, `level-${level}`));
    if (level < 20) for (const name of ['a', 'b']) await symlink(`../level-${level + 1}`, join(root, `level-${level}`, name));
  }
  const file = join(root, 'level-20/x.yaml');
  await writeFile(file, repository('a'));
  expect(names(await start([join(root, 'level-0')]))).toEqual(['a']);
  await writeFile(file, repository('b'));
  await untilNames(['b']);
});
