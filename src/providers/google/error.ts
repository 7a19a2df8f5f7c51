// Reads error bodies of Google's APIs: `{error: {code, message, status, details}}`, also as the only element of a list.
import { asRecord, parseObject, text } from '../error-body.ts';
import type { UpstreamError } from '../provider.ts';

const ERROR_INFO = 'google.rpc.ErrorInfo';
const BAD_REQUEST = 'google.rpc.BadRequest';
const RETRY_INFO = 'google.rpc.RetryInfo';
/** Where the details are left out the message still says it: "Please retry in 34.07s." */
const RETRY_IN_WORDS = /\bretry in (\d{1,6}(?:\.\d+)?)s\b/i;

function errorOf(body: string): Record<string, unknown> {
  return asRecord(parseObject(body)['error']);
}

function detailOf(error: Record<string, unknown>, kind: string): Record<string, unknown> {
  const details = Array.isArray(error['details']) ? error['details'].map(asRecord) : [];
  return details.find((detail) => text(detail['@type'])?.endsWith(kind)) ?? {};
}

/** Why, as a constant such as API_KEY_INVALID. */
export function googleErrorReason(body: string): string | null {
  return text(detailOf(errorOf(body), ERROR_INFO)['reason']);
}

/** Whole seconds until a request may succeed, or undefined: Google sends no retry-after header. */
export function googleRetryAfter(body: string): number | undefined {
  const error = errorOf(body);
  const delay = text(detailOf(error, RETRY_INFO)['retryDelay']);
  const seconds = /^(\d{1,6}(?:\.\d+)?)s$/.exec(delay ?? '')?.[1] ?? RETRY_IN_WORDS.exec(text(error['message']) ?? '')?.[1];
  return seconds === undefined || Number(seconds) === 0 ? undefined : Math.ceil(Number(seconds));
}

export function readGoogleError(status: number, body: string): UpstreamError {
  const error = errorOf(body);
  const violations = detailOf(error, BAD_REQUEST)['fieldViolations'];
  return {
    // The token endpoint and some proxies write the error as a string.
    message:
      text(error['message']) ??
      text(parseObject(body)['error_description']) ??
      text(parseObject(body)['error']) ??
      `The provider answered with HTTP ${status} and no error message.`,
    type: text(error['status']),
    param: Array.isArray(violations) ? text(asRecord(violations[0])['field']) : null,
    code: googleErrorReason(body) ?? text(error['status']),
  };
}
