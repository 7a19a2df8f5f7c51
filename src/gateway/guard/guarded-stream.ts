// A stream under policies: its pieces wait in the gate for as long as they must, and the caller is kept from giving up meanwhile.
import type { Decision } from '../../policy/decide.ts';
import { Channels, isRemark, type StreamEvent } from '../../policy/stream/channels.ts';
import { StreamGate, type Clearance, type Piece } from '../../policy/stream/gate.ts';
import { Remarks } from '../../policy/stream/remarks.ts';
import type { Content, Failure, Part } from '../../policy/types.ts';
import type { StreamReader } from '../../chat/dialect.ts';
import type { GatewayError } from '../../errors.ts';
import { streamReaderOf } from '../../surfaces/read-stream.ts';
import { describeError, sendJson, statusOf } from '../respond.ts';
import { Closing } from './closing.ts';
import { framesOf, type Frames } from './frames.ts';
import { refusalOf } from './guard.ts';
import { headerOf } from './outlet.ts';
import type { GuardedAnswerOptions } from './guarded-answer.ts';
import type { PolicySet } from './policy-set.ts';
import { sourceOf } from './source.ts';

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
  /** Of a stream that nobody holds back. */
  readonly #channels = new Channels();
  readonly #closing: Closing | undefined;
  readonly #isEvents: boolean;
  #timer: { clear(): void } | undefined;
  #flows = true;
  /** Whoever writes here waits until detectors have caught up. */
  #isFull = false;
  /** Something in it can be read by nobody here. */
  #isUnread = false;
  #unscannable: Clearance<GatewayError> | undefined;
  #unseen: Clearance<GatewayError> | undefined;

  constructor(options: GuardedStreamOptions) {
    this.#options = options;
    const { dialect, head, isChat, set, headers, response, status } = options;
    this.#reader = isChat ? streamReaderOf(dialect) : undefined;
    this.#isEvents = /^\s*text\/event-stream/i.test(headerOf(headers, 'content-type'));
    this.#frames = framesOf(this.#isEvents);
    this.#remarks = new Remarks(this.#isEvents, head.request);
    if (set.gating.length === 0) {
      response.writeHead(status, headers);
      return;
    }
    if (isChat) this.#closing = new Closing(dialect, head);
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
    let rest: { bytes: Buffer; events: StreamEvent[] } | undefined;
    this.#guarded(() => {
      const bytes = this.#frames.end();
      const events = this.#read(bytes);
      rest = { bytes, events: [...events, ...this.#remarks.read('', this.#reader?.end().events ?? [])] };
    });
    if (this.#gate !== undefined) {
      if (rest !== undefined && rest.bytes.length + rest.events.length > 0) this.#gate.push(rest);
      return this.#gate.end();
    }
    response.end();
    if (rest !== undefined) this.#watch(rest.events);
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
    return this.#remarks.read(frame.toString('utf8'), this.#reader?.push(frame) ?? []);
  }

  #watch(events: readonly StreamEvent[]): void {
    for (const event of events) this.#channels.note(event);
  }

  /** Nothing that a provider sends may end the process: bytes that cannot be read are not let through where a policy blocks. */
  #guarded(work: () => void): void {
    if (this.#isUnread) return;
    try {
      work();
    } catch {
      this.#isUnread = true;
      if (this.#gate === undefined) return;
      this.#gate.close();
      this.#stop(this.#refusalOfUnread(this.#options.set.gating, 'detector_failed'));
    }
  }

  #tellWatchers(channels: Channels): void {
    const { guard, set, matter } = this.#options;
    if (set.watching.length === 0) return;
    const content: Content = { parts: channels.parts(), unscannable: channels.unscannable };
    guard.watch(set.watching, sourceOf(this.#isUnread ? { ...content, failure: 'detector_failed' } : content), matter);
  }

  #makeGate(): StreamGate<GatewayError> {
    const { guard, set, matter, response } = this.#options;
    const { gating } = set;
    const toClearance = (decision: Decision): Clearance<GatewayError> => {
      const refusal = refusalOf(decision, 'Response');
      return refusal === undefined ? { clear: true } : { clear: false, reason: refusal };
    };
    const local = gating.map((ready) => ({ ...ready, detectors: ready.detectors.filter(({ whole }) => whole !== true) }));
    const slow = gating.filter(({ policy, detectors, broken }) => policy.judge !== undefined || broken === true || detectors.some(({ whole }) => whole === true));
    const judge = async (fresh: Part[], before: Part[]): Promise<Clearance<GatewayError>> => {
      const beforeAll = async (): Promise<Part[]> => [...(await matter.before()), ...before];
      return toClearance(await guard.judge(slow, sourceOf({ parts: fresh, unscannable: [] }), { ...matter, before: beforeAll }));
    };
    const gate = new StreamGate<GatewayError>({
      detectors: [...new Map(local.flatMap(({ detectors }) => detectors).map((detector) => [detector.id, detector])).values()],
      scan: (parts) => guard.scan(local, parts, matter),
      onUnseen: () => (this.#unseen ??= toClearance(guard.decideFailed(gating, 'detector_failed', matter))),
      onFindings: (found) => toClearance(guard.decideFound(gating, found, matter)),
      judge:
        slow.length === 0 && gating.every(({ policy }) => policy.streaming !== 'Full')
          ? undefined
          : {
              whole: gating.some(({ policy }) => policy.streaming === 'Full'),
              check: judge,
            },
      tooMuch: () => this.#refusalOfUnread(gating, 'too_large'),
      onUnscannable: () => {
        const failing = gating.filter(({ policy }) => policy.onUnscannable === 'Fail');
        return (this.#unscannable ??= failing.length === 0 ? { clear: true } : toClearance(guard.decideFailed(failing, 'unscannable', matter)));
      },
      onLooked: () => {
        if (!this.#isFull || response.writableNeedDrain) return;
        this.#isFull = false;
        response.emit('drain');
      },
      release: (pieces) => this.#guarded(() => this.#release(pieces)),
      stop: (reason) => this.#stop(reason),
      done: () => {
        this.#timer?.clear();
        this.#begin();
        response.end();
        guard.passed(gating.filter((ready) => !slow.includes(ready)), matter);
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
      this.#closing?.follow(events.filter((event) => !isRemark(event)));
      if (bytes.length > 0) this.#flows = response.write(bytes);
    }
  }

  /** Also where all policies would let through what they cannot evaluate: what was not kept cannot leave. */
  #refusalOfUnread(gating: PolicySet['gating'], failure: Failure): GatewayError {
    const { guard, matter } = this.#options;
    const decision = guard.decideFailed(gating, failure, matter);
    return refusalOf(decision.outcome === 'pass' ? { ...decision, outcome: 'unavailable', by: gating[0]?.policy } : decision, 'Response')!;
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
