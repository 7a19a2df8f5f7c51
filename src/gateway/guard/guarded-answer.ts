// Stands between an exchange and the response to the caller where policies look at answers. An error passes; a good answer is read, and leaves
// as far as the policies let it: whole ones when they are judged, streams piece by piece.
import type { ServerResponse } from 'node:http';
import type { AnswerHead, SurfaceDialect } from '../../chat/dialect.ts';
import type { Clock } from '../../clock.ts';
import type { GatewayError } from '../../errors.ts';
import type { Surface } from '../../surfaces/surface.ts';
import { describeError, sendJson, statusOf } from '../respond.ts';
import { refusalOf, type Guard, type Matter } from './guard.ts';
import { headerOf, withoutHeader, type Outlet } from './outlet.ts';
import { withoutJudges, type RepositoryPolicies } from './policy-set.ts';
import { GuardedStream } from './guarded-stream.ts';
import { PacedStream } from './paced-stream.ts';
import { sourceOf, WrittenSource, type Source } from './source.ts';

/** An answer that is held back whole must not fill the memory. */
const MAX_WHOLE_BYTES = 64 * 1024 * 1024;

export interface GuardedAnswerOptions {
  response: ServerResponse;
  guard: Guard;
  policies: RepositoryPolicies;
  matter: Matter;
  surface: Surface;
  dialect: SurfaceDialect;
  head: AnswerHead;
  /** The answer is one to a chat. */
  isChat: boolean;
  clock: Clock;
  /** Flat list of name, value for every answer. */
  answerHeaders: readonly string[];
  /** Whether so many bytes more may be held back, over all that is under way; they then are, until the response has closed. */
  hold: { take(bytes: number): boolean };
}

type Mode = 'undecided' | 'passing' | 'whole' | 'error' | 'stream' | 'stopped';

const isPlain = (encoding: string): boolean => encoding === '' || encoding === 'identity';
const isJson = (contentType: string): boolean => /json/i.test(contentType);

const UNREAD = sourceOf({ parts: [], unscannable: [], failure: 'detector_failed' });

export class GuardedAnswer implements Outlet {
  readonly #options: GuardedAnswerOptions;
  readonly #closeListeners: (() => void)[] = [];
  #mode: Mode = 'undecided';
  #status = 0;
  #headers: string[] = [];
  #held: Buffer[] = [];
  #size = 0;
  #stream: PacedStream | undefined;
  #ending = false;
  /** It is longer than what may be held back. */
  #isTooMuch = false;
  /** What becomes of it without its end is being decided. */
  #isGivenUp = false;

  constructor(options: GuardedAnswerOptions) {
    this.#options = options;
    options.response.once('close', () => this.#stream?.close());
  }

  get headersSent(): boolean {
    return this.#options.response.headersSent || this.#mode === 'stopped';
  }

  get writableFinished(): boolean {
    return this.#mode !== 'stopped' && this.#options.response.writableFinished;
  }

  get writableLength(): number {
    return this.#options.response.writableLength;
  }

  get closed(): boolean {
    return this.#options.response.closed;
  }

  on(event: 'close', listener: () => void): void {
    this.#closeListeners.push(listener);
    this.#options.response.on(event, listener);
  }

  once(event: 'close' | 'drain', listener: () => void): void {
    this.#options.response.once(event, listener);
  }

  writeHead(status: number, headers: string[]): void {
    if (this.#mode === 'stopped') return;
    this.#status = status;
    this.#headers = headers;
    this.#held = [];
    this.#size = 0;
    this.#isTooMuch = false;
    if (status >= 300) {
      this.#stream?.close();
      this.#mode = 'error';
      return;
    }
    const { policies } = this.#options;
    const isStream = this.#isStream(headerOf(headers, 'content-type'));
    const set = isStream ? policies.stream : policies.answer;
    if (set === undefined) {
      this.#mode = 'passing';
      this.#options.response.writeHead(status, headers);
    } else if (isStream) {
      this.#mode = 'stream';
      // What leaves in the end may be something else than what came in, unless all policies only look on.
      const open = set.gating.length === 0 ? headers : withoutHeader(headers, 'content-length');
      const stream = new GuardedStream({ ...this.#options, set, status, headers: open, onStopped: () => this.#stopUpstream() });
      this.#stream = new PacedStream({ stream, response: this.#options.response });
    } else {
      this.#mode = 'whole';
      if (set.gating.length === 0) this.#options.response.writeHead(status, headers);
    }
  }

  /** What comes piece by piece: events, or a list where the caller's dialect has lists. A provider may answer with neither. */
  #isStream(contentType: string): boolean {
    if (/^\s*text\/event-stream/i.test(contentType)) return true;
    const { matter, isChat, dialect } = this.#options;
    return matter.record.stream && isChat && dialect.streamType !== 'text/event-stream' && isJson(contentType);
  }

  write(bytes: Buffer | string): boolean {
    const { response } = this.#options;
    switch (this.#mode) {
      case 'stream':
        return this.#stream!.write(asBuffer(bytes));
      case 'whole':
      case 'error':
        return this.#keep(asBuffer(bytes));
      case 'stopped':
        return true;
      default:
        return response.write(bytes);
    }
  }

  end(bytes?: Buffer | string): void {
    this.#ending = true;
    if (bytes !== undefined && this.#mode !== 'passing') this.write(bytes);
    switch (this.#mode) {
      case 'stream':
        return this.#stream!.end();
      case 'error':
        return this.#settle(this.#endError());
      case 'whole':
        return this.#isGivenUp ? undefined : this.#settle(this.#endWhole());
      case 'stopped':
        return;
      default:
        this.#options.response.end(this.#mode === 'passing' ? bytes : undefined);
    }
  }

  destroy(): void {
    this.#options.response.destroy();
  }

  /** Of policies that only look on, the bytes go on at once. */
  get #passesWhole(): boolean {
    return this.#options.policies.answer?.gating.length === 0;
  }

  #keep(bytes: Buffer): boolean {
    const passes = this.#mode === 'whole' && this.#passesWhole;
    const wasTooMuch = this.#isTooMuch;
    this.#size += bytes.length;
    this.#isTooMuch ||= this.#size > MAX_WHOLE_BYTES || !this.#options.hold.take(bytes.length);
    if (passes) {
      if (this.#isTooMuch) this.#held = [];
      else this.#held.push(bytes);
      return this.#options.response.write(bytes);
    }
    this.#held.push(bytes);
    if (this.#isTooMuch && !wasTooMuch && this.#mode === 'whole' && !this.#ending) {
      this.#isGivenUp = true;
      this.#settle(this.#giveUp());
    }
    return true;
  }

  /** Nothing that is waited for may end the process: what goes wrong is a policy that cannot be evaluated. */
  #settle(work: Promise<void>): void {
    const { response, guard, policies, matter } = this.#options;
    const fail = (): void => {
      const refusal = refusalOf(guard.decideFailed(policies.answer?.gating ?? [], 'detector_failed', matter), 'Response');
      if (response.headersSent || response.destroyed) response.destroy();
      else if (refusal === undefined) this.#letThrough(this.#headers);
      else this.#refuse(refusal);
    };
    work.catch(fail).catch(() => response.destroy());
  }

  /** Errors are short, and quote: detectors look at them, but no judge has to. */
  async #endError(): Promise<void> {
    const { response, guard, policies, matter } = this.#options;
    const { gating = [], watching = [] } = withoutJudges(policies).answer ?? {};
    const source = this.#source(Buffer.concat(this.#held));
    if (watching.length > 0) guard.watch(watching, source, matter);
    const refusal = gating.length === 0 ? undefined : refusalOf(await guard.judge(gating, source, matter), 'Response');
    if (response.destroyed) return;
    if (refusal === undefined) return this.#letThrough(this.#headers);
    // What kind of error it is quotes nobody, and callers go by it.
    const retryAfter = headerOf(this.#headers, 'retry-after');
    this.#refuse(refusal, refusal.code === 'policy_unavailable' ? this.#status : undefined, retryAfter === '' ? [] : ['retry-after', retryAfter]);
  }

  /** More than can be held back: the policies fail, and either nothing leaves or all of it does. */
  async #giveUp(): Promise<void> {
    const { response, guard, policies, matter } = this.#options;
    const { gating, watching } = policies.answer!;
    if (watching.length > 0) guard.watch(watching, UNREAD, matter);
    const refusal = refusalOf(await guard.judge(gating, UNREAD, matter), 'Response');
    if (response.destroyed || this.#mode !== 'whole') return;
    if (refusal !== undefined) return this.#refuse(refusal);
    this.#letThrough(this.#headers);
  }

  async #endWhole(): Promise<void> {
    const { response, guard, policies, matter } = this.#options;
    const { gating, watching } = policies.answer!;
    const bytes = Buffer.concat(this.#held);
    if (this.#passesWhole) response.end();
    const source = this.#source(bytes);
    if (watching.length > 0) guard.watch(watching, source, matter);
    if (this.#passesWhole) return;
    const refusal = refusalOf(await guard.judge(gating, source, matter), 'Response');
    if (response.destroyed) return;
    if (refusal !== undefined) return this.#refuse(refusal);
    this.#letThrough([...withoutHeader(this.#headers, 'content-length'), 'content-length', String(bytes.length)]);
  }

  /** All that was held back leaves, and what is to come will. */
  #letThrough(headers: string[]): void {
    const { response } = this.#options;
    this.#mode = 'passing';
    response.writeHead(this.#status, headers);
    for (const bytes of this.#held.splice(0)) response.write(bytes);
    if (this.#ending) response.end();
  }

  #source(bytes: Buffer): Source {
    // What was not kept has not been seen, whatever a policy says of what cannot be read.
    if (this.#isTooMuch) return UNREAD;
    const [type, encoding] = [headerOf(this.#headers, 'content-type'), headerOf(this.#headers, 'content-encoding')];
    if (!isPlain(encoding)) return sourceOf({ parts: [], unscannable: [{ path: '', kind: 'unknown' }] });
    return new WrittenSource(this.#options.guard.scanner, { kind: 'answer', contentType: type, bytes });
  }

  #refuse({ code, message }: GatewayError, status?: number, headers: readonly string[] = []): void {
    const { response, surface, matter, answerHeaders } = this.#options;
    const { record } = matter;
    const answer = { code, message, ...(status === undefined ? {} : { status }) };
    record.code = code;
    record.status = statusOf(answer);
    sendJson(response, record.status, JSON.stringify(surface.writeError(describeError(answer, record.requestId))), [...headers, ...answerHeaders]);
    this.#stopUpstream();
  }

  /** Whoever writes here is told that nothing more is wanted. */
  #stopUpstream(): void {
    this.#mode = 'stopped';
    for (const listener of this.#closeListeners) listener();
  }
}

const asBuffer = (bytes: Buffer | string): Buffer => (typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
