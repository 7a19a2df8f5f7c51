// Why the ledger did not do what it was asked, where that is not a fault of the program. Neither message holds a password.

/** It cannot be reached, opened or written now: the same may work later. */
export class LedgerUnavailableError extends Error {
  override readonly name = 'LedgerUnavailableError';
}

/** One question took longer than any may. The same again would too; a narrower one may not. */
export class LedgerTooSlowError extends Error {
  override readonly name = 'LedgerTooSlowError';

  /** `ms`: how long it was given. */
  constructor(ms: number) {
    super(`the ledger has not answered this question within ${ms / 1000} s`);
  }
}
