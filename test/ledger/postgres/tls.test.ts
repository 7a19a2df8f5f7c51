// What the parameters of a URL make of the connection to a real PostgreSQL server: encrypted or not, and to whom.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LedgerUnavailableError } from '../../../src/ledger/failures.ts';
import { PostgresDatabase } from '../../../src/ledger/postgres/database.ts';
import { issueAuthority, issuePlatformCertificate } from '../../../src/push/issue.ts';
import { PASSWORD, startPostgres, type PostgresServer } from '../postgres-server.ts';

let directory: string;
let server: PostgresServer;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'flashback-tls-'));
  const [authority, other] = [await issueAuthority(Date.now()), await issueAuthority(Date.now())];
  await writeFile(join(directory, 'ca.crt'), authority.cert);
  await writeFile(join(directory, 'other.crt'), other.cert);
  server = await startPostgres({ tls: await issuePlatformCertificate(authority, Date.now(), ['localhost']) });
}, 60_000);
afterAll(async () => {
  await server?.stop();
  await rm(directory, { recursive: true });
});

const NAME = 'localhost';
const ADDRESS = '127.0.0.1';

async function isEncrypted(host: string, parameters: string): Promise<unknown> {
  const url = server.urlOf('postgres').replace(ADDRESS, host);
  const database = new PostgresDatabase(`${url}?${parameters.replace('DIR', directory)}`);
  try {
    const [row] = await database.all<{ ssl: boolean }>('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
    return row?.ssl;
  } finally {
    await database.close();
  }
}

it.each([
  ['verify-full', NAME, 'sslmode=verify-full&sslrootcert=DIR/ca.crt', true],
  ['require', NAME, 'sslmode=require&sslrootcert=DIR/ca.crt', true],
  ['no-verify', ADDRESS, 'sslmode=no-verify', true],
  ['disable', ADDRESS, 'sslmode=disable', false],
  ['nothing said', ADDRESS, '', false],
])('with %s', async (_, host, parameters, encrypted) => {
  expect(await isEncrypted(host, parameters)).toBe(encrypted);
});

it.each([
  ['of an authority that nobody knows', NAME, 'sslmode=verify-full'],
  ['of another authority', NAME, 'sslmode=verify-full&sslrootcert=DIR/other.crt'],
  ['for another name', ADDRESS, 'sslmode=verify-full&sslrootcert=DIR/ca.crt'],
  ['for another name, as strict as ever', ADDRESS, 'sslmode=require&sslrootcert=DIR/ca.crt'],
])('a certificate %s is refused, without the password', async (_, host, parameters) => {
  const error = await isEncrypted(host, parameters).then(
    () => expect.fail('it was taken'),
    (thrown: Error) => thrown,
  );
  expect(error).toBeInstanceOf(LedgerUnavailableError);
  expect(error.message).toMatch(/certificate|altnames/i);
  expect(`${error.message}${error.stack}`).not.toContain(PASSWORD);
});
