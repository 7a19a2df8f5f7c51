// One call to a provider, relayed to the caller as it arrives: back-pressure both ways, cancelled when the caller leaves.
import type { Dispatcher } from 'undici';
import type { Clock } from '../clock.ts';
import type { AnswerReader, GatewayRequest, UpstreamRequest } from '../providers/provider.ts';
import { Tail } from '../providers/tail.ts';
import { CallerGoneError, ResponseTimeoutError, TotalTimeoutError, UnreadableAnswerError } from './abort-reasons.ts';
import type { Outlet } from './guard/outlet.ts';
import { isLastEvent } from './last-event.ts';
import type { RequestRecord } from './recorder.ts';
import { describeError, sendJson, statusOf, type ErrorAnswer } from './respond.ts';
import type { Surface } from '../surfaces/surface.ts';
import type { Target } from './tables.ts';
import { lossHeaders } from './losses.ts';
import { newId } from './new-id.ts';
import { joined, Outgoing } from './outgoing.ts';
import { contentTypeOf, OF_ANSWERS, passedHeaders } from './passed-headers.ts';
import { fromErrorResponse, fromTransportError, singleHeaders } from './upstream-error.ts';

const ERROR_BODY_BYTES = 64 * 1024;

export interface ExchangeOptions {
  response: Outlet;
  surface: Surface;
  target: Target;
  request: GatewayRequest;
  record: RequestRecord;
  clock: Clock;
  /** Flat list of name, value for every answer. */
  answerHeaders: readonly string[];
  /** Called when the provider answers 401. */
  onCredentialRejected: (llm: string) => void;
}

type Headers = Record<string, string | string[] | undefined>;

/** Relays the answer to one request; `done` is called when it is complete, failed or abandoned. */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #options: ExchangeOptions;
  readonly #upstream: UpstreamRequest;
  readonly #done: () => void;
  readonly #out: Outgoing;
  #controller: Dispatcher.DispatchController | undefined;
  #abortReason: Error | undefined;
  #status = 0;
  #headers: Headers = {};
  /** Undefined before an answer that is good. */
  #reader: AnswerReader | undefined;
  #errorBody: Tail | undefined;
  #errorBytes = 0;
  #ended = false;
  /** The tokens of all that has come so far are kept. */
  #isSpent = false;
  /** They could not be read, which changes nothing for the caller. */
  #usageFault: unknown;
  /** Pieces of the body that have come in this turn of the event loop. */
  #turn: Buffer[] = [];
  #timer: { clear(): void } | undefined;
  #stalled: { clear(): void } | undefined;

  constructor(options: ExchangeOptions, upstream: UpstreamRequest, done: () => void) {
    this.#options = options;
    this.#upstream = upstream;
    this.#done = done;
    const { response, target, clock } = options;
    this.#out = new Outgoing(response);
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

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: Headers): void {
    // Each provisional answer begins the wait for the real one anew, so a provider could go on with them for ever.
    if (status < 200) return this.#checkPatience();
    this.#status = status;
    this.#headers = headers;
    if (status >= 300) return;
    // What can be decompressed has been: bytes that nobody can read may hold secrets, and are no answer to another dialect.
    if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
      this.#endBroken();
      return controller.abort(new UnreadableAnswerError());
    }
    const { record, answerHeaders } = this.#options;
    const reader = this.#openReader(headers);
    this.#reader = reader;
    const out: string[] = [];
    const said = headers['content-type'];
    const type = reader.contentType ?? (typeof said === 'string' ? contentTypeOf(said) : undefined);
    if (type !== undefined) out.push('content-type', type);
    out.push(...passedHeaders(headers, OF_ANSWERS));
    const length = headers['content-length'];
    if (reader.keepsLength && typeof length === 'string') out.push('content-length', length);
    if (reader.isEventStream) out.push('cache-control', 'no-cache', 'x-accel-buffering', 'no');
    record.status = status;
    out.push(...answerHeaders);
    this.#out.announce({ status, headers: out, lastHeaders: () => lossHeaders(this.#upstream.losses) });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const { record, clock } = this.#options;
    if (this.#status >= 300) {
      // Errors are read whole, up to a bound; beyond it nothing of use can follow.
      this.#errorBytes += chunk.length;
      if (this.#errorBytes <= ERROR_BODY_BYTES) return (this.#errorBody ??= new Tail(ERROR_BODY_BYTES)).push(chunk);
      this.#endWithErrorResponse();
      return controller.abort(new Error('the error body is too long'));
    }
    record.firstByteAt ??= clock.monotonic();
    if (this.#turn.push(chunk) === 1) process.nextTick(this.#sendTurn);
  }

  onResponseEnd(): void {
    if (this.#ended) return;
    if (this.#status >= 300) return this.#endWithErrorResponse();
    const { record } = this.#options;
    const turn = this.#readTurn();
    if (record.fault !== undefined) return this.#endBroken();
    const rest = joined(turn, this.#reader?.end());
    if (this.#reader?.brokeOff === true) return this.#endBroken(rest);
    // The status was sent long ago, so only metrics and log can still tell that the provider gave up.
    if (this.#reader?.failed === true) record.code = 'provider_failed';
    if (!this.#isSpent || turn !== undefined) this.#spend();
    this.#out.end(rest);
    return this.#finish();
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.#ended) return;
    const { response, record, target } = this.#options;
    if (error instanceof CallerGoneError || this.#abortReason instanceof CallerGoneError) {
      // Where a policy has ended the answer, that is what became of the request.
      const isStopped = record.code !== undefined;
      record.clientGone = !isStopped;
      this.#readTurn();
      // Some providers count along with every event, so even a stream that stops early may have said its tokens.
      this.#spend();
      if (!response.headersSent && !isStopped) record.status = 499;
      return this.#finish();
    }
    // The status has come, so it says more than the cut that followed it.
    if (this.#status >= 300) return this.#endWithErrorResponse();
    const turn = this.#readTurn();
    if (record.fault !== undefined) return this.#endBroken();
    this.#out.write(turn);
    return this.#endShort(fromTransportError(this.#abortReason ?? error, target.upstream.name, response.headersSent));
  }

  /** The provider ended its answer in good order, but not where an answer can end. */
  #endBroken(rest?: Buffer | string): void {
    if (this.#ended) return;
    const { response, target } = this.#options;
    this.#out.write(rest);
    const code = response.headersSent ? 'provider_stream_broken' : 'provider_failed';
    const what = response.headersSent ? 'stopped in the middle of its answer' : 'answered with something that is no answer in its dialect';
    this.#endShort({ code, message: `The provider behind ${target.upstream.name} ${what}.` });
  }

  #endShort(answer: ErrorAnswer): void {
    const { response, record } = this.#options;
    record.code = answer.code;
    if (!response.headersSent) return this.#endWith(answer);
    if (this.#reader?.isEventStream !== true) {
      // A JSON body that stops short can only be told by the connection itself.
      response.destroy();
      return this.#finish();
    }
    this.#spend();
    this.#out.end(this.#reader.fail(describeError(answer, record.requestId)));
    return this.#finish();
  }

  #openReader(headers: Headers): AnswerReader {
    const { target, request, record, clock } = this.#options;
    const { provider, secrets } = target.upstream;
    const type = headers['content-type'];
    return provider.readAnswer({
      request,
      upstream: this.#upstream,
      contentType: typeof type === 'string' ? type : '',
      headers: singleHeaders(headers),
      secrets,
      requestId: record.requestId,
      created: Math.floor(clock.now() / 1000),
      newId,
    });
  }

  #endWithErrorResponse(): void {
    const { target, onCredentialRejected } = this.#options;
    const { provider, secrets, key } = target.upstream;
    const body = this.#errorBody?.bytes().toString('utf8') ?? '';
    const answer = fromErrorResponse(provider, secrets, { status: this.#status, headers: this.#headers, body });
    if (answer.code === 'provider_credentials_rejected') onCredentialRejected(key);
    this.#endWith(answer);
  }

  #endWith(answer: ErrorAnswer): void {
    const { response, surface, record, answerHeaders } = this.#options;
    record.code = answer.code;
    record.status = statusOf(answer);
    sendJson(response, record.status, JSON.stringify(surface.writeError(describeError(answer, record.requestId))), [...(answer.headers ?? []), ...answerHeaders]);
    this.#finish();
  }

  /** What comes in one turn of the event loop is read, and leaves, in one piece. */
  #readTurn(): Buffer | string | undefined {
    const pieces = this.#turn;
    if (pieces.length === 0) return undefined;
    this.#turn = [];
    try {
      return this.#reader?.push(pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces));
    } catch (error) {
      // This may run outside of what undici guards, and nothing that a provider sends may end the process.
      this.#options.record.fault = error;
      this.#abort(new UnreadableAnswerError());
      return undefined;
    }
  }

  /** What was used is kept before the end of the answer leaves: whoever has one was counted, whatever happens to this process. */
  #spend(): void {
    const { record } = this.#options;
    this.#isSpent = true;
    try {
      record.usage = this.#reader?.usage();
    } catch (error) {
      this.#usageFault = error;
    }
    record.account?.settle();
  }

  readonly #sendTurn = (): void => {
    const bytes = this.#readTurn();
    if (this.#reader?.isEventStream === true && isLastEvent(bytes)) this.#spend();
    if (this.#out.write(bytes)) return;
    this.#controller?.pause();
    this.#awaitReader();
    this.#options.response.once('drain', this.#resume);
  };

  #abort(reason: Error): void {
    if (this.#ended || this.#abortReason !== undefined) return;
    this.#abortReason = reason;
    this.#controller?.abort(reason);
  }

  readonly #resume = (): void => {
    this.#stalled?.clear();
    this.#controller?.resume();
  };

  #checkPatience(): void {
    const { record, clock, target } = this.#options;
    if (clock.monotonic() - record.startedAt > target.upstream.settings.timeouts.response) this.#abort(new ResponseTimeoutError());
  }

  /** A caller that does not read would hold a connection to the provider, and a drain, for ever. */
  #awaitReader(): void {
    const { response, clock, target } = this.#options;
    this.#stalled?.clear();
    const { idle } = target.upstream.settings.timeouts;
    // What was written in this very turn leaves before the next one, unless the caller does not read.
    this.#stalled = clock.setTimeout(() => setImmediate(() => (response.writableLength > 0 ? response.destroy() : this.#awaitMore())), idle);
  }

  /** All has been read so far; an answer that is held back may still have more to come. */
  #awaitMore(): void {
    const { response } = this.#options;
    if (!response.closed && !response.writableFinished) this.#awaitReader();
  }

  #finish(): void {
    const { response } = this.#options;
    this.#ended = true;
    const lost = this.#upstream.losses?.names.length ?? 0;
    if (lost > 0) this.#options.record.losses = lost;
    if (this.#usageFault !== undefined) this.#options.record.fault ??= this.#usageFault;
    this.#timer?.clear();
    this.#stalled?.clear();
    if (!response.closed && response.writableLength > 0) {
      this.#awaitReader();
      response.once('close', () => this.#stalled?.clear());
    }
    this.#done();
  }
}
