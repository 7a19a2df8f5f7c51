// What the URL of a ledger in PostgreSQL says: parameters, bounds, and what is wrong with it in a sentence without the password.
import { expect, it } from 'vitest';
import { postgresSettings } from '../../../src/ledger/postgres/settings.ts';

const CANARY = 'c4nary/of p@ss';
const url = (parameters: string): string => `postgres://me:${encodeURIComponent(CANARY)}@db.example:5432/ledger${parameters}`;

it('bounds every wait, with and without parameters', () => {
  const { readers, writers } = postgresSettings(url(''), 10_000);
  expect(readers).toMatchObject({ max: 4, connectionTimeoutMillis: 10_000, statement_timeout: 10_000, query_timeout: 12_000 });
  expect(writers).toMatchObject({ max: 2, connectionTimeoutMillis: 10_000, statement_timeout: 30_000, query_timeout: 32_000 });
  expect(writers.idle_in_transaction_session_timeout).toBe(30_000);
  const own = postgresSettings(url('?connect_timeout=3&statement_timeout=5000&query_timeout=1&application_name=x'), 700);
  expect(own.writers).toMatchObject({ connectionTimeoutMillis: 3_000, statement_timeout: 5_000, query_timeout: 7_000 });
  expect(own.readers).toMatchObject({ statement_timeout: 700, query_timeout: 2_700 });
  expect(own.writers.connectionString).toBe(url('?application_name=x'));
});

it.each([
  ['?sslmode=require', '?sslmode=verify-full'],
  ['?sslmode=verify-ca', '?sslmode=verify-full'],
  ['?sslmode=verify-full', '?sslmode=verify-full'],
  ['?sslmode=disable', '?sslmode=disable'],
  ['?sslmode=no-verify', '?sslmode=no-verify'],
  ['?sslmode=require&uselibpqcompat=true', '?sslmode=require&uselibpqcompat=true'],
])('with %s goes to the server as %s', (said, meant) => {
  expect(postgresSettings(url(said), 1000).readers.connectionString).toBe(url(meant));
});

it.each([
  ['?statement_timeout=0', 'statement_timeout in the URL of the ledger has to be a whole number from 1'],
  ['?connect_timeout=soon', 'connect_timeout in the URL of the ledger has to be a whole number from 1'],
  ['?sslmode=verify-full&sslrootcert=/nowhere/ca.crt', 'the file /nowhere/ca.crt, which the URL of the ledger names, cannot be read'],
  ['?sslnegotiation=later', 'the URL of the ledger cannot be read'],
])('says what is wrong with %s', (parameters, sentence) => {
  const error = ((): Error => {
    try {
      postgresSettings(url(parameters), 1000);
    } catch (thrown) {
      return thrown as Error;
    }
    return expect.fail('it was taken');
  })();
  expect(error.message).toContain(sentence);
  for (const secret of [CANARY, encodeURIComponent(CANARY)]) expect(`${error.message}\n${error.stack}`).not.toContain(secret);
});
