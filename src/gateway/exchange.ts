// One call to a provider, relayed to the caller as it arrives: back-pressure both ways, cancelled when the caller leaves.
import type { ServerResponse } from 'node:http';
import type { Dispatcher } from 'undici';
import type { Clock } from '../clock.ts';
import type { UpstreamRequest } from '../providers/provider.ts';
import { EventRelay } from './event-relay.ts';
import type { RequestRecord } from './recorder.ts';
import { errorEnvelope, sendJson, statusOf, type ErrorAnswer } from './respond.ts';
import { Tail } from './tail.ts';
import type { Target } from './tables.ts';
import { fromErrorResponse, fromTransportError } from './upstream-error.ts';

/** Some providers put usage in front of the whole text and its sources, in one last event. */
const STREAM_TAIL_BYTES = 64 * 1024;
const JSON_TAIL_BYTES = 1024 * 1024;
const ERROR_BODY_BYTES = 64 * 1024;
const DONE = 'data: [DONE]\n\n';
/** An event whose data is nothing but an error. */
const ERROR_EVENT = /^data: ?\{ ?"error" ?:/m;
/** Headers of the provider that the caller gets; everything else could name accounts or contradict our framing. */
const PASSED_HEADERS = ['content-type', 'content-encoding', 'retry-after', 'openai-processing-ms', 'openai-version'];

export interface ExchangeOptions {
  response: ServerResponse;
  target: Target;
  request: UpstreamRequest;
  record: RequestRecord;
  clock: Clock;
  /** Flat list of name, value for every answer. */
  answerHeaders: readonly string[];
  /** Called when the provider answers 401 or 403. */
  onCredentialRejected: (llm: string) => void;
}

class CallerGoneError extends Error {
  override readonly name = 'CallerGoneError';
}

class TotalTimeoutError extends Error {
  override readonly name = 'TotalTimeoutError';
  readonly code = 'FLASHBACK_TOTAL_TIMEOUT';
}

type Headers = Record<string, string | string[] | undefined>;

class Exchange implements Dispatcher.DispatchHandler {
  readonly #options: ExchangeOptions;
  readonly #done: () => void;
  #controller: Dispatcher.DispatchController | undefined;
  #abortReason: Error | undefined;
  #status = 0;
  #headers: Headers = {};
  #relay: EventRelay | undefined;
  #tail = new Tail(ERROR_BODY_BYTES);
  #errorBytes = 0;
  #ended = false;
  #timer: { clear(): void } | undefined;

  constructor(options: ExchangeOptions, done: () => void) {
    this.#options = options;
    this.#done = done;
    const { response, target, clock } = options;
    response.on('drain', () => this.#controller?.resume());
    response.on('close', () => {
      if (!response.writableFinished) this.#abort(new CallerGoneError());
    });
    const { total } = target.upstream.settings.timeouts;
    if (total !== undefined) this.#timer = clock.setTimeout(() => this.#abort(new TotalTimeoutError()), total);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#abortReason !== undefined) controller.abort(this.#abortReason);
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Headers): void {
    if (status < 200) return;
    this.#status = status;
    this.#headers = headers;
    if (status >= 300) return;
    const { response, request, record, answerHeaders } = this.#options;
    const type = headers['content-type'];
    // A provider that compresses although we asked it not to: its bytes pass unseen.
    const readable = (headers['content-encoding'] ?? 'identity') === 'identity';
    const isEventStream = record.stream && readable && typeof type === 'string' && type.startsWith('text/event-stream');
    const out: string[] = [];
    for (const name of PASSED_HEADERS) {
      const value = headers[name];
      if (typeof value === 'string') out.push(name, value);
    }
    if (isEventStream) {
      this.#relay = new EventRelay(request.hideUsageEvent);
      this.#tail = new Tail(STREAM_TAIL_BYTES);
      out.push('cache-control', 'no-cache', 'x-accel-buffering', 'no');
    } else {
      this.#tail = new Tail(JSON_TAIL_BYTES);
      const length = headers['content-length'];
      if (typeof length === 'string') out.push('content-length', length);
    }
    record.status = status;
    response.writeHead(status, [...out, ...answerHeaders]);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const { response, record, clock } = this.#options;
    if (this.#status >= 300) {
      // Errors are read whole, up to a bound; beyond it nothing of use can follow.
      this.#errorBytes += chunk.length;
      if (this.#errorBytes <= ERROR_BODY_BYTES) return this.#tail.push(chunk);
      this.#endWithErrorResponse();
      return controller.abort(new Error('the error body is too long'));
    }
    record.firstByteAt ??= clock.monotonic();
    this.#tail.push(chunk);
    const out = this.#relay === undefined ? chunk : this.#relay.push(chunk);
    // node:http corks the socket until the end of the turn, so events that come together leave together.
    if (out !== undefined && !response.write(out)) controller.pause();
  }

  onResponseEnd(): void {
    if (this.#ended) return;
    if (this.#status >= 300) return this.#endWithErrorResponse();
    const { response, record } = this.#options;
    if (this.#relay !== undefined) {
      const rest = this.#relay.flush();
      if (rest !== undefined) response.write(rest);
      const tail = this.#tail.bytes();
      if (!tail.toString('latin1').trimEnd().endsWith('[DONE]')) response.write(rest === undefined ? DONE : `\n\n${DONE}`);
      // The status was sent long ago, so only metrics and log can still tell that the provider gave up.
      if (ERROR_EVENT.test(tail.toString('latin1'))) record.code = 'provider_failed';
    }
    this.#readUsage();
    response.end();
    return this.#finish();
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.#ended) return;
    const { response, record, target } = this.#options;
    if (error instanceof CallerGoneError || this.#abortReason instanceof CallerGoneError) {
      record.clientGone = true;
      this.#readUsage();
      if (!response.headersSent) record.status = 499;
      return this.#finish();
    }
    // The status has come, so it says more than the cut that followed it.
    if (this.#status >= 300) return this.#endWithErrorResponse();
    const answer = fromTransportError(this.#abortReason ?? error, target.upstream.name, response.headersSent);
    record.code = answer.code;
    if (!response.headersSent) return this.#endWith(answer);
    if (this.#relay === undefined) {
      // A JSON body that stops short can only be told by the connection itself.
      response.destroy();
      return this.#finish();
    }
    this.#readUsage();
    response.write(`data: ${JSON.stringify(errorEnvelope(answer))}\n\n${DONE}`);
    response.end();
    return this.#finish();
  }

  /** Some providers count along with every event, so even a stream that stops early may have said its tokens. */
  #readUsage(): void {
    if (this.#status < 200 || this.#status >= 300) return;
    const { record, target } = this.#options;
    const usage = target.upstream.provider.readUsage(this.#tail.bytes());
    if (usage !== undefined) record.usage = usage;
  }

  #endWithErrorResponse(): void {
    const { target, onCredentialRejected } = this.#options;
    const { upstream } = target;
    if (this.#status === 401 || this.#status === 403) onCredentialRejected(upstream.key);
    const body = this.#tail.bytes().toString('utf8');
    const secrets = Object.values(upstream.settings.credential ?? {});
    this.#endWith(fromErrorResponse(upstream.provider, secrets, { status: this.#status, headers: this.#headers, body }));
  }

  #endWith(answer: ErrorAnswer): void {
    const { response, record, answerHeaders } = this.#options;
    record.code = answer.code;
    record.status = statusOf(answer);
    sendJson(response, record.status, JSON.stringify(errorEnvelope(answer)), [...(answer.headers ?? []), ...answerHeaders]);
    this.#finish();
  }

  #abort(reason: Error): void {
    if (this.#ended || this.#abortReason !== undefined) return;
    this.#abortReason = reason;
    this.#controller?.abort(reason);
  }

  #finish(): void {
    this.#ended = true;
    this.#timer?.clear();
    this.#done();
  }
}

/** Carries a request out. Resolves when the answer is complete, failed or abandoned; never rejects. */
export function exchange(options: ExchangeOptions): Promise<void> {
  const { target, request } = options;
  const { upstream } = target;
  return new Promise((resolve) => {
    const handler = new Exchange(options, resolve);
    upstream.pool.dispatch(
      {
        origin: upstream.origin,
        path: upstream.basePath + request.path,
        method: 'POST',
        headers: upstream.headers,
        body: request.body,
        headersTimeout: upstream.settings.timeouts.response,
        bodyTimeout: upstream.settings.timeouts.idle,
      },
      handler,
    );
  });
}
