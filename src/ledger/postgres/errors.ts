// What the driver throws, as a sentence without the password, and as what it means for whoever asked.
import { LedgerTooSlowError, LedgerUnavailableError } from '../failures.ts';

/** By the first two characters of SQLSTATE: connection, login, no such database, read only, out of something, ended by an operator. */
const AWAY = ['08', '28', '3D', '25', '53', '57', '58'];
const CANCELED = '57014';
/** The driver's words for: no answer came, and no connection became free. */
const SILENT = 'Query read timeout';
const BUSY = 'timeout exceeded when trying to connect';
const HANGS = 'see whether the server hangs, or the network drops what is sent to it';

export interface Asked {
  /** Milliseconds until the server itself gives up; undefined: it does not. */
  within: number | undefined;
  /** Nothing is changed by it, so that only its length can be wrong. */
  isQuestion: boolean;
  password: string | undefined;
}

export function meaningOf(error: unknown, { within, isQuestion, password }: Asked): Error {
  const text = sentenceOf(error, password);
  const code = stateOf(error);
  if (code === undefined) {
    if (text === SILENT) return new LedgerUnavailableError(`PostgreSQL does not answer: ${HANGS}`);
    if (text === BUSY) return new LedgerUnavailableError('every connection to PostgreSQL is busy, or none can be opened');
    return new LedgerUnavailableError(text);
  }
  if (code === CANCELED && isQuestion && within !== undefined) return new LedgerTooSlowError(within);
  return AWAY.includes(code.slice(0, 2)) ? new LedgerUnavailableError(text) : new Error(text);
}

/** Errors of the driver hold the connection and more; what leaves here is a sentence. */
function sentenceOf(error: unknown, password: string | undefined): string {
  const first: unknown = error instanceof AggregateError && error.message === '' ? error.errors[0] : error;
  const text = first instanceof Error ? first.message : String(first);
  const secrets = password === undefined || password === '' ? [] : [encodeURIComponent(password), password];
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
}

/** SQLSTATE, of what the server has said; undefined: it has said nothing. */
function stateOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('severity' in error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
