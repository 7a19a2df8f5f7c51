// A gateway process that nobody asks for long: what waits stays within its bound on the disk, also when it is killed meanwhile, no token is
// lost, and what had to be given up is counted.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { DirectoryStore } from '../../../src/gateway/ledger/stores.ts';
import { APP_KEY, aProvider, aRepository, aSnapshot } from '../../fake/gateway.ts';
import { killableGateway, type KillableGateway } from '../../fake/gateway-process.ts';
import { CHAT_ANSWER, startProvider, type FakeProvider } from '../../fake/provider.ts';
import { aSpool, drain, sumOf } from '../../fake/spool.ts';
import { CARD, NO_CARDS } from '../policies/stage.ts';

const MEBIBYTE = 1024 * 1024;
const LIMIT = 1;
/** The part that is written to, and one that takes the place of another beside it. */
const BESIDE = 2;
/** In each life: several MiB of entries. */
const REQUESTS = 2_500;
const CALLERS = 12;
const LONG = 'x'.repeat(110);

let provider: FakeProvider;
let gateway: KillableGateway;
const billed = { requests: 0, tokensIn: 0, tokensOut: 0 };
let sizes: number[] = [];
beforeEach(async () => {
  sizes = [];
  provider = await startProvider();
  provider.answer((response) => {
    billed.requests += 1;
    const usage = { prompt_tokens: billed.requests, completion_tokens: 7, total_tokens: billed.requests + 7 };
    billed.tokensIn += usage.prompt_tokens;
    billed.tokensOut += usage.completion_tokens;
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ ...CHAT_ANSWER, usage }));
  });
  const policies = { 'team-a/no-cards': { ...NO_CARDS, action: 'Log' as const, phases: ['Request' as const] } };
  const repositories = { 'team-a/chat': aRepository({ policies: Object.keys(policies) }) };
  const snapshot = aSnapshot({ providers: { 'team-a/main': aProvider(provider.url) }, repositories, policies });
  gateway = await killableGateway(snapshot, { 'ledger-spool-limit': String(LIMIT) });
});
afterEach(async () => {
  await gateway.remove();
  await provider.close();
});

function sizeOnDisk(): number {
  return readdirSync(gateway.ledgerDirectory).reduce((sum, name) => {
    const found = statSync(join(gateway.ledgerDirectory, name), { throwIfNoEntry: false });
    return sum + (found?.size ?? 0);
  }, 0);
}

/** Each request of a user and a conversation of its own, and with a violation. */
async function live(life: number): Promise<void> {
  await gateway.start();
  let asked = 0;
  const caller = async (): Promise<void> => {
    while (asked < REQUESTS) {
      asked += 1;
      const id = `${life}-${asked}-${LONG}`;
      const response = await fetch(`${gateway.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${APP_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'small-1', messages: [{ role: 'user', content: `My card is ${CARD}.` }], metadata: { user_id: id, conversation_id: id } }),
      });
      await response.arrayBuffer();
      expect(response.status).toBe(200);
      if (asked % 100 === 0) sizes.push(sizeOnDisk());
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
}

async function droppedBy(type: string): Promise<number> {
  const line = new RegExp(`^flashback_ledger_dropped_total\\{type="${type}"\\} (\\d+)$`, 'm').exec(await gateway.metrics());
  return Number(line?.[1] ?? 0);
}

it('keeps its bound and every token, and counts what it gave up', { timeout: 180_000 }, async () => {
  await live(1);
  const before = await droppedBy('violation');
  expect(await droppedBy('usage')).toBe(0);
  await gateway.kill();
  await live(2);
  const after = await droppedBy('violation');
  expect(await droppedBy('usage')).toBe(0);
  await gateway.kill();
  expect(Math.max(...sizes)).toBeLessThan((LIMIT + BESIDE) * MEBIBYTE);

  const { spool } = aSpool(systemClock, { openDirectory: () => new DirectoryStore(gateway.ledgerDirectory) });
  const batches = drain(spool);
  expect(sumOf(batches)).toMatchObject(billed);
  const entries = batches.flatMap((batch) => batch.entries);
  expect(entries.some(({ type, user }) => type === 'usage' && user === '')).toBe(true);
  const violations = entries.filter(({ type }) => type === 'violation');
  const told = batches.reduce((sum, { dropped }) => sum + dropped, 0);
  // Room may still have been made when the process was killed.
  expect(told).toBeGreaterThanOrEqual(before + after);
  expect(before + after).toBeGreaterThan(0);
  expect(violations.length + told).toBe(billed.requests);
});
