// Answers of a provider that speaks the caller's dialect: the bytes pass as they came, and are read beside that.
import type { ChatEvent, Usage } from '../chat/answer.ts';
import type { DialectError, ProviderDialect, StreamReader } from '../chat/dialect.ts';
import { EventRelay } from './event-relay.ts';
import type { AnswerReader } from './provider.ts';
import { parsedAnswer } from './whole-answer.ts';

/** Tells of an error in the middle of a stream, in its dialect. `last`: the latest bytes that passed. */
type WriteFailure = (error: DialectError, last: string) => string;

class NativeStream implements AnswerReader {
  readonly contentType = undefined;
  readonly isEventStream = true;
  readonly keepsLength = false;
  readonly #relay: EventRelay;
  readonly #reader: StreamReader;
  readonly #writeFailure: WriteFailure;
  #last: Buffer | undefined;
  #usage: Usage | undefined;
  #broken = false;

  constructor(dialect: ProviderDialect, writeFailure: WriteFailure, secrets: readonly string[]) {
    this.#relay = new EventRelay({ hideUsageEvent: false, secrets });
    this.#reader = dialect.readStream();
    this.#writeFailure = writeFailure;
  }

  get failed(): boolean {
    return this.#relay.sawError;
  }

  get brokeOff(): boolean {
    return this.#broken || this.#relay.brokeOff;
  }

  push(chunk: Buffer): Buffer | undefined {
    this.#note(this.#reader.push(chunk));
    const passed = this.#relay.push(chunk);
    this.#last = passed ?? this.#last;
    return passed;
  }

  end(): Buffer | undefined {
    const { events, complete } = this.#reader.end();
    this.#note(events);
    const rest = this.#relay.flush();
    this.#broken = !complete && !this.failed;
    return rest;
  }

  usage(): Usage | undefined {
    return this.#usage;
  }

  fail(error: DialectError): string {
    return this.#writeFailure(error, this.#last?.toString('latin1') ?? '');
  }

  #note(events: readonly ChatEvent[]): void {
    for (const event of events) if (event.type === 'usage') this.#usage = event.usage;
  }
}

export function nativeAnswer(
  dialect: ProviderDialect,
  writeFailure: WriteFailure,
  contentType: string,
  secrets: readonly string[],
): AnswerReader {
  if (contentType.startsWith('text/event-stream')) return new NativeStream(dialect, writeFailure, secrets);
  return parsedAnswer((json) => dialect.readAnswer(json).usage);
}
