import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { bootFromSealed, readSealedParts } from '../../src/gateway/boot.ts';
import { signSnapshot } from '../../src/snapshot/digest.ts';
import { sealSnapshot } from '../../src/snapshot/seal.ts';
import { ManualClock, newState, silentLogger, temporaryDirectory } from '../fake/admin-gateway.ts';
import { contentWith } from '../fake/snapshots.ts';

const KEY = Buffer.alloc(32, 7);
const signed = (revision: number) => signSnapshot(contentWith(1), { epoch: 1, revision }, KEY);

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(() => directory.remove());

async function mount(slot: string, part: Buffer | undefined): Promise<void> {
  await mkdir(join(directory.path, slot), { recursive: true });
  await writeFile(join(directory.path, slot, 'part'), part ?? Buffer.alloc(0));
}

function boot(state: ReturnType<typeof newState>['state'], clock: ManualClock, signal?: AbortSignal) {
  return bootFromSealed({ directory: directory.path, key: () => KEY, state, clock, logger: silentLogger }, signal);
}

describe('bootFromSealed', () => {
  it('applies what is mounted, one Secret per directory, whatever else lies there', async () => {
    await mount('flashback-snapshot-3', sealSnapshot(signed(4), KEY)[0]);
    await mount('..data', Buffer.from('not a part'));
    await mkdir(join(directory.path, 'flashback-snapshot-0'));
    const { state } = newState({ key: KEY });
    expect(await boot(state, new ManualClock())).toBe('loaded');
    expect(state.applied?.revision).toBe(4);
  });

  it('reads flat files too', async () => {
    await writeFile(join(directory.path, '0.part'), sealSnapshot(signed(4), KEY)[0] ?? '');
    expect((await readSealedParts(directory.path)).length).toBe(1);
    const { state } = newState({ key: KEY });
    expect(await boot(state, new ManualClock())).toBe('loaded');
  });

  it('takes the newest while old and new are about', async () => {
    await mount('0', sealSnapshot(signed(4), KEY)[0]);
    await mount('1', sealSnapshot(signed(5), KEY)[0]);
    const { state } = newState({ key: KEY });
    await boot(state, new ManualClock());
    expect(state.applied?.revision).toBe(5);
  });

  it('tries each second while there is nothing that opens, and loads what appears', async () => {
    const { state } = newState({ key: KEY });
    const clock = new ManualClock();
    await rm(directory.path, { recursive: true });
    const outcome = boot(state, clock);
    await vi.waitFor(() => expect(clock.pending).toBe(1));
    await mount('0', Buffer.from('torn'));
    clock.advance(1_000);
    await vi.waitFor(() => expect(clock.pending).toBe(1));
    expect(state.ready).toBe(false);
    await mount('0', sealSnapshot(signed(4), KEY)[0]);
    clock.advance(1_000);
    expect(await outcome).toBe('loaded');
  });

  it('gives way to the first push', async () => {
    const { state } = newState({ key: KEY });
    const clock = new ManualClock();
    const outcome = boot(state, clock);
    await vi.waitFor(() => expect(clock.pending).toBe(1));
    await mount('0', sealSnapshot(signed(4), KEY)[0]);
    state.apply(signed(6));
    clock.advance(1_000);
    expect(await outcome).toBe('pushed');
    expect(state.applied?.revision).toBe(6);
  });

  it('ends when told to', async () => {
    const { state } = newState({ key: KEY });
    const clock = new ManualClock();
    const abort = new AbortController();
    const outcome = boot(state, clock, abort.signal);
    await vi.waitFor(() => expect(clock.pending).toBe(1));
    abort.abort();
    clock.advance(1_000);
    expect(await outcome).toBe('aborted');
  });
});
