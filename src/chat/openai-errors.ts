// Kinds of errors in OpenAI's words, which both of its dialects write. Servers of those dialects have words of their own too, and
// keep them: only the vocabularies of other vendors are translated.
import type { DialectError } from './dialect.ts';

const INVALID_REQUEST = 'invalid_request_error';
const RATE_LIMIT = 'rate_limit_error';
const API = 'api_error';

/** Words of Anthropic that are none of OpenAI's, and of others that say more than a status does. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['permission_error', INVALID_REQUEST],
  ['not_found_error', INVALID_REQUEST],
  ['request_too_large', INVALID_REQUEST],
  ['billing_error', API],
  ['timeout_error', API],
  ['overloaded_error', API],
  ['INVALID_ARGUMENT', INVALID_REQUEST],
  ['FAILED_PRECONDITION', INVALID_REQUEST],
  ['RESOURCE_EXHAUSTED', RATE_LIMIT],
  ['validationException', INVALID_REQUEST],
  ['ValidationException', INVALID_REQUEST],
  ['throttlingException', RATE_LIMIT],
  ['ThrottlingException', RATE_LIMIT],
]);

/** google.rpc.Code, and the exceptions of AWS. */
const FOREIGN = /^[A-Z]+(?:_[A-Z]+)*$|Exception$/;

function typeOfStatus(status: number): string {
  if (status === 429) return RATE_LIMIT;
  return status >= 400 && status < 500 ? INVALID_REQUEST : API;
}

/** The status counts before the word where both say something; in the middle of a stream it says only that the provider failed. */
function translated(type: string, status: number): string | undefined {
  const isForeign = WORDS.has(type) || FOREIGN.test(type);
  if (!isForeign) return undefined;
  return status >= 500 ? (WORDS.get(type) ?? API) : typeOfStatus(status);
}

/** The vendor's own word becomes the code where there is none. */
export function inOpenAiWords({ type, code, status }: Pick<DialectError, 'type' | 'code' | 'status'>): Pick<DialectError, 'type' | 'code'> {
  const own = translated(type, status);
  return own === undefined ? { type, code } : { type: own, code: code ?? type };
}
