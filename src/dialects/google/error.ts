// Errors as Google writes them: google.rpc.Status in JSON.
import type { DialectError } from '../../chat/dialect.ts';
import type { JsonObject } from './json.ts';

const STATUSES: Record<number, string> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  408: 'DEADLINE_EXCEEDED',
  409: 'ABORTED',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  500: 'INTERNAL',
  501: 'UNIMPLEMENTED',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
  529: 'UNAVAILABLE',
};

function statusOf(code: number): string {
  return STATUSES[code] ?? (code < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL');
}

const typeUrl = (name: string): string => `type.googleapis.com/google.rpc.${name}`;

export function writeError({ status, message, type, code, param, requestId }: DialectError): object {
  const details: JsonObject[] = [
    { '@type': typeUrl('ErrorInfo'), reason: (code ?? type).toUpperCase(), domain: 'flashback-ai-gateway' },
    ...(param === null ? [] : [{ '@type': typeUrl('BadRequest'), fieldViolations: [{ field: param, description: message }] }]),
    { '@type': typeUrl('RequestInfo'), requestId },
  ];
  return { error: { code: status, message, status: statusOf(status), details } };
}
