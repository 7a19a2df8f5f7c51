// Streams for callers that asked without `alt=sse` and get one JSON list: the gateway always asks for events, which can be looked
// at one by one, and puts each into the list as it came.
import type { Usage } from '../../chat/answer.ts';
import type { DialectError, SurfaceDialect } from '../../chat/dialect.ts';
import { ServerSentEvents } from '../../chat/server-sent-events.ts';
import type { AnswerReader } from '../provider.ts';

export class ListAnswer implements AnswerReader {
  readonly contentType = 'application/json';
  readonly isEventStream = true;
  readonly keepsLength = false;
  readonly #events: AnswerReader;
  readonly #dialect: SurfaceDialect;
  readonly #parser = new ServerSentEvents();
  #before = '[';

  /** `events`: the same answer as an event stream of the caller's dialect. */
  constructor(events: AnswerReader, dialect: SurfaceDialect) {
    this.#events = events;
    this.#dialect = dialect;
  }

  get failed(): boolean {
    return this.#events.failed;
  }

  get brokeOff(): boolean {
    return this.#events.brokeOff;
  }

  push(chunk: Buffer): string | undefined {
    return this.#membersOf(this.#events.push(chunk)) || undefined;
  }

  /** What broke off is ended by fail(). */
  end(): string {
    const rest = this.#membersOf(this.#events.end()) + this.#members(this.#parser.end().map(({ data }) => data));
    return this.brokeOff ? rest : `${rest}${this.#before === '[' ? '[' : ''}]`;
  }

  usage(): Usage | undefined {
    return this.#events.usage();
  }

  fail(error: DialectError): string {
    return `${this.#members([JSON.stringify(this.#dialect.writeError(error))])}]`;
  }

  #membersOf(bytes: Buffer | string | undefined): string {
    return bytes === undefined ? '' : this.#members(this.#parser.push(Buffer.from(bytes)).map(({ data }) => data));
  }

  #members(texts: readonly string[]): string {
    let written = '';
    for (const text of texts) {
      written += this.#before + text;
      this.#before = ',\r\n';
    }
    return written;
  }
}
