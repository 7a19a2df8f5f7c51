import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { BOOT_SLOTS, loadBootSnapshot, saveBootSnapshot } from '../../src/push/boot-store.ts';
import { signSnapshot } from '../../src/snapshot/digest.ts';
import { contentWith, emptyContent } from '../fake/snapshots.ts';
import { MemorySecretFiles } from '../fake/secret-files.ts';

const KEY = Buffer.alloc(32, 7);
const small = (revision: number, epoch = 1) => signSnapshot(contentWith(1), { epoch, revision }, KEY);

/** Its seal needs about `megabytes` MB: header values that do not compress. */
function bulky(revision: number, megabytes: number) {
  const content = contentWith(1);
  for (const provider of Object.values(content.providers)) {
    provider.headers = Array.from({ length: megabytes }, (_, i) => [`x-${i}`, randomBytes(1_000_000).toString('base64')]);
  }
  return signSnapshot(content, { epoch: 1, revision }, KEY);
}

describe('the boot snapshot', () => {
  it('is undefined before the first save', async () => {
    const files = new MemorySecretFiles();
    files.bundles.set('flashback-snapshot-class', { part: Buffer.from('not ours') });
    expect(await loadBootSnapshot(files, KEY)).toBeUndefined();
  });

  it('comes back as it was saved, from one Secret while it is small', async () => {
    const files = new MemorySecretFiles();
    await saveBootSnapshot(files, small(1), KEY);
    expect([...files.bundles.keys()]).toEqual(['flashback-snapshot-0']);
    expect(await loadBootSnapshot(files, KEY)).toEqual(small(1));
  });

  it('is replaced without a moment at which there is no complete one, and surplus Secrets go', async () => {
    const files = new MemorySecretFiles();
    const first = bulky(1, 2);
    await saveBootSnapshot(files, first, KEY);
    expect(files.bundles.size).toBe(3);
    let writes = 0;
    files.beforeWrite = () => {
      writes += 1;
      if (writes === 2) throw new Error('the operator dies here');
    };
    await expect(saveBootSnapshot(files, bulky(2, 2), KEY)).rejects.toThrow(/dies here/);
    expect(await loadBootSnapshot(files, KEY)).toEqual(first);
    files.beforeWrite = () => {};
    await saveBootSnapshot(files, small(3), KEY);
    expect(files.bundles.size).toBe(1);
    expect((await loadBootSnapshot(files, KEY))?.revision).toBe(3);
  });

  it('is not replaced by a deposed leader', async () => {
    const files = new MemorySecretFiles();
    await saveBootSnapshot(files, small(4, 2), KEY);
    await expect(saveBootSnapshot(files, small(9, 1), KEY)).rejects.toThrow(/epoch 2/);
    expect((await loadBootSnapshot(files, KEY))?.revision).toBe(4);
  });

  it('stays what it was when the new one does not fit', async () => {
    const files = new MemorySecretFiles();
    await saveBootSnapshot(files, small(1), KEY);
    await expect(saveBootSnapshot(files, bulky(2, BOOT_SLOTS), KEY)).rejects.toThrow(/do not fit/);
    expect((await loadBootSnapshot(files, KEY))?.revision).toBe(1);
  });

  it('is refused with a named error under another key, and can be written anew', async () => {
    const files = new MemorySecretFiles();
    await saveBootSnapshot(files, small(1), KEY);
    const other = randomBytes(32);
    await expect(loadBootSnapshot(files, other)).rejects.toMatchObject({ name: 'SealedSnapshotError', fault: 'unreadable' });
    await saveBootSnapshot(files, signSnapshot(emptyContent(), { epoch: 2, revision: 1 }, other), other);
    expect((await loadBootSnapshot(files, other))?.epoch).toBe(2);
  });
});
