// Failures of calls to the API server, reduced to what may be logged: no headers, no bodies, nothing about Secret contents.

const MAX_MESSAGE = 512;
/** A server must not be able to silence us for longer, in milliseconds. */
const MAX_RETRY_AFTER = 120_000;

/** A failed call. `code` is the HTTP status, or 0 when there was no answer. */
export class KubernetesError extends Error {
  override readonly name = 'KubernetesError';
  readonly code: number;
  /** Reason of the API server (NotFound, Conflict, ...), or Timeout, Aborted, Unreachable. */
  readonly reason: string;
  /** Milliseconds that the server asked us to wait. */
  readonly retryAfterMs?: number;

  constructor(code: number, reason: string, message: string, retryAfterMs?: number) {
    super(message);
    this.code = code;
    this.reason = reason;
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs;
  }
}

/** True for a KubernetesError with one of the given codes. */
export function hasCode(error: unknown, ...codes: number[]): error is KubernetesError {
  return error instanceof KubernetesError && codes.includes(error.code);
}

/** Milliseconds of a Retry-After header in seconds or as a date. Undefined when absent or unreadable. */
export function parseRetryAfter(value: string | string[] | undefined, now: number): number | undefined {
  const text = Array.isArray(value) ? value[0] : value;
  if (text === undefined) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), MAX_RETRY_AFTER);
}

function field(body: unknown, name: 'reason' | 'message'): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const value: unknown = Reflect.get(body, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** What an answer other than 2xx says. The server quotes refused input, so its text is left out where that may be a Secret. */
export function errorFromStatus(call: string, code: number, body: unknown, retryAfterMs?: number): KubernetesError {
  const reason = field(body, 'reason') ?? `Http${code}`;
  const quoted = /\bsecrets\b/.test(call) ? undefined : field(body, 'message')?.slice(0, MAX_MESSAGE);
  return new KubernetesError(code, reason, `${call}: ${code} ${reason}${quoted === undefined ? '' : `: ${quoted}`}`, retryAfterMs);
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code: unknown = Reflect.get(error, 'code');
  if (typeof code === 'string') return code;
  return error.cause === undefined ? undefined : codeOf(error.cause);
}

/** What a call without an answer failed of. The original is dropped, because it may hold the request. */
export function errorFromTransport(call: string, error: unknown): KubernetesError {
  if (error instanceof KubernetesError) return error;
  const name = error instanceof Error ? error.name : 'Error';
  if (name === 'TimeoutError') return new KubernetesError(0, 'Timeout', `${call}: no answer in time`);
  if (name === 'AbortError') return new KubernetesError(0, 'Aborted', `${call}: aborted`);
  return new KubernetesError(0, 'Unreachable', `${call}: ${codeOf(error) ?? name}`);
}
