// Answers in the OpenAI dialect for callers of the OpenAI dialect: the bytes pass as they came, and only their end is read.
import type { Usage } from '../../chat/answer.ts';
import type { DialectError } from '../../chat/dialect.ts';
import { EventRelay } from '../event-relay.ts';
import type { AnswerContext, AnswerReader, Operation } from '../provider.ts';
import { Tail } from '../tail.ts';
import { WholeAnswer } from '../whole-answer.ts';
import { readOpenAiUsage, type UsageNames } from './usage.ts';

/** Some providers put usage in front of the last words. */
const STREAM_TAIL_BYTES = 64 * 1024;
const WHOLE_TAIL_BYTES = 1024 * 1024;
/** The terminator and the white space after it. */
const DONE_WITHIN_BYTES = 64;
const MEDIA: ReadonlySet<Operation> = new Set<Operation>([
  'image_generation',
  'image_edit',
  'image_variation',
  'speech',
  'transcription',
  'translation',
]);
const DONE = 'data: [DONE]\n\n';

class EventStreamAnswer implements AnswerReader {
  readonly contentType = undefined;
  readonly isEventStream = true;
  readonly keepsLength = false;
  readonly #relay: EventRelay;
  readonly #tail = new Tail(STREAM_TAIL_BYTES);
  readonly #names: UsageNames;

  constructor(hideUsageEvent: boolean, secrets: readonly string[], names: UsageNames) {
    this.#names = names;
    this.#relay = new EventRelay({ hideUsageEvent, secrets });
  }

  get failed(): boolean {
    return this.#relay.sawError;
  }

  get brokeOff(): boolean {
    return this.#relay.brokeOff;
  }

  push(chunk: Buffer): Buffer | undefined {
    this.#tail.push(chunk);
    return this.#relay.push(chunk);
  }

  end(): Buffer | string | undefined {
    const isDone = this.#tail.last(DONE_WITHIN_BYTES).toString('latin1').trimEnd().endsWith('[DONE]');
    const rest = this.#relay.flush();
    if (isDone) return rest;
    return rest === undefined ? DONE : Buffer.concat([rest, Buffer.from(`\n\n${DONE}`)]);
  }

  usage(): Usage | undefined {
    return readOpenAiUsage(this.#tail.bytes(), this.#names);
  }

  fail({ message, type, param, code }: DialectError): string {
    return `data: ${JSON.stringify({ error: { message, type, param, code } })}\n\n${DONE}`;
  }
}

/** What the provider sends decides, not what was asked for: a JSON answer to a stream request stays JSON. */
export function readOpenAiAnswer({ request, upstream, contentType, secrets }: AnswerContext): AnswerReader {
  const names = MEDIA.has(request.operation) ? 'media' : 'text';
  if (!contentType.startsWith('text/event-stream')) {
    return new WholeAnswer(WHOLE_TAIL_BYTES, (end) => readOpenAiUsage(end, names));
  }
  return new EventStreamAnswer(upstream.hideUsageEvent, secrets, names);
}
