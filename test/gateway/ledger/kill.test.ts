// A gateway process that is killed at the worst moments: what callers have received is in the ledger, to the token, and nothing else.
import { request as httpRequest } from 'node:http';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { LedgerBatch, UsageAmounts, UsageEntry } from '../../../src/ledger/entries.ts';
import { Spool } from '../../../src/gateway/ledger/spool.ts';
import { DirectoryStore } from '../../../src/gateway/ledger/stores.ts';
import { systemClock } from '../../../src/clock.ts';
import { APP_KEY, aProvider, aRepository, aSnapshot } from '../../fake/gateway.ts';
import { killableGateway, type KillableGateway } from '../../fake/gateway-process.ts';
import { CHAT_ANSWER, startProvider, streamEvents, type FakeProvider } from '../../fake/provider.ts';
import { CARD, NO_CARDS } from '../policies/stage.ts';
import { aSpool, confirmationOf, drain, sumOf } from '../../fake/spool.ts';

const LIVES = 3;
/** Answers that each life gives before it is killed. */
const ANSWERS = 60;
const CALLERS = 6;
const TIMEOUT = 180_000;

interface Tokens {
  in: number;
  out: number;
}

let provider: FakeProvider;
let gateway: KillableGateway;
/** By user, one for each request: what the provider has told. */
const told = new Map<string, Tokens>();
beforeEach(async () => {
  told.clear();
  provider = await startProvider();
  provider.answer((response, { body }) => {
    const { metadata, stream } = JSON.parse(body) as { metadata: { user_id: string }; stream?: boolean };
    const tokens = { in: 1 + told.size, out: 1_000 + told.size };
    told.set(metadata.user_id, tokens);
    const usage = { prompt_tokens: tokens.in, completion_tokens: tokens.out, total_tokens: tokens.in + tokens.out };
    if (stream !== true) return void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ ...CHAT_ANSWER, usage }));
    const events = streamEvents(['a', 'b'], true).map((event) => event.replace(/"usage":\{.*\}\}/, `"usage":${JSON.stringify(usage)}}`));
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(events.join(''));
  });
  // Alerts are told at once, so that batches are under way when a process is killed.
  const policies = { 'team-a/no-cards': { ...NO_CARDS, action: 'Alert' as const, phases: ['Request' as const] } };
  const repositories = { 'team-a/chat': aRepository({ policies: Object.keys(policies) }) };
  gateway = await killableGateway(aSnapshot({ providers: { 'team-a/main': aProvider(provider.url) }, repositories, policies }));
});
afterEach(async () => {
  await gateway.remove();
  await provider.close();
});

/** Calls `onEnd` in the moment in which the last byte has come; resolves with whether it has. */
function ask(user: string, stream: boolean, onEnd: () => void): Promise<boolean> {
  const body = JSON.stringify({ model: 'small-1', stream, messages: [{ role: 'user', content: `My card is ${CARD}.` }], metadata: { user_id: user } });
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${APP_KEY}` };
    const request = httpRequest(`${gateway.url}/v1/chat/completions`, { method: 'POST', headers, agent: false }, (response) => {
      let isDone = false;
      const done = (): void => {
        if (isDone) return;
        isDone = true;
        onEnd();
        resolve(true);
      };
      // Who reads a stream has all of it with these words.
      response.on('data', (chunk: Buffer) => stream && chunk.includes('[DONE]') && done());
      response.on('end', done);
      response.on('error', () => resolve(false));
      response.on('close', () => resolve(false));
    });
    request.on('error', () => resolve(false));
    request.end(body);
  });
}

/** One life: callers ask until so many answers have come, and with the last of them the process is killed. */
async function live(life: number, received: Set<string>): Promise<void> {
  await gateway.start();
  const until = received.size + ANSWERS;
  let killed: Promise<void> | undefined;
  const caller = async (name: number): Promise<void> => {
    for (let turn = 0; killed === undefined; turn++) {
      const user = `${life}-${name}-${turn}`;
      const onEnd = (): void => {
        received.add(user);
        if (received.size >= until) killed ??= gateway.kill();
      };
      await ask(user, turn % 2 === 0, onEnd);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, (_, name) => caller(name)));
  await killed;
}

function tokensByUser(batches: readonly LedgerBatch[]): Map<string, Tokens> {
  const usage = batches.flatMap(({ entries }) => entries).filter((entry): entry is UsageEntry => entry.type === 'usage');
  return new Map(usage.filter(({ tokensIn }) => tokensIn > 0).map(({ user, tokensIn, tokensOut }) => [user, { in: tokensIn, out: tokensOut }]));
}

function check(batches: readonly LedgerBatch[], received: ReadonlySet<string>): void {
  const kept = tokensByUser(batches);
  for (const user of received) expect(kept.get(user), `answer of ${user}`).toEqual(told.get(user));
  for (const [user, tokens] of kept) expect(tokens, `answer of ${user}`).toEqual(told.get(user));
  const warned = batches.flatMap(({ entries }) => entries).flatMap(({ type, user }) => (type === 'violation' ? [user] : []));
  expect([...received].filter((user) => !warned.includes(user))).toEqual([]);
  expect(new Set(warned).size).toBe(warned.length);
  const { requests }: UsageAmounts = sumOf(batches);
  expect(requests).toBeGreaterThanOrEqual(received.size);
  expect(requests).toBeLessThanOrEqual(provider.calls.length);
}

it('keeps every answer that a caller has received, life after life', { timeout: TIMEOUT }, async () => {
  const received = new Set<string>();
  for (let life = 0; life < LIVES; life++) await live(life, received);
  const { spool } = aSpool(systemClock, { openDirectory: () => new DirectoryStore(gateway.ledgerDirectory) });
  check(drain(spool), received);
  expect(received.size).toBeGreaterThanOrEqual(LIVES * ANSWERS);
});

it('tells an operator everything once, whoever of the two is gone meanwhile', { timeout: TIMEOUT }, async () => {
  const received = new Set<string>();
  const ledger = new Map<string, LedgerBatch>();
  let isOver = false;
  const operator = async (): Promise<void> => {
    for (let asked = 0; !isOver; asked++) {
      const { batches } = await gateway.ask([...ledger.values()].map(confirmationOf)).catch(() => ({ batches: [] as LedgerBatch[] }));
      for (const batch of batches) {
        const name = `${batch.source} ${batch.sequence}`;
        if (ledger.has(name)) expect(batch).toEqual(ledger.get(name));
        // Some answers are lost on their way: they come again.
        else if (asked % 3 !== 0) ledger.set(name, batch);
      }
      if (batches.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const polling = operator();
  for (let life = 0; life < LIVES; life++) await live(life, received);
  await gateway.start();
  // What the last answer has cost was told to nobody yet. A process that nobody has asked does not wait for somebody who does.
  await gateway.ask([]);
  // The end of a process waits until the operator has everything.
  expect(await gateway.stop()).toBe(0);
  isOver = true;
  await polling;
  check([...ledger.values()], received);
  const { spool }: { spool: Spool } = aSpool(systemClock, { openDirectory: () => new DirectoryStore(gateway.ledgerDirectory) });
  expect(drain(spool)).toEqual([]);
});
