// What a failing provider means for the caller: which code and status, and how much of the provider's own words.
import { errors } from 'undici';
import type { Provider } from '../providers/provider.ts';
import { redactProviderText } from '../providers/redact.ts';
import type { ErrorCode } from '../errors.ts';
import { OF_ERRORS, passedHeaders } from './passed-headers.ts';
import type { ErrorAnswer } from './respond.ts';

const MAX_MESSAGE = 4_000;

function codeFor(status: number): ErrorCode {
  if (status === 401) return 'provider_credentials_rejected';
  if (status === 429) return 'rate_limited';
  if (status === 408 || status === 504) return 'provider_timeout';
  if (status === 503 || status === 529) return 'provider_overloaded';
  // The account behind the credential is out of funds: nothing that the caller could change.
  if (status === 402) return 'provider_failed';
  return status < 500 && status >= 400 ? 'provider_rejected_request' : 'provider_failed';
}

/** Those that came once. */
export function singleHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])));
}

/** Reads an error response of the provider. Its message is kept, its credentials and account ids are not. */
export function fromErrorResponse(
  provider: Provider,
  secrets: readonly string[],
  response: { status: number; headers: Record<string, string | string[] | undefined>; body: string },
): ErrorAnswer {
  const { status } = response;
  const upstream = provider.toError(status, response.body, singleHeaders(response.headers));
  const code = upstream.refusesCredential === true ? 'provider_credentials_rejected' : codeFor(status);
  const said = redactProviderText(upstream.message, secrets).slice(0, MAX_MESSAGE);
  const headers = passedHeaders(response.headers, OF_ERRORS);
  if (upstream.retryAfter !== undefined && headers.length === 0) headers.push(...passedHeaders({ 'retry-after': String(upstream.retryAfter) }, OF_ERRORS));
  if (code === 'provider_credentials_rejected') {
    // Passed on as 401 it would send the caller looking for a fault in its own key.
    return { code, message: `The provider refused the credential that this gateway holds (HTTP ${status}): ${said}` };
  }
  const clean = (value: string | null): string | null => (value === null ? null : redactProviderText(value, secrets));
  const passed = { type: clean(upstream.type), param: clean(upstream.param), code: clean(upstream.code) };
  return { code, message: said, upstream: passed, headers, ...(code === 'provider_rejected_request' ? { status } : {}) };
}

const TIMEOUTS = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'FLASHBACK_TOTAL_TIMEOUT', 'ETIMEDOUT']);

/** Reads a failure without an HTTP answer. Names the connection by its resource, never by address. */
export function fromTransportError(error: Error, llm: string, responseStarted: boolean): ErrorAnswer {
  const code = 'code' in error ? String(error.code) : '';
  if (TIMEOUTS.has(code)) return { code: 'provider_timeout', message: `The provider behind ${llm} did not answer in time.` };
  if (responseStarted) return { code: 'provider_stream_broken', message: `The provider behind ${llm} stopped in the middle of its answer.` };
  if (error instanceof errors.ConnectTimeoutError) {
    return { code: 'provider_unreachable', message: `No connection to the provider behind ${llm} in time.` };
  }
  const shown = /^[A-Z_]{3,40}$/.test(code) ? ` (${code})` : '';
  return { code: 'provider_unreachable', message: `No connection to the provider behind ${llm}${shown}.` };
}
