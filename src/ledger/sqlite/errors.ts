// What SQLite throws, as what it means for whoever asked.
import { LedgerUnavailableError } from '../failures.ts';

/** Result codes of SQLite: busy, locked, read only, fault of the disk, full, cannot be opened. The same may work later. */
const AWAY: readonly number[] = [5, 6, 8, 10, 13, 14];

/** Everything else is a fault of ours or of the file, and stays what it is. */
export function meaningOf(error: unknown): unknown {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return error;
  // The low byte of an extended code is the code itself.
  if (!AWAY.includes(error.errcode & 0xff)) return error;
  return new LedgerUnavailableError(`the file of the ledger: ${error.message}`, { cause: error });
}
