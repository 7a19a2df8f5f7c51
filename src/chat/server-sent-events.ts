// Event streams as WHATWG HTML 9.2 defines them, of any sender: cut anywhere, CR, LF or CRLF, comments, with or without the
// space after the colon, and with a last event that lacks its blank line.
import { StringDecoder } from 'node:string_decoder';

export interface ServerSentEvent {
  /** Empty where the sender named none. */
  event: string;
  data: string;
}

/** A sender that never ends an event must not fill the memory. */
const MAX_EVENT_LENGTH = 32 * 1024 * 1024;

export class EventTooLongError extends Error {
  override readonly name = 'EventTooLongError';

  constructor() {
    super(`an event is longer than ${MAX_EVENT_LENGTH} characters`);
  }
}

/** What a line says of a field; undefined where it is of another one, or a comment. */
function valueOf(line: string, field: string): string | undefined {
  if (!line.startsWith(field)) return undefined;
  const { length } = field;
  if (line.length === length) return '';
  return line[length] === ':' ? line.slice(line[length + 1] === ' ' ? length + 2 : length + 1) : undefined;
}

export class ServerSentEvents {
  readonly #decoder = new StringDecoder('utf8');
  /** The decoder may hold the beginning of a character. */
  #isCut = false;
  /** Of the line whose end has not come. */
  #line: string[] = [];
  #endedInCr = false;
  #isFirst = true;
  #event = '';
  #data: string[] = [];
  #length = 0;

  /** The events that are complete with this chunk. Throws EventTooLongError. */
  push(chunk: Buffer): ServerSentEvent[] {
    return this.#read(this.#decode(chunk));
  }

  /** What was begun and not ended: senders forget the last blank line. */
  end(): ServerSentEvent[] {
    const events = this.#read(this.#decoder.end());
    if (this.#line.length > 0) this.#takeLine(this.#line.join(''), events);
    this.#dispatch(events);
    return events;
  }

  /** Chunks nearly always end in ASCII, and then need no decoder that remembers. */
  #decode(chunk: Buffer): string {
    const isWhole = chunk.length > 0 && chunk[chunk.length - 1]! < 0x80;
    if (isWhole && !this.#isCut) return chunk.toString('utf8');
    this.#isCut = !isWhole;
    return this.#decoder.write(chunk);
  }

  #read(text: string): ServerSentEvent[] {
    const events: ServerSentEvent[] = [];
    // The LF of a CRLF that was cut in two.
    let start = this.#endedInCr && text.startsWith('\n') ? 1 : 0;
    if (text !== '') this.#endedInCr = text.endsWith('\r');
    // Each is searched for anew only once it is behind us: twice over the text at most, however its lines end.
    let lf = text.indexOf('\n', start);
    let cr = text.indexOf('\r', start);
    while (lf !== -1 || cr !== -1) {
      const end = cr === -1 || (lf !== -1 && lf < cr) ? lf : cr;
      this.#takeLine(this.#lineTo(text.slice(start, end)), events);
      start = end === cr && lf === cr + 1 ? lf + 1 : end + 1;
      if (lf !== -1 && lf < start) lf = text.indexOf('\n', start);
      if (cr !== -1 && cr < start) cr = text.indexOf('\r', start);
    }
    if (start < text.length) {
      this.#grow(text.length - start);
      this.#line.push(text.slice(start));
    }
    return events;
  }

  /** The whole line of which this is the last piece. */
  #lineTo(piece: string): string {
    if (this.#line.length === 0) return piece;
    const line = this.#line.join('') + piece;
    this.#line = [];
    return line;
  }

  #takeLine(raw: string, events: ServerSentEvent[]): void {
    const line = this.#isFirst && raw.startsWith('\uFEFF') ? raw.slice(1) : raw;
    this.#isFirst = false;
    if (line === '') return this.#dispatch(events);
    const data = valueOf(line, 'data');
    if (data !== undefined) {
      this.#grow(data.length);
      this.#data.push(data);
    } else this.#event = valueOf(line, 'event') ?? this.#event;
  }

  #dispatch(events: ServerSentEvent[]): void {
    if (this.#data.length > 0) events.push({ event: this.#event, data: this.#data.length === 1 ? this.#data[0]! : this.#data.join('\n') });
    this.#event = '';
    this.#data = [];
    this.#length = 0;
  }

  #grow(by: number): void {
    this.#length += by;
    if (this.#length > MAX_EVENT_LENGTH) throw new EventTooLongError();
  }
}
