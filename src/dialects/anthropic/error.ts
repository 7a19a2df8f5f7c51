// Errors as callers of this dialect know them.
import type { DialectError } from '../../chat/dialect.ts';
import { threadDetails } from './thread.ts';

const PROVIDER_FAILED = 502;
const TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  408: 'timeout_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  503: 'overloaded_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

/** Words of all vendors for what callers do better to wait for, or to change. */
const WORDS: readonly [RegExp, string][] = [
  [/throttl|rate_?limit|resource_?exhausted|too_?many/i, 'rate_limit_error'],
  [/overload|unavailable|not_?ready/i, 'overloaded_error'],
  [/time_?d?_?out|deadline/i, 'timeout_error'],
  [/^validationException$/i, 'invalid_request_error'],
];

/** In the middle of a stream the status says only that the provider failed, and its word says how. */
function typeOf({ status, type }: DialectError): string {
  const word = status === PROVIDER_FAILED ? WORDS.find(([pattern]) => pattern.test(type)) : undefined;
  if (word !== undefined) return word[1];
  return TYPES[status] ?? (status >= 400 && status < 500 ? 'invalid_request_error' : 'api_error');
}

/** Anthropic has no members `code` and `param`; its SDKs hand on what they do not know. */
export function writeError(error: DialectError): object {
  const { message, code, param, requestId } = error;
  const own = { type: typeOf(error), message, ...(code === null ? {} : { code }), ...(param === null ? {} : { param }) };
  return { type: 'error', error: { ...own, ...threadDetails(error) }, request_id: requestId };
}
