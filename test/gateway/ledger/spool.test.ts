// The spool: what was added is told until it is confirmed, across the ends of processes and whatever the disk does.
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Spool } from '../../../src/gateway/ledger/spool.ts';
import { DirectoryStore, MemoryStore, type SpoolStore } from '../../../src/gateway/ledger/stores.ts';
import { manualClock, type ManualClock } from '../../fake/manual-clock.ts';
import { amounts, aSpool, aViolation, confirmationOf, DIMENSIONS, drain, sumOf } from '../../fake/spool.ts';

let directory: string;
let clock: ManualClock;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'flashback-spool-'));
  clock = manualClock(Date.parse('2026-01-01T00:00:00Z'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const openDirectory = (): SpoolStore => new DirectoryStore(directory);
/** A process that begins; the one before it was killed. */
const onDisk = (): Spool => aSpool(clock, { openDirectory }).spool;
const spend = (spool: Spool, tokensIn: number, user = ''): void => spool.use({ ...DIMENSIONS, user }, amounts({ requests: 1, tokensIn }));

describe.each([
  ['in memory', () => aSpool(clock).spool],
  ['on disk', () => onDisk()],
])('a spool %s', (_where, open) => {
  it('tells use added up by minute and dimensions, and violations one by one', () => {
    const spool = open();
    spend(spool, 3);
    spend(spool, 4);
    spend(spool, 5, 'ada');
    clock.advance(60_000);
    spend(spool, 6);
    const violation = aViolation();
    spool.violated(violation);
    const minute = Date.parse('2026-01-01T00:00:00Z') / 60_000;
    const told = spool.tell();
    expect(told).toEqual([{ source: expect.stringMatching(/^[\da-f-]{36}$/), sequence: 1, dropped: 0, entries: expect.any(Array) }]);
    expect(told[0]?.entries).toEqual([
      { type: 'usage', minute, ...DIMENSIONS, ...amounts({ requests: 2, tokensIn: 7 }) },
      { type: 'usage', minute: minute + 1, ...DIMENSIONS, ...amounts({ requests: 1, tokensIn: 6 }) },
      { type: 'usage', minute, ...DIMENSIONS, user: 'ada', ...amounts({ requests: 1, tokensIn: 5 }) },
      violation,
    ]);
  });

  it('tells the same again until that is confirmed, and then what has come since, without a gap', () => {
    const spool = open();
    expect(spool.tell()).toEqual([]);
    spend(spool, 1);
    const first = spool.tell();
    spend(spool, 2);
    expect(spool.tell()).toEqual(first);
    expect(spool.confirm([{ source: 'somebody else', sequence: 9 }, { source: first[0]!.source, sequence: 0 }])).toBe(false);
    expect(spool.tell()).toEqual(first);
    expect(spool.confirm(first.map(confirmationOf))).toBe(true);
    const second = spool.tell();
    expect(second.map(({ source, sequence }) => ({ source, sequence }))).toEqual([{ source: first[0]!.source, sequence: 2 }]);
    expect(sumOf(second)).toMatchObject({ tokensIn: 2 });
    spool.confirm(second.map(confirmationOf));
    expect([spool.isEmpty, spool.status]).toMatchObject([true, { entries: 0, bytes: 0, oldest: Infinity }]);
  });

  it('tells no more at a time than an answer may hold', () => {
    const spool = open();
    for (let user = 0; user < 12_000; user++) spend(spool, 1, `user-${user}`);
    const sizes: number[] = [];
    const all = [];
    for (let batches = spool.tell(); batches.length > 0; batches = spool.tell()) {
      sizes.push(batches.reduce((sum, { entries }) => sum + entries.length, 0));
      all.push(...batches);
      spool.confirm(batches.map(confirmationOf));
    }
    expect(Math.max(...sizes)).toBeLessThanOrEqual(5_000);
    expect(sizes.length).toBeLessThan(5);
    expect(all.map(({ sequence }) => sequence)).toEqual(all.map((_, index) => index + 1));
    expect(sumOf(all)).toMatchObject({ requests: 12_000 });
  });

  it('says once that something has come, and at once that an alert has', () => {
    const spool = open();
    const news: boolean[] = [];
    spool.onNews = (isUrgent) => void news.push(isUrgent);
    spend(spool, 1);
    spend(spool, 1);
    spool.violated(aViolation({ action: 'Log' }));
    spool.violated(aViolation({ action: 'DryRun' }));
    expect(news).toEqual([false]);
    spool.violated(aViolation({ action: 'Alert' }));
    spool.violated(aViolation({ action: 'Block' }));
    expect(news).toEqual([false, true, true]);
  });
});

describe('after the end of a process', () => {
  it('the next one tells what nobody was told, under a source of its own', () => {
    const [before, news] = [onDisk(), onDisk];
    spend(before, 3);
    before.violated(aViolation({ id: 'kept' }));
    const after = news();
    spend(after, 4);
    const told = drain(after);
    expect(sumOf(told)).toMatchObject({ requests: 2, tokensIn: 7 });
    expect(told.map(({ source, sequence }) => [source === told[0]?.source, sequence])).toEqual([[true, 1], [true, 2]]);
    expect(readdirSync(directory)).toEqual([]);
  });

  it('the next one tells what somebody may have been told with its source, its sequence and its content', () => {
    const before = onDisk();
    spend(before, 1);
    const confirmed = before.tell();
    spend(before, 2, 'ada');
    before.violated(aViolation());
    before.confirm(confirmed.map(confirmationOf));
    const lost = before.tell();
    expect(lost[0]).toMatchObject({ sequence: 2 });
    const after = onDisk();
    spend(after, 5);
    expect(after.tell()).toEqual(lost);
    const third = onDisk();
    expect(third.tell()).toEqual(lost);
    expect(sumOf(drain(third))).toMatchObject({ tokensIn: 7 });
  });

  it('half a line that was being written says nothing, and spoils nothing', () => {
    spend(onDisk(), 3);
    const [name = ''] = readdirSync(directory);
    appendFileSync(join(directory, name), '["u",0,294');
    expect(sumOf(drain(onDisk()))).toMatchObject({ requests: 1, tokensIn: 3 });
  });

  it('what was merged but not yet cleared away counts once', () => {
    const first = onDisk();
    spend(first, 1);
    spend(onDisk(), 2);
    const [one = '', two = ''] = readdirSync(directory).toSorted();
    writeFileSync(join(directory, '1-2.journal'), readFileSync(join(directory, one), 'utf8') + readFileSync(join(directory, two), 'utf8'));
    writeFileSync(join(directory, '3-3.journal.tmp'), 'half');
    expect(sumOf(drain(onDisk()))).toMatchObject({ requests: 2, tokensIn: 3 });
    expect(readdirSync(directory)).toEqual([]);
  });

  it('a file that cannot be read is left alone, and the others are told', () => {
    spend(onDisk(), 3);
    mkdirSync(join(directory, '7-7.journal'));
    expect(sumOf(drain(onDisk()))).toMatchObject({ tokensIn: 3 });
    expect(readdirSync(directory)).toEqual(['7-7.journal']);
  });

  it('a batch that is gone or cannot be read leaves no gap in front of those that follow it', () => {
    const source = 'a0000000-0000-0000-0000-000000000000';
    spend(onDisk(), 3);
    const [name = ''] = readdirSync(directory);
    renameSync(join(directory, name), join(directory, `${source}.7.batch`));
    mkdirSync(join(directory, `${source}.5.batch`));
    const told = onDisk().tell();
    expect(told.map((batch) => [batch.source, batch.sequence, batch.entries.length])).toEqual([[source, 5, 0], [source, 6, 0], [source, 7, 1]]);
  });

  it('nobody else may read what it has left', () => {
    spend(onDisk(), 3);
    const modes = readdirSync(directory, { withFileTypes: true }).map((entry) => modeOf(join(directory, entry.name)));
    expect(modes).toEqual([0o600]);
  });
});

function modeOf(path: string): number {
  return statSync(path).mode & 0o777;
}

/** A disk that takes no more than so many lines. */
class FullStore implements SpoolStore {
  readonly isDurable = true;
  readonly #kept: SpoolStore;
  room: number;
  /** It neither renames nor removes any more. */
  isReadOnly = false;

  constructor(kept: SpoolStore, room: number) {
    this.#kept = kept;
    this.room = room;
  }

  list = (): string[] => this.#kept.list();
  read = (name: string): Buffer => this.#kept.read(name);

  write(name: string, text: string): void {
    this.#take();
    this.#kept.write(name, text);
  }

  open(name: string) {
    const kept = this.#kept.open(name);
    const append = (text: string): void => {
      this.#take();
      kept.append(text);
    };
    return { append, close: () => kept.close() };
  }

  rename(from: string, to: string): void {
    this.#change();
    this.#kept.rename(from, to);
  }

  remove(name: string): void {
    this.#change();
    this.#kept.remove(name);
  }

  #take(): void {
    if (this.room <= 0) throw new Error('ENOSPC');
    this.room--;
  }

  #change(): void {
    if (this.isReadOnly) throw new Error('EROFS');
  }
}

describe('a disk', () => {
  it('that is full costs nothing: what comes then is in memory, and on the disk again once that has room', () => {
    const store = new FullStore(openDirectory(), 2);
    const { spool } = aSpool(clock, { openDirectory: () => store });
    for (let turn = 0; turn < 5; turn++) spend(spool, 10);
    expect(spool.status).toMatchObject({ isDurable: false });
    store.room = 100;
    spend(spool, 10);
    expect(spool.status).toMatchObject({ isDurable: false });
    clock.advance(60_000);
    spend(spool, 10);
    expect(spool.status).toMatchObject({ isDurable: true });
    expect(sumOf(drain(onDisk()))).toMatchObject({ requests: 7, tokensIn: 70 });
  });

  it('that is full is told from one that is not by source, so that what is lost with memory leaves no gap', () => {
    const store = new FullStore(openDirectory(), 1);
    const { spool } = aSpool(clock, { openDirectory: () => store });
    spend(spool, 1);
    spend(spool, 2);
    const told = drain(spool);
    expect(told.map(({ sequence }) => sequence)).toEqual([1, 1]);
    expect(new Set(told.map(({ source }) => source)).size).toBe(2);
    expect(sumOf(told)).toMatchObject({ tokensIn: 3 });
  });

  it('that takes no change any more has nothing told that the next process would tell under another name', () => {
    const store = new FullStore(openDirectory(), 1);
    const { spool } = aSpool(clock, { openDirectory: () => store });
    spend(spool, 1);
    store.isReadOnly = true;
    spend(spool, 2);
    expect(sumOf(drain(spool))).toMatchObject({ tokensIn: 2 });
    store.isReadOnly = false;
    expect(sumOf(drain(spool))).toMatchObject({ tokensIn: 1 });
  });

  it('that cannot be written to from the beginning is tried again, and what is on it then is told', () => {
    spend(onDisk(), 1);
    let isThere = false;
    const late = (): SpoolStore => {
      if (!isThere) throw new Error('EACCES');
      return openDirectory();
    };
    const { spool } = aSpool(clock, { openDirectory: late });
    spend(spool, 2);
    expect(spool.status).toMatchObject({ isDurable: false });
    isThere = true;
    clock.advance(60_000);
    spend(spool, 4);
    expect(spool.status).toMatchObject({ isDurable: true });
    expect(sumOf(drain(onDisk()))).toMatchObject({ tokensIn: 7 });
  });

  it('says much in few lines once it was said in many', () => {
    const spool = onDisk();
    for (let turn = 0; turn < 40_000; turn++) spend(spool, 1);
    const [name = ''] = readdirSync(directory);
    expect(statSync(join(directory, name)).size).toBeLessThan(1_100_000);
    expect(sumOf(drain(onDisk()))).toMatchObject({ requests: 40_000, tokensIn: 40_000 });
  });
});

it('a part that memory does not have is an error and no empty part', () => {
  expect(() => new MemoryStore().read('1-1.journal')).toThrow('there is no part 1-1.journal');
});
