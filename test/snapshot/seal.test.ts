import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { signSnapshot } from '../../src/snapshot/digest.ts';
import { newestCompleteSet, openSnapshot, readPartHeader, SealedSnapshotError, sealSnapshot } from '../../src/snapshot/seal.ts';
import { contentWith } from '../fake/snapshots.ts';

const KEY = Buffer.alloc(32, 7);

/** 2,000 repositories whose model names do not compress, so that several parts are needed. */
function largeSnapshot(revision: number) {
  const content = contentWith(2000);
  for (const repository of Object.values(content.repositories)) {
    for (let i = 0; i < 8; i += 1) repository.models[randomBytes(60).toString('base64')] = { llm: 'team/main', upstream: 'model-0' };
  }
  return signSnapshot(content, { epoch: 1, revision }, KEY);
}

function faultOf(open: () => unknown): string {
  try {
    open();
  } catch (error) {
    if (error instanceof SealedSnapshotError) return error.fault;
    throw error;
  }
  return 'none';
}

describe('a sealed snapshot', () => {
  const large = largeSnapshot(4);
  const parts = sealSnapshot(large, KEY);

  it('of 2,000 repositories is cut into parts that fit into Secrets and opens whatever their order', () => {
    expect(parts.length).toBeGreaterThan(1);
    for (const part of parts) expect(part.length).toBeLessThan(900 * 1024);
    expect(openSnapshot(parts.toReversed(), KEY)).toEqual(large);
  });

  it('is one part when it is small, and different bytes each time', () => {
    const small = signSnapshot(contentWith(1), { epoch: 1, revision: 1 }, KEY);
    const [first, ...rest] = sealSnapshot(small, KEY);
    expect(rest).toEqual([]);
    expect(sealSnapshot(small, KEY)[0]).not.toEqual(first);
    expect(first?.includes('provider-secret')).toBe(false);
    expect(readPartHeader(first ?? Buffer.alloc(0))).toMatchObject({ epoch: 1, revision: 1, part: 0, count: 1 });
  });

  it('does not open while parts are missing', () => {
    expect(faultOf(() => openSnapshot([], KEY))).toBe('incomplete');
    expect(faultOf(() => openSnapshot(parts.slice(1), KEY))).toBe('incomplete');
    expect(faultOf(() => openSnapshot([...parts.slice(1), ...parts.slice(1)], KEY))).toBe('incomplete');
  });

  it('does not open with parts of another revision, nor of another sealing of the same one', () => {
    const other = sealSnapshot(largeSnapshot(5), KEY);
    expect(faultOf(() => openSnapshot([...parts.slice(0, 1), ...other.slice(1)], KEY))).toBe('mixed');
    expect(faultOf(() => openSnapshot([...parts.slice(0, 1), ...sealSnapshot(large, KEY).slice(1)], KEY))).toBe('mixed');
  });

  it('does not open with another key, nor after any byte was changed', () => {
    const sealed = sealSnapshot(signSnapshot(contentWith(1), { epoch: 1, revision: 1 }, KEY), KEY);
    expect(faultOf(() => openSnapshot(sealed, randomBytes(32)))).toBe('unreadable');
    const bytes = sealed[0] ?? Buffer.alloc(0);
    // Part number and count are left out: with those changed the set counts as incomplete.
    for (const at of [0, 4, 5, 21, 28, 29, 36, 41, 53, 69, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect([at, faultOf(() => openSnapshot([changed], KEY))]).toEqual([at, 'unreadable']);
    }
  });

  it('does not open when parts were relabelled', () => {
    const swapped = parts.map((part) => Buffer.from(part));
    swapped[0]?.writeUInt16BE(1, 37);
    swapped[1]?.writeUInt16BE(0, 37);
    expect(faultOf(() => openSnapshot(swapped, KEY))).toBe('unreadable');
    const cut = Buffer.from(parts[0] ?? Buffer.alloc(0));
    cut.writeUInt16BE(1, 39);
    expect(faultOf(() => openSnapshot([cut], KEY))).toBe('unreadable');
    expect(faultOf(() => openSnapshot([Buffer.from('nonsense')], KEY))).toBe('unreadable');
  });

  it('is found among left-overs: the newest complete set wins over an older one and over a newer torn one', () => {
    const wrap = (list: Buffer[]) => list.map((bytes) => ({ bytes }));
    const torn = wrap(sealSnapshot(largeSnapshot(9), KEY)).slice(1);
    const older = wrap(sealSnapshot(largeSnapshot(3), KEY));
    const chosen = newestCompleteSet([...older, ...torn, ...wrap(parts)]);
    expect(openSnapshot(chosen.map(({ bytes }) => bytes), KEY).revision).toBe(4);
    expect(newestCompleteSet(torn)).toEqual(torn);
  });
});
