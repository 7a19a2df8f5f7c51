// Answers of a provider that does not speak the caller's dialect: read into the middle, written in the caller's words.
import type { AnswerError, ChatAnswer, ChatEvent, Usage } from '../chat/answer.ts';
import type { CalledTools } from '../chat/called-tools.ts';
import type { AnswerHead, DialectError, ProviderDialect, StreamReader, StreamWriter, SurfaceDialect } from '../chat/dialect.ts';
import { foldEvents, unfoldAnswer } from '../chat/fold.ts';
import type { AnswerReader } from './provider.ts';
import { redactProviderText } from './redact.ts';
import { WholeBody } from './whole-body.ts';

/** What one translation knows. */
export interface TranslationContext {
  surface: SurfaceDialect;
  provider: ProviderDialect;
  head: AnswerHead;
  /** The caller asked for a stream. */
  stream: boolean;
  requestId: string;
  secrets: readonly string[];
  /** Undefined: calls are told as they come. */
  called: CalledTools | undefined;
}

const BAD_GATEWAY = 502;

function toDialectError({ message, type, code }: AnswerError, { requestId, secrets }: TranslationContext): DialectError {
  const clean = (text: string): string => redactProviderText(text, secrets);
  return {
    status: BAD_GATEWAY,
    message: clean(message),
    type: type === null ? 'api_error' : clean(type),
    code: code === null ? null : clean(code),
    param: null,
    requestId,
  };
}

/** Writes events as the caller wants them: one by one, or all together at the end. */
class Outlet {
  readonly #context: TranslationContext;
  readonly #writer: StreamWriter | undefined;
  readonly #kept: ChatEvent[] = [];
  usage: Usage | undefined;
  failed = false;

  constructor(context: TranslationContext) {
    this.#context = context;
    this.#writer = context.stream ? context.surface.writeStream(context.head) : undefined;
  }

  write(event: ChatEvent): string {
    // Nothing follows an error.
    if (this.failed) return '';
    if (event.type === 'usage') this.usage = event.usage;
    if (event.type === 'error') {
      this.failed = true;
      return this.fail(toDialectError(event.error, this.#context));
    }
    if (this.#writer !== undefined) return this.#writer.write(event);
    this.#kept.push(event);
    return '';
  }

  writeAnswer(answer: ChatAnswer): string {
    this.usage = answer.usage;
    if (this.#writer === undefined) return JSON.stringify(this.#context.surface.writeAnswer(answer, this.#context.head));
    return unfoldAnswer(answer).map((event) => this.write(event)).join('') + this.#writer.end();
  }

  end(): string {
    if (this.failed) return '';
    return this.#writer === undefined ? this.writeAnswer(foldEvents(this.#kept)) : this.#writer.end();
  }

  /** The error as the end of a stream, or as a body of its own where nothing has gone out. */
  fail(error: DialectError): string {
    return this.#writer === undefined ? JSON.stringify(this.#context.surface.writeError(error)) : this.#writer.fail(error);
  }
}

abstract class Translated implements AnswerReader {
  readonly contentType: string;
  readonly isEventStream: boolean;
  readonly keepsLength = false;
  brokeOff = false;
  protected readonly outlet: Outlet;

  constructor(context: TranslationContext) {
    this.outlet = new Outlet(context);
    this.isEventStream = context.stream;
    this.contentType = context.stream ? context.surface.streamType : 'application/json';
  }

  get failed(): boolean {
    return this.outlet.failed;
  }

  usage(): Usage | undefined {
    return this.outlet.usage;
  }

  fail(error: DialectError): string {
    return this.outlet.fail(error);
  }

  abstract push(chunk: Buffer): string | undefined;
  abstract end(): string | undefined;
}

const orNothing = (text: string): string | undefined => (text === '' ? undefined : text);

/** An answer in one piece of JSON. */
class TranslatedWhole extends Translated {
  readonly #provider: ProviderDialect;
  readonly #called: CalledTools | undefined;
  readonly #body = new WholeBody();

  constructor(context: TranslationContext) {
    super(context);
    this.#provider = context.provider;
    this.#called = context.called;
  }

  push(chunk: Buffer): undefined {
    this.#body.push(chunk);
  }

  end(): string | undefined {
    let answer: ChatAnswer;
    try {
      answer = this.#provider.readAnswer(JSON.parse(this.#body.text()));
    } catch {
      this.brokeOff = true;
      return undefined;
    }
    return this.outlet.writeAnswer(this.#called?.readAnswer(answer) ?? answer);
  }
}

/** An answer that comes event by event. */
class TranslatedStream extends Translated {
  readonly #reader: StreamReader;
  readonly #called: CalledTools | undefined;

  constructor(context: TranslationContext) {
    super(context);
    this.#reader = context.provider.readStream();
    this.#called = context.called;
  }

  push(chunk: Buffer): string | undefined {
    return orNothing(this.#write(this.#reader.push(chunk)));
  }

  end(): string | undefined {
    const { events, complete } = this.#reader.end();
    const last = this.#write(events);
    this.brokeOff = !complete && !this.outlet.failed;
    return orNothing(this.brokeOff ? last : last + this.outlet.end());
  }

  #write(given: readonly ChatEvent[]): string {
    const called = this.#called;
    const events = called === undefined ? given : given.flatMap((event) => called.read(event));
    let written = '';
    for (const event of events) written += this.outlet.write(event);
    return written;
  }
}

/** What the provider sends decides how it is read, and what the caller asked for how it is written. */
export function translateAnswer(context: TranslationContext, contentType: string): AnswerReader {
  const streams = contentType.startsWith('text/event-stream') || contentType.startsWith('application/vnd.amazon.eventstream');
  return streams ? new TranslatedStream(context) : new TranslatedWhole(context);
}
