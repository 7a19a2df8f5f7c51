// What is removed when it is old, and what questions about that time still answer.
import { expect, it } from 'vitest';
import { aList, aQuestion, aUse, aViolation, DAY, DAY_0, HOUR, MINUTE_0, told } from '../said.ts';
import type { Place } from '../stores.ts';

const SHORT = { minutes: 2, hours: 4, details: 6, records: 3 };

export function retentionSuite(fresh: () => Promise<Place>): void {
  it('folds what is old into longer units, and keeps the sums by day for good', async () => {
    const ledger = await (await fresh()).open({ retention: SHORT });
    const entries = Array.from({ length: 10 }, (_, day) =>
      aUse({ minute: MINUTE_0 + day * 1440 + 90, conversation: `c${day}`, user: 'ann' }),
    );
    await told(ledger, entries);
    const now = DAY_0 + 10 * DAY + HOUR;
    await ledger.compact(now);
    await ledger.compact(now);
    const at = async (bucket: number, fields: Parameters<typeof aQuestion>[0] = {}): Promise<number[]> =>
      (await ledger.usage(aQuestion({ bucket, ...fields }))).map((row) => (row.at - DAY_0) / 60_000);
    // Minutes for two days, hours for four, days for good.
    const days = [0, 1, 2, 3, 4, 5].map((day) => day * 1440);
    expect(await at(60_000)).toEqual([...days, 6 * 1440 + 60, 7 * 1440 + 60, 8 * 1440 + 90, 9 * 1440 + 90]);
    // Users by hour for four days, conversations by hour as long as minutes; both by day for six.
    expect(await at(60_000, { groupBy: ['user'] })).toEqual([
      4 * 1440,
      5 * 1440,
      6 * 1440 + 60,
      7 * 1440 + 60,
      8 * 1440 + 90,
      9 * 1440 + 90,
    ]);
    expect(await at(60_000, { groupBy: ['conversation'] })).toEqual(
      [4, 5, 6, 7].map((day) => day * 1440).concat(8 * 1440 + 90, 9 * 1440 + 90),
    );
    for (const bucket of [600_000, HOUR, DAY]) {
      const asked = aQuestion({ bucket, from: DAY_0 + 2 * DAY + 95 * 60_000 });
      expect(await ledger.usage({ ...asked, limit: 100 })).toEqual(await ledger.usage(asked));
    }
    const [all] = await ledger.usage(aQuestion());
    expect([all?.amounts.requests, all?.conversations]).toEqual([10, 10]);
    // A window in the middle of what is gone grows to whole days.
    expect((await ledger.usage(aQuestion({ from: DAY_0 + HOUR, to: DAY_0 + 2 * HOUR })))[0]?.amounts.requests).toBe(1);
    await ledger.close();
  });

  it('removes records with their age, and names of users and conversations with their last use', async () => {
    const place = await fresh();
    const ledger = await place.open({ retention: SHORT });
    const old = { user: 'old', conversation: 'old' };
    const both = { user: 'both', conversation: 'both' };
    await told(ledger, [
      aUse(old),
      aUse(both),
      aUse({ ...both, minute: MINUTE_0 + 9 * 1440 }),
      aViolation({ id: 'old' }),
      aViolation({ at: DAY_0 + 9 * DAY }),
    ]);
    const change = { actor: 'ann', event: 'created', kind: 'Repository', uid: 'u', workspace: 'shop', name: 'chat' } as const;
    await ledger.audit([
      { id: 'old', at: DAY_0, ...change },
      { id: 'new', at: DAY_0 + 9 * DAY, ...change },
    ]);
    for (const [id, at] of [
      ['old', DAY_0],
      ['new', DAY_0 + 9 * DAY],
    ] as const) {
      const counts = { createdAt: at, updatedAt: at, tokensIn: 0, tokensOut: 0 };
      await ledger.createConversation({ id, workspace: 'shop', repository: 'u', createdBy: 'ann', ...counts });
      await ledger.addMessages(id, [{ id, conversation: id, role: 'user', content: new Uint8Array(1), createdAt: at }], { in: 0, out: 0 });
    }
    await ledger.compact(DAY_0 + 10 * DAY);
    const page = { visible: 'all', skip: 0, take: 10 } as const;
    expect((await ledger.violations(aList())).rows.map(({ at }) => at)).toEqual([DAY_0 + 9 * DAY]);
    expect((await ledger.audited(page)).rows.map(({ id }) => id)).toEqual(['new']);
    expect((await ledger.conversations(page)).rows.map(({ id }) => id)).toEqual(['new']);
    expect([(await ledger.messages('old', page)).total, (await ledger.messages('new', page)).total]).toEqual([0, 1]);
    await ledger.close();
    const database = await place.connect();
    for (const table of ['user_ids', 'conversation_ids']) {
      expect(await database.all(`SELECT value FROM ${table} WHERE value <> ''`), table).toEqual([{ value: 'both' }]);
    }
    await database.close();
  });

  it('takes no longer retention than it had as a promise', async () => {
    const place = await fresh();
    const short = await place.open({ retention: SHORT });
    await told(short, [aUse({ minute: MINUTE_0 + 90 })]);
    await short.compact(DAY_0 + 10 * DAY);
    await short.close();
    const long = await place.open({ retention: { minutes: 400 } });
    await long.compact(DAY_0 + 10 * DAY);
    expect((await long.usage(aQuestion({ from: DAY_0 + HOUR, bucket: 60_000 })))[0]).toMatchObject({ at: DAY_0, amounts: { requests: 1 } });
    await long.close();
  });

  it('removes more rows than one step takes', async () => {
    const place = await fresh();
    const ledger = await place.open({ retention: SHORT });
    await told(
      ledger,
      Array.from({ length: 9000 }, (_, index) => aUse({ minute: MINUTE_0 + (index % 1440), key: `k${index % 97}` })),
    );
    await ledger.compact(DAY_0 + 10 * DAY);
    await ledger.close();
    const database = await place.connect();
    const [left] = await database.all('SELECT (SELECT count(*) FROM details_minute) AS minutes, (SELECT count(*) FROM totals_day) AS days');
    expect(left).toEqual({ minutes: 0, days: 97 });
    await database.close();
  });
}
