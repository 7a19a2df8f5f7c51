// A ConverseStream as it comes in.
import type { AnswerError, ChatEvent } from '../../chat/answer.ts';
import type { StreamReader } from '../../chat/dialect.ts';
import { unfoldAnswer } from '../../chat/fold.ts';
import { readBodyError, readFrameError } from './error.ts';
import { readFinish } from './finish.ts';
import { FrameError, Frames, type StreamMessage } from './frames.ts';
import { asRecord, parseJson, type Json } from './json.ts';
import { readAnswer } from './read-answer.ts';
import { StreamBlocks } from './stream-blocks.ts';
import { readUsage } from './usage.ts';

const START: ChatEvent = { type: 'start', id: '', model: '' };
/** No frame begins like this: that would be one of more than 16 MiB. */
const JSON_START = /^[\s{[]/;
const MAX_BODY_BYTES = 32 * 1024 * 1024;

export class ConverseStream implements StreamReader {
  readonly #frames = new Frames();
  readonly #blocks = new StreamBlocks();
  #body: Buffer[] | undefined;
  #bodyBytes = 0;
  #isFirst = true;
  #started = false;
  #finished = false;
  #failed = false;

  push(chunk: Buffer): ChatEvent[] {
    if (this.#failed || chunk.length === 0) return [];
    if (this.#isFirst && JSON_START.test(String.fromCharCode(chunk[0]!))) this.#body = [];
    this.#isFirst = false;
    if (this.#body !== undefined) return this.#collect(chunk, this.#body);
    const events: ChatEvent[] = [];
    try {
      for (const message of this.#frames.push(chunk)) {
        events.push(...this.#readMessage(message));
        if (this.#failed) break;
      }
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      events.push(...this.#fail({ message: `the stream of the provider is damaged: ${error.message}`, type: null, code: null }));
    }
    return events;
  }

  end(): { events: ChatEvent[]; complete: boolean } {
    const events = this.#body === undefined || this.#failed ? [] : this.#readBody(Buffer.concat(this.#body));
    return { events, complete: this.#finished && !this.#failed };
  }

  #readMessage(message: StreamMessage): ChatEvent[] {
    const error = readFrameError(message);
    if (error !== undefined) return this.#fail(error);
    const type = message.headers.get(':event-type') ?? '';
    const event = asRecord(parseJson(message.payload));
    if (event === undefined) return [];
    const events = this.#readEvent(type, event);
    if (events.length === 0 || this.#started) return events;
    this.#started = true;
    return events[0] === START ? events : [START, ...events];
  }

  #readEvent(type: string, event: Json): ChatEvent[] {
    switch (type) {
      case 'messageStart':
        return this.#started ? [] : [START];
      case 'contentBlockStart':
        return this.#blocks.start(event);
      case 'contentBlockDelta':
        return this.#blocks.delta(event);
      case 'contentBlockStop':
        return this.#blocks.stop();
      case 'messageStop': {
        if (this.#finished) return [];
        this.#finished = true;
        const { finish, ...stop } = readFinish(event, this.#blocks.sawCall);
        return [...this.#blocks.stop(), { type: 'finish', choice: 0, reason: finish, ...stop }];
      }
      case 'metadata': {
        // Comes after messageStop.
        const usage = readUsage(event['usage']);
        return usage === undefined ? [] : [{ type: 'usage', usage }];
      }
      default:
        return [];
    }
  }

  /** What is no stream at all, whatever its content type says. */
  #collect(chunk: Buffer, body: Buffer[]): ChatEvent[] {
    this.#bodyBytes += chunk.length;
    if (this.#bodyBytes > MAX_BODY_BYTES) return this.#fail({ message: 'the answer of the provider is too large', type: null, code: null });
    body.push(chunk);
    return [];
  }

  #readBody(bytes: Buffer): ChatEvent[] {
    const body = asRecord(parseJson(bytes.toString('utf8')));
    const error = body === undefined ? undefined : readBodyError(body);
    if (error !== undefined) return this.#fail(error);
    try {
      const events = unfoldAnswer(readAnswer(body));
      this.#finished = true;
      return events;
    } catch {
      return this.#fail({ message: 'the answer of the provider is neither an event stream nor JSON', type: null, code: null });
    }
  }

  #fail(error: AnswerError): ChatEvent[] {
    this.#failed = true;
    return [{ type: 'error', error }];
  }
}
