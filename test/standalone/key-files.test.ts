import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { KEY_VARIABLES, LABELS } from '../../src/api/resources.ts';
import { systemClock } from '../../src/clock.ts';
import { SecretConflictError, type OwnedSecret } from '../../src/reconcile/store.ts';
import { formatKeyFile, keyFileName, parseKeyFile } from '../../src/standalone/key-file.ts';
import { KeyFiles } from '../../src/standalone/key-files.ts';

function aKey(overrides: Partial<OwnedSecret> = {}): OwnedSecret {
  return {
    key: { namespace: 'quickstart', name: 'assistant-app' },
    owner: { kind: 'Repository', name: 'assistant', uid: 'u-1' },
    data: { OPENAI_API_KEY: 'sk-abc_DEF-123', OPENAI_BASE_URL: 'http://127.0.0.1:8080/v1', FLASHBACK_KEY_SHA256: 'f00' },
    labels: { [LABELS.repository]: 'assistant', [LABELS.apiKey]: 'app' },
    annotations: { 'ai.flashback.tech/key-id': 'key-1' },
    ...overrides,
  };
}

describe('the file of a key', () => {
  it('is named after namespace, repository and key', () => {
    expect(keyFileName(aKey())).toBe('quickstart.assistant.app.env');
  });

  it.each([{}, { [LABELS.repository]: '../x', [LABELS.apiKey]: 'app' }, { [LABELS.repository]: 'a/b', [LABELS.apiKey]: 'app' }])(
    'is never outside its directory: labels %j',
    (labels) => {
      expect(() => keyFileName(aKey({ labels }))).toThrow(RangeError);
    },
  );

  it('holds all that a Secret holds', () => {
    const text = fc.string({ unit: 'binary' });
    const names = fc.stringMatching(/^[-._a-zA-Z0-9]{1,20}$/).filter((name) => name !== '__proto__');
    const map = fc.dictionary(names, text, { noNullPrototype: true });
    fc.assert(
      fc.property(map, map, map, (data, labels, annotations) => {
        const secret = { ...aKey({ data, labels, annotations }), uid: 'uid-1' };
        expect(parseKeyFile(formatKeyFile(secret))).toEqual(secret);
      }),
    );
  });

  it.each(Object.values(KEY_VARIABLES))('gives back $key as it was written', ({ key, baseUrl }) => {
    const secret = { ...aKey({ data: { [key]: 'sk-abc_DEF-123', [baseUrl]: 'http://127.0.0.1:8080', FLASHBACK_KEY_SHA256: 'f00' } }), uid: 'u' };
    expect(formatKeyFile(secret)).toMatch(new RegExp(`^${key}=sk-abc_DEF-123$`, 'm'));
    expect(parseKeyFile(formatKeyFile(secret))).toEqual(secret);
  });

  it.each(['', 'OPENAI_API_KEY=sk-mine\n', '# secret: a/b\n'])('is not one that somebody else wrote: %j', (text) => {
    expect(parseKeyFile(text)).toBeUndefined();
  });

  it.each(Object.values(KEY_VARIABLES))('gives a shell exactly $key and $baseUrl', async ({ key, baseUrl }) => {
    const path = join(await mkdtemp(join(tmpdir(), 'flashback-key-')), 'k.env');
    const usual = { [key]: 'sk-abc', [baseUrl]: 'http://h:1/v1', FLASHBACK_KEY_SHA256: 'f00' };
    const hostile = { ...usual, EVIL: '$(echo pwned >&2; exit 3)', note: 'a\nB=c' };
    await writeFile(path, formatKeyFile({ ...aKey({ data: hostile }), uid: 'u' }));
    const output = execFileSync('sh', ['-c', `set -a; . "${path}"; env`], { env: {}, encoding: 'utf8' });
    const own = output.split('\n').filter((line) => !/^(PWD|OLDPWD|SHLVL|_)=|^$/.test(line));
    expect(own.toSorted()).toEqual([`${key}=sk-abc`, `${baseUrl}=http://h:1/v1`].toSorted());
  });
});

describe('the directory of keys', () => {
  let root: string;
  let directory: string;
  let announced: string[];
  let problems: string[];
  let open: KeyFiles[];

  async function start(): Promise<KeyFiles> {
    const files = new KeyFiles({
      directory,
      clock: systemClock,
      onSecret: ({ namespace, name }) => void announced.push(`${namespace}/${name}`),
      onProblem: (message) => void problems.push(message),
    });
    open.push(files);
    await files.start();
    return files;
  }

  function pathOf(): string {
    return join(directory, 'quickstart.assistant.app.env');
  }

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'flashback-keys-'));
    directory = join(root, '.flashback/keys');
    announced = [];
    problems = [];
    open = [];
  });
  afterEach(async () => {
    for (const files of open) await files.stop();
    expect(problems.filter((problem) => !problem.includes('move it away'))).toEqual([]);
    await rm(root, { recursive: true });
  });

  it('and its files are for their owner only, and git ignores them', async () => {
    const files = await start();
    await files.apply(aKey());
    const path = pathOf();
    expect((await files.list()).map((file) => file.path)).toEqual([path]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    expect(await readFile(join(directory, '.gitignore'), 'utf8')).toBe('*\n');
    expect((await readdir(directory)).toSorted()).toEqual(['.gitignore', 'quickstart.assistant.app.env']);
  });

  it('keeps keys across a restart', async () => {
    const first = await start();
    await first.apply(aKey());
    const before = await first.get(aKey().key);
    await first.stop();
    const second = await start();
    expect(await second.get(aKey().key)).toEqual(before);
    expect(before).toMatchObject({ data: aKey().data, labels: aKey().labels, annotations: aKey().annotations, ownerUid: 'u-1' });
  });

  it('lists the keys of one repository only', async () => {
    const files = await start();
    await files.apply(aKey());
    const labels = { [LABELS.repository]: 'other', [LABELS.apiKey]: 'app' };
    await files.apply(aKey({ key: { namespace: 'quickstart', name: 'other-app' }, labels }));
    await files.apply(aKey({ key: { namespace: 'elsewhere', name: 'assistant-app' } }));
    expect((await files.listOf({ namespace: 'quickstart', name: 'assistant' })).map(({ key }) => key)).toEqual([aKey().key]);
  });

  it('announces what is written, edited and deleted', async () => {
    const files = await start();
    await files.apply(aKey());
    await vi.waitFor(() => expect(announced).toEqual(['quickstart/assistant-app']));
    await writeFile(pathOf(), formatKeyFile({ ...aKey({ data: {} }), uid: 'u' }));
    await vi.waitFor(() => expect(announced).toHaveLength(2));
    await unlink(pathOf());
    await vi.waitFor(() => expect(announced).toHaveLength(3));
    expect(await files.get(aKey().key)).toBeUndefined();
  });

  it('survives the removal of the whole directory', async () => {
    const files = await start();
    await files.apply(aKey());
    await vi.waitFor(() => expect(announced).toHaveLength(1));
    await rm(join(root, '.flashback'), { recursive: true });
    await vi.waitFor(() => expect(announced).toHaveLength(2));
    await files.apply(aKey());
    await vi.waitFor(() => expect(announced).toHaveLength(3), { timeout: 5000 });
  });

  it('keeps the uid of a Secret that changes, and gives a new one to the next of its name', async () => {
    const files = await start();
    await files.apply(aKey());
    const first = await files.get(aKey().key);
    await files.apply(aKey({ data: { OPENAI_API_KEY: 'sk-other' } }));
    const second = await files.get(aKey().key);
    expect(second?.uid).toBe(first?.uid);
    expect(second?.resourceVersion).not.toBe(first?.resourceVersion);
    await files.delete(aKey().key, 'another-uid');
    expect(await files.get(aKey().key)).toBeDefined();
    await files.delete(aKey().key, first?.uid ?? '');
    expect(await files.get(aKey().key)).toBeUndefined();
    await files.apply(aKey());
    expect((await files.get(aKey().key))?.uid).not.toBe(first?.uid);
  });

  const otherOwner = aKey({ owner: { kind: 'Repository', name: 'assistant', uid: 'u-2' } });
  it.each(['OPENAI_API_KEY=mine\n', formatKeyFile({ ...otherOwner, uid: 'u' })])(
    'never overwrites a file of somebody else, says so once, and tells when it is gone: case %#',
    async (text) => {
      const files = await start();
      await writeFile(pathOf(), text);
      await expect(files.apply(aKey())).rejects.toThrow(SecretConflictError);
      expect(await readFile(pathOf(), 'utf8')).toBe(text);
      await expect(files.apply(aKey())).rejects.toThrow(SecretConflictError);
      expect(problems).toEqual([`${pathOf()} was not written by flashback for this key; move it away`]);
      announced = [];
      await unlink(pathOf());
      await vi.waitFor(() => expect(announced).toEqual(['quickstart/assistant-app']));
    },
  );

  it.each([
    ['a directory', (path: string) => mkdir(path)],
    ['a FIFO', (path: string) => execFileSync('mkfifo', [path])],
  ])('goes on when %s lies among the files, and says when it is in the way of a key', async (_case, make) => {
    const files = await start();
    await make(join(directory, 'a.b.c.env'));
    await files.apply(aKey());
    await vi.waitFor(() => expect(announced).toEqual(['quickstart/assistant-app']));
    await unlink(pathOf());
    await vi.waitFor(() => expect(announced).toHaveLength(2));
    await make(pathOf());
    await expect(files.apply(aKey())).rejects.toThrow(SecretConflictError);
    expect(problems).toEqual([`${pathOf()} was not written by flashback for this key; move it away`]);
    announced = [];
    await rm(pathOf(), { recursive: true });
    await vi.waitFor(() => expect(announced).toEqual(['quickstart/assistant-app']));
  });

  it('takes a copy under another name for no key', async () => {
    const files = await start();
    await files.apply(aKey());
    await writeFile(join(directory, 'backup.env'), await readFile(pathOf()));
    await unlink(pathOf());
    expect(await files.get(aKey().key)).toBeUndefined();
  });
});
