// Answers of a provider that speaks the caller's dialect: the bytes pass as they came, and are read beside that.
import type { ChatEvent, Usage } from '../chat/answer.ts';
import type { DialectError, ProviderDialect, StreamReader, StreamWriter } from '../chat/dialect.ts';
import { EventRelay } from './event-relay.ts';
import type { AnswerReader } from './provider.ts';
import { parsedAnswer } from './whole-answer.ts';

class NativeStream implements AnswerReader {
  readonly contentType = undefined;
  readonly isEventStream = true;
  readonly keepsLength = false;
  readonly #relay: EventRelay;
  readonly #reader: StreamReader;
  readonly #writer: StreamWriter;
  #usage: Usage | undefined;
  #broken = false;

  constructor(dialect: ProviderDialect, writer: StreamWriter, secrets: readonly string[]) {
    this.#relay = new EventRelay({ hideUsageEvent: false, secrets });
    this.#reader = dialect.readStream();
    this.#writer = writer;
  }

  get failed(): boolean {
    return this.#relay.sawError;
  }

  get brokeOff(): boolean {
    return this.#broken || this.#relay.brokeOff;
  }

  push(chunk: Buffer): Buffer | undefined {
    this.#note(this.#reader.push(chunk));
    return this.#relay.push(chunk);
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
    return this.#writer.fail(error);
  }

  #note(events: readonly ChatEvent[]): void {
    for (const event of events) if (event.type === 'usage') this.#usage = event.usage;
  }
}

/** `writer`: of the same dialect, for an error that the gateway has to tell in the middle of the stream. */
export function nativeAnswer(dialect: ProviderDialect, writer: StreamWriter, contentType: string, secrets: readonly string[]): AnswerReader {
  if (contentType.startsWith('text/event-stream')) return new NativeStream(dialect, writer, secrets);
  return parsedAnswer((json) => dialect.readAnswer(json).usage);
}
