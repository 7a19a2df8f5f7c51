// A stream under policies: its pieces wait in the gate for as long as they must, and the caller is kept from giving up meanwhile.
import { Channels, isRemark, type StreamEvent } from '../../policy/stream/channels.ts';
import { StreamGate, type Piece } from '../../policy/stream/gate.ts';
import { Remarks } from '../../policy/stream/remarks.ts';
import type { Content } from '../../policy/types.ts';
import type { StreamReader } from '../../chat/dialect.ts';
import type { GatewayError } from '../../errors.ts';
import { streamReaderOf } from '../../surfaces/read-stream.ts';
import { describeError, sendJson, statusOf } from '../respond.ts';
import { Closing, CompletionsClosing, type Ending } from './closing.ts';
import { framesOf, type Frames } from './frames.ts';
import { refusalOf } from './guard.ts';
import { headerOf } from './outlet.ts';
import type { GuardedAnswerOptions } from './guarded-answer.ts';
import type { PolicySet } from './policy-set.ts';
import { sourceOf } from './source.ts';
import { StreamVerdicts } from './stream-verdicts.ts';

/** Milliseconds without a byte after which the caller is shown that the stream lives. */
const KEEP_ALIVE = 10_000;

export interface GuardedStreamOptions extends GuardedAnswerOptions {
  set: PolicySet;
  status: number;
  headers: string[];
  /** Nothing more is wanted from the provider. */
  onStopped: () => void;
}

export class GuardedStream {
  readonly #options: GuardedStreamOptions;
  /** Undefined: nobody has given its events a meaning. */
  readonly #reader: StreamReader | undefined;
  readonly #frames: Frames;
  readonly #remarks: Remarks;
  readonly #gate: StreamGate<GatewayError> | undefined;
  readonly #verdicts: StreamVerdicts;
  /** Of a stream that nobody holds back. */
  readonly #channels = new Channels();
  /** Undefined: nobody knows how to end it in its dialect. */
  #closing: Ending | undefined;
  readonly #isEvents: boolean;
  #timer: { clear(): void } | undefined;
  #flows = true;
  /** Whoever writes here waits until detectors have caught up. */
  #isFull = false;
  /** Something in it can be read by nobody here. */
  #isUnread = false;
  /** Something went wrong here that nobody has foreseen. */
  #isBroken = false;

  constructor(options: GuardedStreamOptions) {
    this.#options = options;
    const { dialect, head, isChat, set, headers, response, status } = options;
    this.#reader = isChat ? streamReaderOf(dialect) : undefined;
    this.#isEvents = /^\s*text\/event-stream/i.test(headerOf(headers, 'content-type'));
    this.#frames = framesOf(this.#isEvents);
    this.#remarks = new Remarks(this.#isEvents, head.request);
    this.#verdicts = new StreamVerdicts(options.guard, set.gating, options.matter);
    if (set.gating.length === 0) {
      response.writeHead(status, headers);
      return;
    }
    if (isChat) this.#closing = new Closing(dialect, head);
    else if (options.matter.record.operation === 'completions') this.#closing = new CompletionsClosing((error) => options.surface.writeError(error));
    this.#gate = this.#makeGate();
    this.#keepAlive();
  }

  /** Never throws. */
  write(bytes: Buffer): boolean {
    const { response } = this.#options;
    if (this.#gate === undefined) {
      const flows = response.write(bytes);
      this.#guarded(() => this.#frames.push(bytes).forEach((frame) => this.#watch(this.#read(frame))));
      return flows;
    }
    this.#flows = true;
    this.#guarded(() => this.#gate?.pushAll(this.#frames.push(bytes).map((frame) => ({ bytes: frame, events: this.#read(frame) }))));
    this.#isFull = this.#gate.isFull;
    // What was let through later counts, too.
    return this.#flows && !response.writableNeedDrain && !this.#isFull;
  }

  /** Never throws. */
  end(): void {
    const { response } = this.#options;
    this.#guarded(() => {
      const bytes = this.#frames.end();
      const events = [...this.#read(bytes), ...this.#understood(() => this.#remarks.read('', this.#reader?.end().events ?? []))];
      if (this.#gate === undefined) this.#watch(events);
      else if (bytes.length + events.length > 0) this.#gate.push({ bytes, events });
      this.#gate?.end();
    });
    if (this.#gate !== undefined) return;
    response.end();
    this.#tellWatchers(this.#channels);
  }

  /** The caller has left, or something else has ended the response. */
  close(): void {
    this.#timer?.clear();
    this.#gate?.close();
  }

  /** What bytes say that are a whole event. */
  #read(frame: Buffer): StreamEvent[] {
    if (frame.length === 0) return [];
    return this.#understood(() => this.#remarks.read(frame.toString('utf8'), this.#reader?.push(frame) ?? []));
  }

  /** Bytes that cannot be read are let through where all policies let through what they cannot evaluate, and stop the stream otherwise. */
  #understood(read: () => StreamEvent[]): StreamEvent[] {
    if (this.#isUnread) return [];
    try {
      return read();
    } catch {
      this.#isUnread = true;
      this.#gate?.misread();
      return [];
    }
  }

  #watch(events: readonly StreamEvent[]): void {
    if (this.#isUnread) return;
    const before = this.#channels.size;
    for (const event of events) this.#channels.note(event);
    const grown = this.#channels.size - before;
    this.#isUnread = grown > 0 && !this.#options.hold.take(grown);
  }

  /** Nothing that a provider sends may end the process. */
  #guarded(work: () => void): void {
    if (this.#isBroken) return;
    try {
      work();
    } catch {
      this.#isBroken = true;
      this.#isUnread = true;
      if (this.#gate === undefined) return;
      this.#gate.close();
      this.#break();
    }
  }

  #tellWatchers(channels: Channels): void {
    const { guard, set, matter } = this.#options;
    if (set.watching.length === 0) return;
    const content: Content = { parts: channels.parts(), unscannable: channels.unscannable };
    guard.watch(set.watching, sourceOf(this.#isUnread || this.#gate?.isLeftOut === true ? { ...content, failure: 'detector_failed' } : content), matter);
  }

  #makeGate(): StreamGate<GatewayError> {
    const { response } = this.#options;
    const verdicts = this.#verdicts;
    const gate = new StreamGate<GatewayError>({
      detectors: verdicts.detectors,
      judge: verdicts.judge,
      scan: (parts) => verdicts.scan(parts),
      onFindings: (found) => verdicts.found(found),
      onUnseen: () => verdicts.unseen(),
      onUnjudged: () => verdicts.unjudged(),
      onUnscannable: () => verdicts.unscannable(),
      mayKeep: (bytes) => this.#options.hold.take(bytes),
      onTooMuch: (waitsFor) => verdicts.tooMuch(waitsFor),
      onLooked: () => {
        if (!this.#isFull || response.writableNeedDrain) return;
        this.#isFull = false;
        response.emit('drain');
      },
      release: (pieces) => this.#release(pieces),
      stop: (reason) => this.#stop(reason),
      broken: () => this.#break(),
      done: () => {
        this.#timer?.clear();
        this.#begin();
        response.end();
        verdicts.passed();
        this.#tellWatchers(gate.channels);
      },
    });
    return gate;
  }

  #release(pieces: readonly Piece[]): void {
    const { response } = this.#options;
    this.#begin();
    this.#keepAlive();
    for (const { bytes, events } of pieces) {
      this.#follow(bytes, events);
      if (bytes.length > 0) this.#flows = response.write(bytes);
    }
  }

  #follow(bytes: Piece['bytes'], events: readonly StreamEvent[]): void {
    try {
      this.#closing?.follow(bytes, events.filter((event) => !isRemark(event)));
    } catch {
      this.#closing = undefined;
    }
  }

  /** Where nobody knows what was let through, and what was not, nothing more is. */
  #break(): void {
    const { guard, set, matter } = this.#options;
    const decision = guard.decideFailed(set.gating, 'detector_failed', matter);
    this.#stop(refusalOf({ ...decision, outcome: 'unavailable', by: decision.by ?? set.gating[0]?.policy }, 'Response')!);
  }

  #begin(): void {
    const { response, status, headers } = this.#options;
    if (!response.headersSent) response.writeHead(status, headers);
  }

  #stop({ code, message }: GatewayError): void {
    const { response, surface, matter, answerHeaders, onStopped } = this.#options;
    const { record } = matter;
    this.#timer?.clear();
    const answer = { code, message };
    const error = describeError(answer, record.requestId);
    record.code = code;
    if (!response.headersSent) {
      record.status = statusOf(answer);
      sendJson(response, record.status, JSON.stringify(surface.writeError(error)), answerHeaders);
    } else if (this.#closing === undefined) {
      response.end(`data: ${JSON.stringify(surface.writeError(error))}\n\n`);
    } else {
      response.end(code === 'content_policy_violation' ? this.#closing.stop() : this.#closing.fail(error));
    }
    this.#verdicts.stopped();
    this.#tellWatchers(this.#gate!.channels);
    onStopped();
  }

  /** Comments keep proxies and impatient callers from ending a stream that is held back. */
  #keepAlive(): void {
    this.#timer?.clear();
    if (!this.#isEvents) return;
    this.#timer = this.#options.clock.setTimeout(() => {
      if (this.#options.response.closed) return;
      this.#begin();
      this.#options.response.write(': keep-alive\n\n');
      this.#keepAlive();
    }, KEEP_ALIVE);
  }
}
