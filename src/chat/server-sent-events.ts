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

export class ServerSentEvents {
  readonly #decoder = new StringDecoder('utf8');
  /** Of the line whose end has not come. */
  #line: string[] = [];
  #endedInCr = false;
  #isFirst = true;
  #event = '';
  #data: string[] = [];
  #length = 0;

  /** The events that are complete with this chunk. Throws EventTooLongError. */
  push(chunk: Buffer): ServerSentEvent[] {
    return this.#read(this.#decoder.write(chunk));
  }

  /** What was begun and not ended: senders forget the last blank line. */
  end(): ServerSentEvent[] {
    const events = this.#read(this.#decoder.end());
    if (this.#line.length > 0) this.#takeLine(this.#line.join(''), events);
    this.#dispatch(events);
    return events;
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
    const colon = line.indexOf(':');
    // A comment.
    if (colon === 0) return;
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'event') this.#event = value;
    else if (field === 'data') {
      this.#grow(value.length);
      this.#data.push(value);
    }
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
