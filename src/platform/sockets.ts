// What the port of the Platform API does with connections that no handler sees: requests that cannot be read, answers that nobody takes.
import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../clock.ts';

/** Milliseconds that a caller has to take an answer, once it is complete. */
const TAKE_MS = 60_000;

const REASONS: Readonly<Record<string, readonly [status: string, message: string]>> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'the headers of the request are too large'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['413 Payload Too Large', 'the body is too large'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'the request did not come to its end in time'],
};
const UNREADABLE = ['400 Bad Request', 'this is no HTTP request that can be read'] as const;

function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}

/** In the form of every other failure, and nothing of what was sent. */
export function refuseUnreadable(error: unknown, socket: Duplex): void {
  const code = codeOf(error);
  if (code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [status, message] = REASONS[code] ?? UNREADABLE;
  const body = JSON.stringify({ success: false, message });
  const head = [`HTTP/1.1 ${status}`, 'content-type: application/json; charset=utf-8', `content-length: ${Buffer.byteLength(body)}`, 'connection: close'];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

/** Answers that are under way. */
export class OpenAnswers {
  readonly #clock: Clock;
  readonly #open = new Set<ServerResponse>();
  #isClosing = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Ends the connection of whoever does not take the answer, which is held in memory for as long. */
  watch(response: ServerResponse): void {
    let timer: { clear(): void } | undefined;
    if (this.#isClosing) response.shouldKeepAlive = false;
    this.#open.add(response);
    response.once('prefinish', () => {
      timer = this.#clock.setTimeout(() => response.destroy(), TAKE_MS);
    });
    response.once('close', () => {
      timer?.clear();
      this.#open.delete(response);
    });
  }

  /** No connection goes on after its answer. */
  close(): void {
    this.#isClosing = true;
    for (const response of this.#open) response.shouldKeepAlive = false;
  }
}
