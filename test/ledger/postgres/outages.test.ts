// A PostgreSQL that is killed, stands still, or cannot be heard: nobody waits for it for good, nothing counts twice, and it goes on.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LedgerTooSlowError, LedgerUnavailableError } from '../../../src/ledger/failures.ts';
import type { StoredLedger } from '../../../src/ledger/ledger.ts';
import { openLedger } from '../../../src/ledger/open.ts';
import { PostgresDatabase } from '../../../src/ledger/postgres/database.ts';
import { READERS } from '../../../src/ledger/postgres/settings.ts';
import { TcpProxy } from '../../fake/tcp-proxy.ts';
import { PASSWORD, startPostgres, type PostgresServer } from '../postgres-server.ts';
import { aBatch, aQuestion, aUse, everyUid } from '../said.ts';

/** Short, so that a test sees the end of a wait, and long enough for a machine that does much else. */
const BOUNDS = '?connect_timeout=3&statement_timeout=2000';
const TIMEOUT = 90_000;

let server: PostgresServer;
let proxy: TcpProxy;
let admin: PostgresDatabase;
let ledger: StoredLedger;
let url: string;
let number = 0;
let sequence = 0;

beforeAll(async () => {
  server = await startPostgres();
  proxy = await TcpProxy.start(server.port);
}, TIMEOUT);
afterAll(async () => {
  await server?.stop();
  await proxy?.close();
});
beforeEach(async () => {
  const name = `ledger_${(number += 1)}`;
  sequence = 0;
  admin = new PostgresDatabase(server.urlOf('postgres'));
  await admin.all(`CREATE DATABASE ${name}`);
  url = `${server.urlOf(name, proxy.port)}${BOUNDS}`;
  ledger = await openLedger({ url });
});
afterEach(async () => {
  proxy.resume();
  server.resume();
  await ledger.close();
  await admin.close();
});

const tell = (): ReturnType<StoredLedger['ingest']> => ledger.ingest([aBatch([aUse()], { sequence })], everyUid);
const next = (): ReturnType<StoredLedger['ingest']> => {
  sequence += 1;
  return tell();
};

/** What it is rejected with. */
const refusal = (work: Promise<unknown>): Promise<Error> => work.then(() => expect.fail('it was done'), (error: Error) => error);

/** As often as it takes, while something comes back. */
async function untilStored(): Promise<unknown> {
  for (;;) {
    const results = await tell().catch((error: unknown) => {
      if (!(error instanceof LedgerUnavailableError)) throw error;
    });
    if (results !== undefined) return results;
  }
}

async function requests(): Promise<number | undefined> {
  return (await ledger.usage(aQuestion()))[0]?.amounts.requests;
}

describe('a server', { timeout: TIMEOUT }, () => {
  it('that stands still in the middle is given up after a bounded time, says why, and is told the rest when it goes on', async () => {
    expect(await next()).toEqual(['stored']);
    await server.pause();
    const error = await refusal(next());
    expect(error).toBeInstanceOf(LedgerUnavailableError);
    expect(error.message).toBe('PostgreSQL does not answer: see whether the server hangs, or the network drops what is sent to it');
    // It takes a new connection, and says nothing on it.
    expect(await refusal(tell())).toBeInstanceOf(LedgerUnavailableError);
    server.resume();
    await untilStored();
    expect(await requests()).toBe(2);
  });

  it('whose answer to a commit is lost has not confirmed it, and counts it once when it comes again', async () => {
    expect(await next()).toEqual(['stored']);
    proxy.hold((bytes, isAnswer) => isAnswer && bytes.includes('COMMIT'));
    expect(await refusal(next())).toBeInstanceOf(LedgerUnavailableError);
    expect(proxy.isHolding).toBe(true);
    proxy.resume();
    expect(await untilStored()).toEqual(['known']);
    expect(await requests()).toBe(2);
  });

  it('that is killed with all its processes has what it confirmed, and takes the rest after its recovery', async () => {
    for (let turn = 0; turn < 3; turn += 1) {
      expect(await next()).toEqual(['stored']);
      sequence += 1;
      await Promise.all([untilStored(), server.crash()]);
    }
    expect(await requests()).toBe(6);
  });

  it('that ends a connection in the middle of a transaction ends nothing else', async () => {
    const database = new PostgresDatabase(url);
    const error = await refusal(
      database.write(async (transaction) => {
        const [row] = await transaction.all<{ pid: number }>('SELECT pg_backend_pid() AS pid');
        await admin.all('SELECT pg_terminate_backend(?)', [row!.pid]);
        // The connection is gone before anything is asked on it.
        while ((await admin.all('SELECT 1 AS one FROM pg_stat_activity WHERE pid = ?', [row!.pid])).length > 0);
        for (let turn = 0; turn < 10; turn += 1) await admin.all('SELECT 1 AS one');
        await transaction.run('SELECT 1');
      }),
    );
    expect(error).toBeInstanceOf(LedgerUnavailableError);
    expect(await database.write((transaction) => transaction.all('SELECT 1 AS one'))).toEqual([{ one: 1 }]);
    await database.close();
  });
});

describe('a writer', { timeout: TIMEOUT }, () => {
  it('that is cut off in the middle of a transaction does not keep the others from writing', async () => {
    const other = new PostgresDatabase(url);
    const [inTransaction, mayGoOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const cutOff = refusal(
      other.write(async () => {
        inTransaction.resolve();
        await mayGoOn.promise;
      }),
    );
    await inTransaction.promise;
    proxy.hold();
    const near = await openLedger({ url: `${server.urlOf(`ledger_${number}`)}?statement_timeout=30000` });
    expect(await near.ingest([aBatch([aUse()])], everyUid)).toEqual(['stored']);
    mayGoOn.resolve();
    proxy.resume();
    expect(await cutOff).toBeInstanceOf(LedgerUnavailableError);
    await Promise.all([near.close(), other.close()]);
  });

  it('is held up by no question, however many wait for their answers', async () => {
    const database = new PostgresDatabase(server.urlOf(`ledger_${number}`), TIMEOUT);
    const questions = Array.from({ length: READERS }, () => refusal(database.all('SELECT pg_sleep(600)')));
    const sleeping = async (): Promise<number> => {
      const sql = "SELECT count(*) AS n FROM pg_stat_activity WHERE query LIKE ? AND state = 'active' AND pid <> pg_backend_pid()";
      return (await admin.all<{ n: number }>(sql, ['SELECT pg_sleep%']))[0]!.n;
    };
    while ((await sleeping()) < READERS);
    expect(await database.write((transaction) => transaction.all('SELECT 1 AS one'))).toEqual([{ one: 1 }]);
    expect(await sleeping()).toBe(READERS);
    await admin.all('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE ? AND pid <> pg_backend_pid()', ['SELECT pg_sleep%']);
    await database.close();
    await Promise.all(questions);
  });
});

describe('a question', { timeout: TIMEOUT }, () => {
  it('that takes too long is ended at the server, says so, and others go on', async () => {
    const database = new PostgresDatabase(url, 2_000);
    const error = await refusal(database.all('SELECT pg_sleep(600)'));
    expect(error).toEqual(new LedgerTooSlowError(2_000));
    expect(error.message).toBe('the ledger has not answered this question within 2 s');
    expect(await database.all('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await admin.all('SELECT 1 FROM pg_stat_activity WHERE query LIKE ? AND state = ?', ['SELECT pg_sleep%', 'active'])).toEqual([]);
    await database.close();
  });

  it('to a server that is away, does not know the database or the password, is one that may work later, without the password', async () => {
    const wrong = [server.urlOf('nowhere'), server.urlOf('postgres').replace(PASSWORD, 'canary-of-a-password'), server.urlOf('postgres', 1)];
    for (const at of wrong) {
      const database = new PostgresDatabase(at);
      const error = await refusal(database.all('SELECT 1'));
      expect(error).toBeInstanceOf(LedgerUnavailableError);
      expect(`${error.message}${error.stack}`).not.toMatch(new RegExp(`${PASSWORD}|canary`));
      await database.close();
    }
  });
});
