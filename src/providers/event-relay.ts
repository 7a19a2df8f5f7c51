// Passes an event stream on in whole events, as the bytes they came: after a break the caller is never left inside half an
// event. Takes out the usage event where the application did not ask for it, and account data out of error events.
import { redactEvent } from './redact-event.ts';

/** Only events that say one of these can be of a kind that is changed. */
const ERROR = /"error"/;
const ERROR_OR_EMPTY_CHOICES = /"error"|"choices": ?\[\]/;
const LF = 0x0a;
const CR = 0x0d;
/** A sender that never ends an event is no event stream; from here on bytes pass unseen. */
const MAX_PENDING_BYTES = 1024 * 1024;
const MAX_PENDING_PIECES = 65_536;
/** Of a boundary, these many bytes may already have come: CR LF CR. */
const BOUNDARY_OVERLAP = 3;

function isBoundaryEnd(bytes: Buffer, last: number): boolean {
  if (bytes[last] !== LF) return false;
  return bytes[last - 1] === LF || (bytes[last - 1] === CR && bytes[last - 2] === LF);
}

/** Offset after the last complete event, 0 when there is none. */
function lastBoundary(bytes: Buffer): number {
  for (let last = bytes.lastIndexOf(LF); last > 0; last = bytes.lastIndexOf(LF, last - 1)) {
    if (isBoundaryEnd(bytes, last)) return last + 1;
  }
  return 0;
}

/** The data of an event if that is a JSON object. */
function dataOf(event: string): Record<string, unknown> | undefined {
  const data = event
    .split(/\r?\n/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5))
    .join('\n');
  try {
    const parsed: unknown = JSON.parse(data);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function hasUnfinishedData(event: string): boolean {
  return /^data:/m.test(event) && !event.includes('[DONE]') && dataOf(event) === undefined;
}

function isUsageEvent({ choices, usage }: Record<string, unknown>): boolean {
  return Array.isArray(choices) && choices.length === 0 && typeof usage === 'object' && usage !== null;
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** The Responses API tells of an error in an event of that type, and then in the response that has failed. */
function isErrorEvent({ type, error, response }: Record<string, unknown>): boolean {
  if (type === 'error' || isThere(error)) return true;
  return typeof response === 'object' && response !== null && 'error' in response && isThere(response.error);
}

export interface EventRelayOptions {
  /** The application did not ask for the usage event. */
  hideUsageEvent: boolean;
  /** Taken out of error events, together with account ids. */
  secrets: readonly string[];
}

/** Feed it every chunk; it answers with what may go on at once. Incomplete events wait for their end. */
export class EventRelay {
  readonly #options: EventRelayOptions;
  /** Pieces of an event whose end has not come. */
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  /** The last bytes of them. */
  #overlap = Buffer.alloc(0);
  #passThrough = false;
  #sawError = false;
  #brokeOff = false;

  constructor(options: EventRelayOptions) {
    this.#options = options;
  }

  /** An event told of an error. */
  get sawError(): boolean {
    return this.#sawError;
  }

  /** After flush(): the stream ended inside the data of an event. */
  get brokeOff(): boolean {
    return this.#brokeOff;
  }

  push(chunk: Buffer): Buffer | undefined {
    if (this.#passThrough) return chunk;
    const isFresh = this.#pendingBytes === 0;
    if (isFresh && isBoundaryEnd(chunk, chunk.length - 1)) return this.#pass(chunk);
    // What is held back was searched when it came: a boundary can only end in this chunk.
    const searched = isFresh ? chunk : Buffer.concat([this.#overlap, chunk]);
    const found = lastBoundary(searched) - (searched.length - chunk.length);
    if (found <= 0) return this.#hold(chunk);
    const complete = this.#take(chunk.subarray(0, found));
    if (found < chunk.length) this.#hold(chunk.subarray(found));
    return this.#pass(complete);
  }

  /** An event at the end that lacks only its blank line. Half of one is dropped, and brokeOff says so. */
  flush(): Buffer | undefined {
    if (this.#pendingBytes === 0) return undefined;
    const rest = this.#take(Buffer.alloc(0));
    this.#brokeOff = hasUnfinishedData(rest.toString('latin1'));
    return this.#brokeOff ? undefined : this.#pass(rest);
  }

  #pass(events: Buffer): Buffer | undefined {
    const checked = this.#check(events);
    return checked.length === 0 ? undefined : checked;
  }

  /** Keeps a piece for later, unless this is no event stream at all. */
  #hold(piece: Buffer): Buffer | undefined {
    this.#pending.push(piece);
    this.#pendingBytes += piece.length;
    this.#overlap = Buffer.concat([this.#overlap, piece.subarray(-BOUNDARY_OVERLAP)]).subarray(-BOUNDARY_OVERLAP);
    if (this.#pendingBytes <= MAX_PENDING_BYTES && this.#pending.length <= MAX_PENDING_PIECES) return undefined;
    this.#passThrough = true;
    return this.#take(Buffer.alloc(0));
  }

  /** Everything held back, and this piece after it. */
  #take(piece: Buffer): Buffer {
    const taken = this.#pending.length === 0 ? piece : Buffer.concat([...this.#pending, piece]);
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#overlap = Buffer.alloc(0);
    return taken;
  }

  /** For events that need no change one search is all it costs. */
  #check(events: Buffer): Buffer {
    // latin1 on both ways keeps every byte as it came; names and brackets are ASCII.
    const text = events.toString('latin1');
    if (!(this.#options.hideUsageEvent ? ERROR_OR_EMPTY_CHOICES : ERROR).test(text)) return events;
    const checked = text.split(/(?<=\r?\n\r?\n)/).map((event) => this.#checkEvent(event));
    return Buffer.from(checked.join(''), 'latin1');
  }

  #checkEvent(event: string): string {
    const data = dataOf(event);
    if (data === undefined) return event;
    if (this.#options.hideUsageEvent && isUsageEvent(data)) return '';
    if (!isErrorEvent(data)) return event;
    this.#sawError = true;
    const redacted = redactEvent(Buffer.from(event, 'latin1').toString('utf8'), this.#options.secrets);
    return Buffer.from(redacted, 'utf8').toString('latin1');
  }
}
