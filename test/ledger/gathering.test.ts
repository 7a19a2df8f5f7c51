// What is gathered while something runs, and what happens to it where one of it fails.
import { expect, it } from 'vitest';
import { LedgerUnavailableError } from '../../src/ledger/failures.ts';
import { Gathering } from '../../src/ledger/gathering.ts';

it('takes together what came meanwhile, and answers each', async () => {
  const taken: number[][] = [];
  const gathering = new Gathering<number, string>(async (items) => {
    taken.push([...items]);
    return items.map((item) => `done ${item}`);
  });
  const numbers = Array.from({ length: 20 }, (_, index) => index);
  expect(await Promise.all(numbers.map((number) => gathering.add(number)))).toEqual(numbers.map((number) => `done ${number}`));
  expect(taken).toEqual([numbers.slice(0, 16), numbers.slice(16)]);
  expect(await gathering.add(20)).toBe('done 20');
});

it('does the others where one cannot be done, in their order', async () => {
  const done: number[] = [];
  const gathering = new Gathering<number, number>(async (items) => {
    if (items.includes(2)) throw new Error('not 2');
    done.push(...items);
    return [...items];
  });
  const results = await Promise.allSettled([1, 2, 3].map((number) => gathering.add(number)));
  expect(results.map((result) => (result.status === 'fulfilled' ? result.value : String(result.reason)))).toEqual([1, 'Error: not 2', 3]);
  expect(done).toEqual([1, 3]);
});

it('tries none by itself while the store is away: each attempt may take as long as the first', async () => {
  let attempts = 0;
  const gathering = new Gathering<number, number>(async () => {
    attempts += 1;
    throw new LedgerUnavailableError('away');
  });
  const results = await Promise.allSettled([1, 2, 3].map((number) => gathering.add(number)));
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(attempts).toBe(1);
});
