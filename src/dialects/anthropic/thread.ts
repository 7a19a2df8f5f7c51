// Message threads: conversations that the server keeps. Anthropic keeps them for the holder of the credential, which many
// repositories share here, and other providers not at all. So they are refused, in the words on which Anthropic's SDKs send the
// whole conversation instead; to leave the field out would lose all turns but the last.
import { RequestError, type DialectError } from '../../chat/dialect.ts';
import { own, type Json } from '../../chat/json.ts';

const FIELD = 'thread';

/** @throws RequestError when the caller wants its conversation kept, or names one. */
export function refuseThread(body: Json): void {
  if ((own(body, FIELD) ?? null) !== null)
    throw new RequestError(FIELD, 'thread cannot be used, no conversation is kept: leave it out and send the whole conversation in messages.');
}

/** More members of the error that says so. */
export function threadDetails({ status, param }: DialectError): object {
  return status === 400 && param === FIELD ? { details: { error_code: 'thread_unsupported_request' } } : {};
}
