// How a ledger is opened, what is said where it cannot be, and what a process that is killed leaves behind.
import { fork, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../src/ledger/migrate.ts';
import { openLedger } from '../../src/ledger/open.ts';
import { SqliteDatabase } from '../../src/ledger/sqlite/database.ts';
import { aBatch, aQuestion, aUse, everyUid } from './said.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'flashback-open-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function refusal(url: string, retention = {}): Promise<Error> {
  return openLedger({ url, retention }).then(
    () => expect.fail('it was opened'),
    (error: Error) => error,
  );
}

it.each(['path', 'sqlite'])('opens the same file by %s', async (form) => {
  const path = join(directory, 'new', 'of it', 'ledger.db');
  const ledger = await openLedger({ url: form === 'path' ? path : `sqlite://${path.replaceAll(' ', '%20')}` });
  await ledger.ingest([aBatch([], { source: form })], everyUid);
  await ledger.close();
  expect((await readFile(path)).subarray(0, 15).toString()).toBe('SQLite format 3');
});

it.each([
  ['mysql://root:geheim@db/x', 'a ledger is named by a path, sqlite:///path or postgres://..., and the scheme of this URL is mysql'],
  ['sqlite://ledger.db', 'three slashes'],
  ['postgres://me:geheim@[broken/x', 'the URL of the ledger cannot be read'],
  ['postgres://me:geheim@127.0.0.1:1/x', 'the ledger in PostgreSQL cannot be opened: connect ECONNREFUSED 127.0.0.1:1'],
])('says what is wrong with %s', async (url, sentence) => {
  const error = await refusal(url);
  expect(error.message).toContain(sentence);
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    expect(JSON.stringify([at.message, at.stack, Object.entries(at)])).not.toContain('geheim');
  }
});

describe('a server that repeats what it was told', () => {
  let server: Server;
  beforeAll(async () => {
    // An error response of the protocol, with the password in its text.
    const fields = Buffer.from('SFATAL\0C28P01\0Mno entry for p%40ss word and p@ss word\0\0');
    const head = Buffer.alloc(5);
    head.write('E');
    head.writeInt32BE(fields.length + 4, 1);
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(Buffer.concat([head, fields])));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
  });
  afterAll(() => server.close());

  it('does not bring the password into an error', async () => {
    const error = await refusal(`postgres://me:p%40ss@127.0.0.1:${(server.address() as AddressInfo).port}/x`);
    expect(error.message).toBe('the ledger in PostgreSQL cannot be opened: no entry for *** word and *** word');
  });
});

it.each([
  [{ minutes: 0 }, 'retention.minutes has to be a whole number of days from 1, and it is 0'],
  [{ records: 1.5 }, 'retention.records has to be a whole number of days from 1, and it is 1.5'],
  [{ minutes: 500 }, 'retention.minutes must not be longer than retention.hours and retention.details'],
])('refuses a retention of %j', async (retention, sentence) => {
  expect((await refusal(join(directory, 'never.db'), retention)).message).toBe(sentence);
});

it('refuses a file that is no ledger', async () => {
  const path = join(directory, 'text.db');
  await writeFile(
    path,
    'this is a text, and it is longer than the head of a database, so that nobody takes it for an empty one '.repeat(20),
  );
  expect((await refusal(path)).message).toBe(`the ledger ${path} cannot be opened: file is not a database`);
});

it('refuses a ledger of a newer program, and leaves it as it is', async () => {
  const path = join(directory, 'newer.db');
  const newer = new SqliteDatabase(path);
  await migrate(newer, [{ version: 7, statements: () => ['CREATE TABLE of_tomorrow (id INTEGER)'] }]);
  await newer.close();
  expect((await refusal(path)).message).toMatch(
    /the ledger has schema version 7, and this program knows versions up to \d+: run the newer program, or restore/,
  );
  const left = new SqliteDatabase(path);
  expect(await left.all("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")).toEqual([
    { name: 'of_tomorrow' },
    { name: 'schema_version' },
  ]);
  await left.close();
});

it('goes on from an older schema, and does nothing of a step that fails', async () => {
  const path = join(directory, 'older.db');
  const database = new SqliteDatabase(path);
  const first = { version: 1, statements: () => ['CREATE TABLE a (id INTEGER)'] };
  await migrate(database, [first]);
  await expect(migrate(database, [first, { version: 2, statements: () => ['CREATE TABLE b (id INTEGER)', 'no SQL'] }])).rejects.toThrow(
    'near "no"',
  );
  await migrate(database, [first, { version: 2, statements: () => ['ALTER TABLE a ADD COLUMN more INTEGER'] }]);
  expect(await database.all('SELECT version FROM schema_version ORDER BY version')).toEqual([{ version: 1 }, { version: 2 }]);
  await database.close();
});

it('answers questions while it is told something', async () => {
  const ledger = await openLedger({ url: join(directory, 'both.db') });
  const entries = Array.from({ length: 3000 }, (_, index) => aUse({ conversation: `c${index}` }));
  const order: string[] = [];
  await ledger.sources();
  const told = ledger.ingest([aBatch(entries)], everyUid).then(() => order.push('told'));
  await ledger.usage(aQuestion()).then(() => order.push('answered'));
  await told;
  expect(order).toEqual(['answered', 'told']);
  await ledger.close();
});

it('has every batch that it confirmed after the process was killed', async () => {
  const path = join(directory, 'killed.db');
  const confirmed: number[] = [];
  const child: ChildProcess = fork(new URL('./killed.ts', import.meta.url), [path], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  await new Promise<void>((resolve, reject) => {
    child.on('message', (sequence: number) => {
      confirmed.push(sequence);
      // In the middle of the next one.
      if (confirmed.length === 20) child.kill('SIGKILL');
    });
    child.on('exit', (_, signal) => (signal === 'SIGKILL' ? resolve() : reject(new Error('the child ended by itself'))));
  });
  const ledger = await openLedger({ url: path });
  const [source] = await ledger.sources();
  expect(source!.sequence).toBeGreaterThanOrEqual(confirmed.at(-1)!);
  const [row] = await ledger.usage(aQuestion());
  expect([row?.amounts.requests, row?.amounts.tokensIn]).toEqual([source!.sequence * 50, source!.sequence * 500]);
  await ledger.close();
});
