// Every answer that is no success, in the one form that clients read: JSON with `success: false` and a message.
import { ApiError } from './operation.ts';

export interface Failure {
  status: number;
  message: string;
  /** Seconds, where trying again helps. */
  retryAfter?: number;
  /** What went wrong inside; only for the log. */
  cause?: unknown;
}

/** Of body-parser and the router: errors that carry a status and say themselves whether they may be shown. */
function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const status: unknown = Reflect.get(error, 'status');
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}

const PARSER_MESSAGES: Readonly<Record<number, string>> = {
  413: 'the body is too large',
  415: 'the body must be sent uncompressed, with the content type application/json',
};

const NARROWER = 'ask for a shorter time, longer buckets, less to group by, or a page of it';

/** What is told of an error. Whatever is not known to be meant for clients is a fault of ours, of which they get no word. */
export function failureOf(error: unknown, requestId: string): Failure {
  if (error instanceof ApiError) {
    const { status, message, retryAfter } = error;
    return { status, message, ...(retryAfter === undefined ? {} : { retryAfter }), ...(status === 503 ? { cause: error.cause } : {}) };
  }
  if (error instanceof Error && error.name === 'LedgerUnavailableError') {
    return { status: 503, message: 'the ledger cannot be asked now; try again', retryAfter: 2, cause: error };
  }
  if (error instanceof Error && error.name === 'LedgerTooSlowError') return { status: 503, message: `${error.message}; ${NARROWER}` };
  if (error instanceof Error && error.name === 'NotLeaderError') return { status: 503, message: 'this operator does not lead any more; try again', retryAfter: 2 };
  const status = statusOf(error);
  if (status !== undefined) return { status, message: PARSER_MESSAGES[status] ?? 'the request cannot be read' };
  return { status: 500, message: `internal error; the log of the operator has the details under the request id ${requestId}`, cause: error };
}
