// Ends a stream in the middle as its dialect ends one that a filter has stopped. Whoever writes the end has to know what was said, so a writer
// of the dialect follows everything that has left.
import type { ChatEvent } from '../../chat/answer.ts';
import type { AnswerHead, DialectError, StreamWriter, SurfaceDialect } from '../../chat/dialect.ts';
import { Identity } from './identity.ts';

/** What has left of a stream, and the bytes that end it. */
export interface Ending {
  follow(bytes: Buffer | string, events: readonly ChatEvent[]): void;
  /** A policy has stopped it. */
  stop(): string;
  /** Something has failed. */
  fail(error: DialectError): string;
}

export class Closing implements Ending {
  readonly #writer: StreamWriter;
  readonly #identity = new Identity();
  readonly #choices = new Map<number, { open: boolean; finished: boolean }>();

  constructor(dialect: SurfaceDialect, head: AnswerHead) {
    this.#writer = dialect.writeStream(head);
  }

  /** This has left. */
  follow(bytes: Buffer | string, events: readonly ChatEvent[]): void {
    this.#identity.learn(bytes);
    for (const event of events) {
      if ('choice' in event) this.#note(event);
      this.#writer.write(event);
    }
  }

  /** Bytes that end it because a policy has stopped it. */
  stop(): string {
    if (this.#choices.size === 0) this.#choices.set(0, { open: false, finished: false });
    let text = '';
    for (const [choice, { open, finished }] of this.#choices) {
      if (open) text += this.#writer.write({ type: 'close', choice });
      if (!finished) text += this.#writer.write({ type: 'finish', choice, reason: 'content-filter' });
    }
    return this.#identity.applied(text + this.#writer.end());
  }

  /** Bytes that end it because of a failure. */
  fail(error: DialectError): string {
    return this.#identity.applied(this.#writer.fail(error));
  }

  #note(event: Extract<ChatEvent, { choice: number }>): void {
    const state = this.#choices.get(event.choice) ?? { open: false, finished: false };
    if (event.type === 'open') state.open = true;
    if (event.type === 'close') state.open = false;
    if (event.type === 'finish') state.finished = true;
    this.#choices.set(event.choice, state);
  }
}

/** The same for a stream of completions, the older form of OpenAI's chats. */
export class CompletionsClosing implements Ending {
  readonly #identity = new Identity();
  readonly #writeError: (error: DialectError) => unknown;

  constructor(writeError: (error: DialectError) => unknown) {
    this.#writeError = writeError;
  }

  follow(bytes: Buffer | string): void {
    this.#identity.learn(bytes);
  }

  stop(): string {
    const choice = { text: '', index: 0, logprobs: null, finish_reason: 'content_filter' };
    return `data: ${JSON.stringify({ object: 'text_completion', ...this.#identity.names, choices: [choice] })}\n\n${DONE}`;
  }

  fail(error: DialectError): string {
    return `data: ${JSON.stringify(this.#writeError(error))}\n\n${DONE}`;
  }
}

const DONE = 'data: [DONE]\n\n';
