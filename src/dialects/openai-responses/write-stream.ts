// A stream of response events: each has its type in the event line too and a number that rises; the last one ends the stream.
import type { ChatEvent, FinishReason, Usage } from '../../chat/answer.ts';
import type { AnswerHead, DialectError, StreamWriter } from '../../chat/dialect.ts';
import { errorEvent, responseError } from './error.ts';
import { Output } from './output.ts';
import type { ItemEvent } from './output-items.ts';
import { type ResponseState, stateOf, writeResponse } from './response.ts';

export class ResponseStreamWriter implements StreamWriter {
  readonly #head: AnswerHead;
  readonly #output: Output;
  readonly #id: string;
  #number = 0;
  #reason: FinishReason = 'stop';
  #usage: Usage | undefined;
  #started = false;

  constructor(head: AnswerHead) {
    this.#head = head;
    this.#output = new Output(head);
    this.#id = `resp_${head.newId()}`;
  }

  write(event: ChatEvent): string {
    if (event.type === 'usage') this.#usage = event.usage;
    if (event.type === 'finish' && event.choice === 0) this.#reason = event.reason;
    // The gateway ends an answer that failed with `fail`, in words of its own.
    return event.type === 'error' ? '' : this.#start() + this.#send(this.#output.apply(event));
  }

  end(): string {
    const state = stateOf(this.#reason, this.#output.hasRefusal);
    const closed = this.#output.close(state.status === 'completed' ? 'completed' : 'incomplete');
    return this.#start() + this.#send([...closed, this.#event(`response.${state.status}`, state, this.#output.items)]);
  }

  fail(error: DialectError): string {
    const state: ResponseState = { status: 'failed', error: responseError(error) };
    return this.#start() + this.#send([errorEvent(error), this.#event('response.failed', state, this.#output.partial())]);
  }

  #start(): string {
    if (this.#started) return '';
    this.#started = true;
    const state: ResponseState = { status: 'in_progress' };
    return this.#send([this.#event('response.created', state, []), this.#event('response.in_progress', state, [])]);
  }

  #event(type: string, state: ResponseState, output: readonly object[]): ItemEvent {
    const usage = state.status === 'in_progress' ? undefined : this.#usage;
    const response = writeResponse(this.#head, { id: this.#id, state, output, usage, serviceTier: undefined });
    return { type, response };
  }

  #send(events: readonly ItemEvent[]): string {
    return events
      .map(({ type, ...rest }) => `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: this.#number++, ...rest })}\n\n`)
      .join('');
  }
}
