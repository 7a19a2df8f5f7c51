// Errors as this dialect says them: as a body, and inside a stream.
import type { DialectError } from '../../chat/dialect.ts';

export function writeError({ message, type, param, code }: DialectError): object {
  return { error: { message, type, param, code } };
}

/** The documentation has the fields beside `type`, the API sends them in `error`: clients read the one or the other. */
export function errorEvent({ message, type, param, code }: DialectError): { type: string } & Record<string, unknown> {
  return { type: 'error', code, message, param, error: { type, code, message, param } };
}

/** `error` of a response that failed; the codes of clients are a closed list. */
export function responseError({ message, status, code }: Pick<DialectError, 'message' | 'status' | 'code'>): object {
  return { code: code ?? (status === 429 ? 'rate_limit_exceeded' : 'server_error'), message };
}
