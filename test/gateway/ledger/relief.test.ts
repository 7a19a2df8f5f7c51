// A spool that is full: what becomes of what was added first.
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Spool } from '../../../src/gateway/ledger/spool.ts';
import { DirectoryStore, type SpoolStore } from '../../../src/gateway/ledger/stores.ts';
import { settle } from '../../fake/clock.ts';
import { manualClock, type ManualClock } from '../../fake/manual-clock.ts';
import { amounts, aSpool, aViolation, DIMENSIONS, drain, sumOf } from '../../fake/spool.ts';

const MEBIBYTE = 1024 * 1024;

let directory: string;
let clock: ManualClock;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'flashback-relief-'));
  clock = manualClock(Date.parse('2026-01-01T00:00:00Z'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const openDirectory = (): SpoolStore => new DirectoryStore(directory);
const sizeOnDisk = (): number => readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);

/** One request of each of so many users in each minute. */
async function spend(spool: Spool, minutes: number, users: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute++) {
    for (let user = 0; user < users; user++) spool.use({ ...DIMENSIONS, user: `user-${user}` }, amounts({ requests: 1, tokensIn: 3 }));
    clock.advance(60_000);
    await settle(3);
  }
  await settle(60);
}

describe.each([
  ['in memory', {}],
  ['on disk', { openDirectory }],
])('a spool %s that is full', (where, options) => {
  it('merges minutes into hours first, and loses nothing', async () => {
    const { spool, dropped } = aSpool(clock, { limitBytes: 3 * MEBIBYTE, ...options });
    await spend(spool, 240, 100);
    expect(spool.status.bytes).toBeLessThan(4.1 * MEBIBYTE);
    const all = drain(spool);
    expect(sumOf(all)).toMatchObject({ requests: 24_000, tokensIn: 72_000 });
    const users = new Set(all.flatMap(({ entries }) => entries.map(({ user }) => user)));
    expect([users.size, users.has('')]).toEqual([100, false]);
    expect(dropped).toEqual({ usage: 0, violation: 0 });
  });

  it('leaves users and conversations out of the oldest then, and loses no token', async () => {
    const { spool, dropped } = aSpool(clock, { limitBytes: 3 * MEBIBYTE, ...options });
    await spend(spool, 20, 3_000);
    expect(spool.status.bytes).toBeLessThan(4.1 * MEBIBYTE);
    if (where === 'on disk') expect(sizeOnDisk()).toBeLessThan(5 * MEBIBYTE);
    const all = drain(spool);
    expect(sumOf(all)).toMatchObject({ requests: 60_000, tokensIn: 180_000 });
    expect(all[0]?.entries.some(({ user }) => user === '')).toBe(true);
    expect(dropped).toEqual({ usage: 0, violation: 0 });
  });

  it('drops the oldest violations where they take most of the room, counts them, and keeps what was spent', async () => {
    const { spool, dropped } = aSpool(clock, { limitBytes: 3 * MEBIBYTE, ...options });
    await spend(spool, 5, 100);
    for (let index = 0; index < 12_000; index++) {
      spool.violated(aViolation({ id: String(index), at: clock.now() }));
      if (index % 500 === 0) await settle(3);
    }
    await settle();
    expect(spool.status.bytes).toBeLessThan(4.1 * MEBIBYTE);
    const all = drain(spool);
    const kept = all.flatMap(({ entries }) => entries).flatMap((entry) => (entry.type === 'violation' ? [Number(entry.id)] : []));
    expect(dropped.violation).toBeGreaterThan(0);
    expect(kept).toEqual(Array.from({ length: 12_000 - dropped.violation }, (_, index) => dropped.violation + index));
    expect(all.reduce((sum, batch) => sum + batch.dropped, 0)).toBe(dropped.violation);
    expect(sumOf(all)).toMatchObject({ requests: 500, tokensIn: 1_500 });
  });

  it('drops the oldest use last of all, and says in a batch how much', async () => {
    const { spool, dropped } = aSpool(clock, { limitBytes: 1.5 * MEBIBYTE, ...options });
    for (let key = 0; key < 15_000; key++) {
      spool.use({ ...DIMENSIONS, key: `key-${key}` }, amounts({ requests: 1 }));
      if (key % 500 === 0) await settle(3);
    }
    await settle();
    expect(dropped.usage).toBeGreaterThan(0);
    expect(spool.status.bytes).toBeLessThan(2.6 * MEBIBYTE);
    const all = drain(spool);
    expect(all.reduce((sum, batch) => sum + batch.dropped, 0)).toBe(dropped.usage);
    expect(sumOf(all).requests).toBe(15_000 - dropped.usage);
    const keys = all.flatMap(({ entries }) => entries.map(({ key }) => key));
    expect(keys.at(-1)).toBe('key-14999');
    expect(keys).not.toContain('key-0');
  });
});

it('whose directory is taken away goes on in memory', async () => {
  const { spool } = aSpool(clock, { limitBytes: MEBIBYTE, openDirectory });
  await spend(spool, 10, 500);
  rmSync(directory, { recursive: true });
  await spend(spool, 20, 500);
  expect(spool.status).toMatchObject({ isDurable: false });
  expect(sumOf(drain(spool)).requests).toBeGreaterThan(5_000);
});

it('what was told once stays as it is however full the spool gets', async () => {
  const { spool } = aSpool(clock, { limitBytes: MEBIBYTE, openDirectory });
  await spend(spool, 1, 100);
  const told = spool.tell();
  await spend(spool, 60, 500);
  expect(spool.tell()).toEqual(told);
  expect(aSpool(clock, { openDirectory }).spool.tell()).toEqual(told);
});

it('what was merged counts once for the process that comes next, wherever this one is killed', async () => {
  const kept: SpoolStore = openDirectory();
  let steps = 0;
  // A store that stops changing anything after so many steps is what a process that is killed leaves behind.
  class Dying extends DirectoryStore {
    override remove(name: string): void {
      if (steps-- > 0) super.remove(name);
    }
  }
  for (const after of [0, 1, 2, 3, 5]) {
    for (const name of kept.list()) kept.remove(name);
    steps = after;
    const { spool } = aSpool(clock, { limitBytes: 2 * MEBIBYTE, openDirectory: () => new Dying(directory) });
    await spend(spool, 130, 60);
    steps = Infinity;
    expect(sumOf(drain(aSpool(clock, { openDirectory }).spool)), `after ${after} steps`).toMatchObject({ requests: 130 * 60 });
  }
});
