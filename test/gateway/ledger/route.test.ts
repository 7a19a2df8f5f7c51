// The push port as the operator asks it for what the ledger is to know.
import { Agent, request } from 'undici';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { LedgerFeed } from '../../../src/gateway/ledger/feed.ts';
import type { LedgerTold } from '../../../src/ledger/entries.ts';
import { ensurePushSecrets, type PushSecrets } from '../../../src/push/certificates.ts';
import { LEDGER_PATH } from '../../../src/push/names.ts';
import { startAdmin } from '../../fake/admin-gateway.ts';
import { MemorySecretFiles } from '../../fake/secret-files.ts';
import { amounts, aSpool, aViolation, confirmationOf, DIMENSIONS } from '../../fake/spool.ts';

const files = new MemorySecretFiles();
let secrets: PushSecrets;
beforeAll(async () => {
  secrets = await ensurePushSecrets(files, { clock: systemClock, namespace: 'flashback-system' });
});

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function start(withLedger = true) {
  const { spool } = aSpool(systemClock);
  const feed = new LedgerFeed(spool, systemClock);
  const gateway = await startAdmin(files, withLedger ? { ledger: feed } : {});
  const dispatcher = new Agent({ connect: { ca: secrets.ca, servername: 'flashback-gateway', ...secrets.operator } });
  cleanUps.push(gateway.stop, () => dispatcher.destroy());
  const post = async (body: string, type = 'application/json') => {
    const options = { dispatcher, method: 'POST', headers: { 'content-type': type }, body } as const;
    const response = await request(`https://127.0.0.1:${gateway.port}${LEDGER_PATH}`, options);
    return { status: response.statusCode, text: await response.body.text() };
  };
  const ask = async (confirmed: unknown): Promise<LedgerTold> => JSON.parse((await post(JSON.stringify({ confirmed }))).text) as LedgerTold;
  return { spool, post, ask };
}

it('tells the operator batches, and forgets what that confirms', async () => {
  const { spool, ask } = await start();
  const asked = ask([]);
  spool.use(DIMENSIONS, amounts({ requests: 1 }));
  spool.violated(aViolation({ action: 'Alert' }));
  const { batches } = await asked;
  expect(batches.map(({ sequence, dropped, entries }) => [sequence, dropped, entries.length])).toEqual([[1, 0, 2]]);
  spool.violated(aViolation({ id: 'second', action: 'Alert' }));
  const next = await ask(batches.map(confirmationOf));
  expect(next.batches).toMatchObject([{ sequence: 2, entries: [{ id: 'second' }] }]);
});

it.each([
  ['no JSON', '{"confirmed":', 400],
  ['no object', '[]', 400],
  ['no list', '{"confirmed":{}}', 400],
  ['a confirmation without a source', '{"confirmed":[{"sequence":1}]}', 400],
  ['a confirmation whose sequence is none', '{"confirmed":[{"source":"a","sequence":1.5}]}', 400],
])('refuses what is %s', async (_what, body, status) => {
  const { post } = await start();
  expect((await post(body)).status).toBe(status);
  expect((await post('{"confirmed":[]}', 'text/plain')).status).toBe(400);
});

it('is not there where nobody keeps a ledger', async () => {
  const { post } = await start(false);
  expect((await post('{"confirmed":[]}')).status).toBe(404);
});
