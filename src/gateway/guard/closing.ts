// Ends a stream in the middle as its dialect ends one that a filter has stopped. Whoever writes the end has to know what was said, so a writer
// of the dialect follows everything that has left.
import type { ChatEvent } from '../../chat/answer.ts';
import type { AnswerHead, DialectError, StreamWriter, SurfaceDialect } from '../../chat/dialect.ts';

export class Closing {
  readonly #writer: StreamWriter;
  readonly #choices = new Map<number, { open: boolean; finished: boolean }>();

  constructor(dialect: SurfaceDialect, head: AnswerHead) {
    this.#writer = dialect.writeStream(head);
  }

  /** This has left. */
  follow(events: readonly ChatEvent[]): void {
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
    return text + this.#writer.end();
  }

  /** Bytes that end it because of a failure. */
  fail(error: DialectError): string {
    return this.#writer.fail(error);
  }

  #note(event: Extract<ChatEvent, { choice: number }>): void {
    const state = this.#choices.get(event.choice) ?? { open: false, finished: false };
    if (event.type === 'open') state.open = true;
    if (event.type === 'close') state.open = false;
    if (event.type === 'finish') state.finished = true;
    this.#choices.set(event.choice, state);
  }
}
