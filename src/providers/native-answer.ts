// Answers of a provider that speaks the caller's dialect: the bytes pass as they came, and are read beside that.
import type { Usage } from '../chat/answer.ts';
import type { DialectError, ProviderDialect, StreamReader, StreamWriter } from '../chat/dialect.ts';
import { EventRelay } from './event-relay.ts';
import type { AnswerReader } from './provider.ts';
import { Tail } from './tail.ts';

/** An answer larger than this passes without a look at its usage. */
const WHOLE_BYTES = 8 * 1024 * 1024;

class NativeWhole implements AnswerReader {
  readonly contentType = undefined;
  readonly isEventStream = false;
  readonly keepsLength = true;
  readonly failed = false;
  readonly brokeOff = false;
  readonly #dialect: ProviderDialect;
  readonly #tail = new Tail(WHOLE_BYTES);

  constructor(dialect: ProviderDialect) {
    this.#dialect = dialect;
  }

  push(chunk: Buffer): Buffer {
    this.#tail.push(chunk);
    return chunk;
  }

  end(): undefined {
    return undefined;
  }

  usage(): Usage | undefined {
    try {
      return this.#dialect.readAnswer(JSON.parse(this.#tail.bytes().toString('utf8'))).usage;
    } catch {
      return undefined;
    }
  }

  fail(): string {
    return '';
  }
}

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
    for (const event of this.#reader.push(chunk)) if (event.type === 'usage') this.#usage = event.usage;
    return this.#relay.push(chunk);
  }

  end(): Buffer | undefined {
    const { events, complete } = this.#reader.end();
    for (const event of events) if (event.type === 'usage') this.#usage = event.usage;
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
}

/** `writer`: of the same dialect, for an error that the gateway has to tell in the middle of the stream. */
export function nativeAnswer(dialect: ProviderDialect, writer: StreamWriter, contentType: string, secrets: readonly string[]): AnswerReader {
  return contentType.startsWith('text/event-stream') ? new NativeStream(dialect, writer, secrets) : new NativeWhole(dialect);
}
