// What clients are told where the ledger does not answer: whether the same may work later, and what works now.
import { expect, it } from 'vitest';
import { LedgerTooSlowError, LedgerUnavailableError } from '../../src/ledger/failures.ts';
import { failureOf } from '../../src/platform/failure.ts';

it('a ledger that is away can be asked again, and its address is not told', () => {
  const cause = new LedgerUnavailableError('connect ECONNREFUSED 10.0.0.7:5432');
  expect(failureOf(cause, 'r')).toEqual({ status: 503, message: 'the ledger cannot be asked now; try again', retryAfter: 2, cause });
});

it('a question that takes too long is to be made smaller, not to be asked again', () => {
  expect(failureOf(new LedgerTooSlowError(10_000), 'r')).toEqual({
    status: 503,
    message:
      'the ledger has not answered this question within 10 s; ask for a shorter time, longer buckets, less to group by, or a page of it',
  });
});
