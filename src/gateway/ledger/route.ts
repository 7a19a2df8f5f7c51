// Where the operator asks for what the ledger is to know, and confirms what is in it.
import type { RequestHandler } from 'express';
import type { LedgerConfirmation, LedgerTold } from '../../ledger/entries.ts';
import type { LedgerFeed } from './feed.ts';

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Undefined: it is none. */
function readConfirmed(body: unknown): LedgerConfirmation[] | undefined {
  const given = isObject(body) ? body['confirmed'] : undefined;
  if (!Array.isArray(given)) return undefined;
  const confirmed = given.flatMap((one: unknown) => {
    if (!isObject(one)) return [];
    const { source, sequence } = one;
    return typeof source === 'string' && typeof sequence === 'number' && Number.isSafeInteger(sequence) ? [{ source, sequence }] : [];
  });
  return confirmed.length === given.length ? confirmed : undefined;
}

export function ledgerRoute(feed: Pick<LedgerFeed, 'next'>): RequestHandler {
  return async (request, response) => {
    const confirmed = readConfirmed(request.body);
    if (confirmed === undefined) {
      response.status(400).json({ error: 'the body must be {"confirmed": [{"source": string, "sequence": integer}]}, as application/json' });
      return;
    }
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const told: LedgerTold = { batches: await feed.next(confirmed, gone.signal) };
    if (!gone.signal.aborted) response.json(told);
  };
}
