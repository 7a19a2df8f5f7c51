// Answers what node:http cannot read as a request, or would refuse in its own words, in the envelope of every other error.
import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { ERRORS, type ErrorCode } from '../errors.ts';
import type { GatewayMetrics } from '../telemetry/metrics.ts';
import { requestIdOf } from './request-id.ts';
import { openAiSurface } from '../surfaces/openai.ts';
import { describeError, sendJson } from './respond.ts';

const MESSAGES = {
  request_malformed: 'This is not a well-formed HTTP/1.1 request.',
  request_timeout: 'The request did not arrive whole in time.',
  headers_too_large: 'The headers of the request are too large.',
} as const satisfies Partial<Record<ErrorCode, string>>;

/** What the error of a connection means to its caller; undefined: it broke, so nobody is left to tell. */
export function clientErrorCode(error: Error): keyof typeof MESSAGES | undefined {
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'HPE_HEADER_OVERFLOW') return 'headers_too_large';
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'request_timeout';
  return code.startsWith('HPE_') && code !== 'HPE_INVALID_EOF_STATE' ? 'request_malformed' : undefined;
}

const LATEST = Symbol('latest response');
/** Kept on the connection itself: a map beside it would cost every request, for what nearly none needs. */
type Connection = Duplex & { [LATEST]?: ServerResponse };

export class ClientErrors {
  readonly #metrics: Pick<GatewayMetrics, 'flashback_errors_total'>;

  constructor(metrics: Pick<GatewayMetrics, 'flashback_errors_total'>) {
    this.#metrics = metrics;
  }

  /** Call for every response that begins. */
  began(response: ServerResponse): void {
    const connection: Connection = response.req.socket;
    connection[LATEST] = response;
  }

  /** Listener of the server's event clientError. */
  readonly handle = (error: Error, socket: Connection): void => {
    const code = clientErrorCode(error);
    const latest = socket[LATEST];
    const underWay = latest?.closed === false ? latest : undefined;
    // In the middle of another answer, these bytes would become part of it.
    if (code === undefined || !socket.writable || underWay?.headersSent === true) {
      socket.destroy(error);
      return;
    }
    // A request that had begun is counted when it ends.
    if (underWay === undefined) this.#count(code);
    const { status } = ERRORS[code];
    const requestId = randomUUID();
    // Nothing has told which surface was meant.
    const json = JSON.stringify(openAiSurface.writeError(describeError({ code, message: MESSAGES[code] }, requestId)));
    const head = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'content-type: application/json',
      `content-length: ${Buffer.byteLength(json)}`,
      `x-request-id: ${requestId}`,
      'connection: close',
    ];
    socket.end(`${head.join('\r\n')}\r\n\r\n${json}`, () => socket.destroy());
  };

  /** HTTP/1.1 demands a Host header; node:http would refuse a request without one in its own words. */
  refuseWithoutHost(request: IncomingMessage, response: ServerResponse): void {
    const code = 'request_malformed';
    this.#count(code);
    const requestId = requestIdOf(request);
    const json = JSON.stringify(openAiSurface.writeError(describeError({ code, message: 'The request has no Host header.' }, requestId)));
    sendJson(response, ERRORS[code].status, json, ['x-request-id', requestId, 'connection', 'close']);
  }

  #count(code: ErrorCode): void {
    this.#metrics.flashback_errors_total.inc({ cause: ERRORS[code].cause, code });
  }
}
