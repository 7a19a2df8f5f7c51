// A stream under policies: its pieces wait in the gate for as long as they must, and the caller is kept from giving up meanwhile.
import type { Decision } from '../../policy/decide.ts';
import { Channels } from '../../policy/stream/channels.ts';
import { StreamGate, type Clearance } from '../../policy/stream/gate.ts';
import type { StreamReader } from '../../chat/dialect.ts';
import type { GatewayError } from '../../errors.ts';
import { streamReaderOf } from '../../surfaces/read-stream.ts';
import { describeError, sendJson, statusOf } from '../respond.ts';
import { Closing } from './closing.ts';
import { framesOf } from './frames.ts';
import { refusalOf } from './guard.ts';
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
  readonly #reader: StreamReader;
  readonly #gate: StreamGate<GatewayError> | undefined;
  /** Of a stream that nobody holds back. */
  readonly #channels = new Channels();
  readonly #closing: Closing | undefined;
  readonly #isEvents: boolean;
  #timer: { clear(): void } | undefined;
  #flows = true;

  constructor(options: GuardedStreamOptions) {
    this.#options = options;
    const { dialect, head, isChat, set, headers, response, status } = options;
    this.#reader = streamReaderOf(dialect, isChat);
    this.#isEvents = headers.some((value, index) => index % 2 === 1 && value.startsWith('text/event-stream'));
    if (set.gating.length === 0) {
      response.writeHead(status, headers);
      return;
    }
    if (isChat) this.#closing = new Closing(dialect, head);
    this.#gate = this.#makeGate();
    this.#keepAlive();
  }

  write(bytes: Buffer): boolean {
    const { response } = this.#options;
    if (this.#gate === undefined) {
      const flows = response.write(bytes);
      this.#watch(bytes);
      return flows;
    }
    this.#flows = true;
    for (const frame of this.#isEvents ? framesOf(bytes) : [bytes]) this.#gate.push({ bytes: frame, events: this.#read(frame) });
    return this.#flows;
  }

  end(): void {
    const { response } = this.#options;
    const { events } = this.#reader.end();
    if (this.#gate !== undefined) {
      if (events.length > 0) this.#gate.push({ bytes: '', events });
      return this.#gate.end();
    }
    response.end();
    for (const event of events) this.#channels.note(event);
    this.#tellWatchers(this.#channels);
  }

  /** The caller has left, or something else has ended the response. */
  close(): void {
    this.#timer?.clear();
    this.#gate?.close();
  }

  #read(bytes: Buffer): ReturnType<StreamReader['push']> {
    return this.#reader.push(bytes);
  }

  #watch(bytes: Buffer): void {
    for (const event of this.#read(bytes)) this.#channels.note(event);
  }

  #tellWatchers({ unscannable, parts }: Pick<Channels, 'unscannable' | 'parts'>): void {
    const { guard, set, matter } = this.#options;
    if (set.watching.length > 0) guard.watch(set.watching, sourceOf({ parts: parts.call(this.#gate?.channels ?? this.#channels), unscannable }), matter);
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
    const gate = new StreamGate<GatewayError>({
      detectors: [...new Map(local.flatMap(({ detectors }) => detectors).map((detector) => [detector.id, detector])).values()],
      scan: (parts) => guard.scanNow(local, parts),
      onFindings: (found) => toClearance(guard.decideFound(gating, found, matter)),
      judge:
        slow.length === 0 && gating.every(({ policy }) => policy.streaming !== 'Full')
          ? undefined
          : {
              whole: gating.some(({ policy }) => policy.streaming === 'Full'),
              check: async (fresh, before) =>
                toClearance(await guard.judge(slow, sourceOf({ parts: fresh, unscannable: [] }), { ...matter, before: async () => [...(await matter.before()), ...before] })),
            },
      tooMuch: () => this.#refusalOfUnread(gating),
      onUnscannable: () => {
        const failing = gating.find(({ policy }) => policy.onUnscannable === 'Fail' && policy.failureMode === 'Closed');
        return failing === undefined ? { clear: true } : { clear: false, reason: this.#refusalOfUnread([failing]) };
      },
      release: (pieces) => {
        this.#begin();
        this.#keepAlive();
        for (const { bytes, events } of pieces) {
          this.#closing?.follow(events);
          if (bytes.length > 0) this.#flows = response.write(bytes);
        }
      },
      stop: (reason) => this.#stop(reason),
      done: () => {
        this.#timer?.clear();
        this.#begin();
        response.end();
        this.#tellWatchers(gate.channels);
      },
    });
    return gate;
  }

  #refusalOfUnread([first]: PolicySet['gating']): GatewayError {
    return refusalOf({ outcome: 'unavailable', by: first?.policy, occurrences: [] }, 'Response')!;
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
