// Questions of the operator itself do not wait for those of callers.
import { expect, it } from 'vitest';
import { ReaderPools } from '../../../src/ledger/sqlite/reader-pools.ts';
import { READERS, type ReadingThread } from '../../../src/ledger/sqlite/readers.ts';
import { readSums } from '../../../src/ledger/usage-sums.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { FakeClock, settle } from '../../fake/clock.ts';

it('answers what the operator asks for its statuses while callers hold every reader of theirs', async () => {
  const answers: ((rows: unknown[]) => void)[] = [];
  const start = (): ReadingThread => ({ gone: false, ask: () => new Promise((resolve) => answers.push(resolve)), end: async () => undefined });
  const pools = new ReaderPools({ start, timeout: 10_000, clock: new FakeClock() });
  for (let number = 0; number < READERS + 1; number += 1) void pools.ask('usage', [{ visible: 'all' }]);
  await settle();
  expect(answers).toHaveLength(READERS);
  const usage: Ledger['usage'] = async (question) => (await pools.ask('usage', [question])) as Awaited<ReturnType<Ledger['usage']>>;
  const sums = readSums({ usage }, 'repository', ['u1'], 0);
  for (const number of [READERS, READERS + 1]) {
    await settle();
    expect(answers).toHaveLength(number + 1);
    answers[number]!([]);
  }
  expect(await sums).toEqual(new Map());
});
