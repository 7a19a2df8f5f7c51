// Writes whole answers: JSON, and errors in the envelope of the caller's dialect.
import type { ServerResponse } from 'node:http';
import type { Outlet } from './guard/outlet.ts';
import type { DialectError } from '../chat/dialect.ts';
import { ERRORS, type ErrorCode } from '../errors.ts';

/** An error as the caller will see it. The upstream's own values, where given, win over those of the table. */
export interface ErrorAnswer {
  code: ErrorCode;
  message: string;
  status?: number;
  /** Passed on from the provider. */
  upstream?: { type: string | null; param: string | null; code: string | null };
  param?: string | null;
  headers?: readonly string[];
}

/** The HTTP status of an answer. */
export function statusOf({ code, status }: ErrorAnswer): number {
  return status ?? ERRORS[code].status;
}

/** The error as every dialect can write it. */
export function describeError(answer: ErrorAnswer, requestId: string): DialectError {
  const { code, message, upstream, param } = answer;
  return {
    status: statusOf(answer),
    message,
    type: upstream?.type ?? ERRORS[code].type,
    param: upstream?.param ?? param ?? null,
    code: upstream?.code ?? code,
    requestId,
  };
}

function writeHead(response: Pick<Outlet, 'writeHead'>, status: number, json: string, headers: readonly string[]): void {
  response.writeHead(status, ['content-type', 'application/json', 'content-length', String(Buffer.byteLength(json)), ...headers]);
}

/** Sends a JSON answer and ends the response. `headers` is a flat list of name, value. */
export function sendJson(response: Pick<Outlet, 'writeHead' | 'end'>, status: number, json: string, headers: readonly string[]): void {
  writeHead(response, status, json, headers);
  response.end(json);
}

/** The same, but the response, and with it a connection that is to close, ends only after `until`. Resolves then. */
export async function sendJsonBefore(
  until: Promise<void>,
  response: ServerResponse,
  status: number,
  json: string,
  headers: readonly string[],
): Promise<void> {
  writeHead(response, status, json, headers);
  response.write(json);
  await until;
  response.end();
}
