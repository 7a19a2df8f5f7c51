// Questions of the ledger by caller: a few at a time, the rest in turn, and none that others wait for in vain.
import { expect, it } from 'vitest';
import { LedgerTooSlowError } from '../../src/ledger/failures.ts';
import type { Conversation } from '../../src/ledger/ledger.ts';
import { AFTER_TOO_LONG, LedgerTurns, QUESTIONS } from '../../src/platform/ledger-turns.ts';
import type { Operation } from '../../src/platform/operation.ts';
import type { PlatformServices } from '../../src/platform/services.ts';
import { FakeClock, settle } from '../fake/clock.ts';
import { startPlatform } from '../fake/platform.ts';
import { MemoryLedger } from './memory-ledger.ts';

/** Answers a question when it is told to. */
class SlowLedger extends MemoryLedger {
  readonly held: { id: string; answer(): void; fail(error: Error): void }[] = [];

  override conversation(id: string): Promise<Conversation | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<Conversation | undefined>();
    this.held.push({ id, answer: () => resolve(undefined), fail: reject });
    return promise;
  }

  get ids(): string[] {
    return this.held.map(({ id }) => id);
  }
}

function fixture() {
  const clock = new FakeClock();
  const ledger = new SlowLedger();
  const turns = new LedgerTurns(clock);
  const ask = (caller: string, id: string): Promise<unknown> =>
    turns.of(caller, ledger).conversation(id).then(() => 'answered', (error: unknown) => error);
  return { clock, ledger, turns, ask };
}

it('lets a caller have two under way, the rest wait in turn, and others be answered meanwhile', async () => {
  const { ledger, ask } = fixture();
  const own = ['a1', 'a2', 'a3', 'a4'].map((id) => ask('anna', id));
  const other = ask('berta', 'b1');
  await settle();
  expect(ledger.ids).toEqual(['a1', 'a2', 'b1']);
  ledger.held[2]!.answer();
  expect(await other).toBe('answered');
  for (let number = 0; number < 5; number += 1) {
    ledger.held[number]?.answer();
    await settle();
  }
  expect(ledger.ids).toEqual(['a1', 'a2', 'b1', 'a3', 'a4']);
  expect(await Promise.all(own)).toEqual(own.map(() => 'answered'));
});

it('takes those of different callers in turn, however many one of them has waiting', async () => {
  const { ledger, ask } = fixture();
  for (const id of ['a1', 'a2', 'a3', 'a4']) void ask('anna', id);
  for (const id of ['b1', 'b2', 'b3', 'b4']) void ask('berta', id);
  void ask('carla', 'c1');
  await settle();
  expect(ledger.ids).toHaveLength(QUESTIONS.inAll);
  ledger.held[0]!.answer();
  await settle();
  expect(ledger.ids).toEqual(['a1', 'a2', 'b1', 'c1']);
});

it('keeps the turn of a question that took too long for a while, since its work may go on', async () => {
  const { clock, ledger, ask } = fixture();
  const [first] = [ask('anna', 'a1'), ask('anna', 'a2'), ask('anna', 'a3')];
  await settle();
  ledger.held[0]!.fail(new LedgerTooSlowError(10_000));
  expect(await first).toBeInstanceOf(LedgerTooSlowError);
  await settle();
  expect(ledger.ids).toEqual(['a1', 'a2']);
  await clock.advance(AFTER_TOO_LONG);
  expect(ledger.ids).toEqual(['a1', 'a2', 'a3']);
});

it('hands on everything that a ledger can do', async () => {
  const calls: string[] = [];
  const names = ['usage', 'countUsage', 'violations', 'violationSums', 'alerts', 'audited', 'conversation', 'conversations', 'messages', 'openings'];
  names.push('ingest', 'audit', 'createConversation', 'addMessages', 'deleteConversation', 'compact', 'close');
  const said = (name: string) => async (): Promise<void> => void calls.push(name);
  const ledger = Object.assign(new MemoryLedger(), Object.fromEntries(names.map((name) => [name, said(name)])));
  const own = new LedgerTurns(new FakeClock()).of('anna', ledger);
  for (const name of Object.keys(own)) await Reflect.apply(Reflect.get(own, name), own, []);
  expect(calls.toSorted()).toEqual(names.toSorted());
});

it('holds for the calls of one caller together', async () => {
  const gate = Promise.withResolvers<undefined>();
  let handled = 0;
  let asked = 0;
  const ask: Operation<PlatformServices> = {
    id: 'ask',
    method: 'get',
    path: '/ask',
    tag: 'test',
    summary: 'Asks the ledger',
    rights: 'none',
    answer: { type: 'object' },
    errors: {},
    handle: async (_call, { ledger }) => {
      handled += 1;
      await ledger.conversation('c');
      return { success: true };
    },
  };
  const conversation = (): Promise<undefined> => {
    asked += 1;
    return gate.promise;
  };
  const platform = await startPlatform({ operations: [ask], ledger: { conversation } });
  const calls = Array.from({ length: 4 }, () => platform.call('GET', '/ask'));
  await expect.poll(() => handled, { timeout: 30_000 }).toBe(4);
  expect(asked).toBe(QUESTIONS.perCaller);
  gate.resolve(undefined);
  expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect(asked).toBe(4);
  await platform.close();
});
