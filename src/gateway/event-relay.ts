// Passes an event stream on in whole events, as the bytes they came: after a break the caller is never left inside half an
// event. Takes out the usage event where the application did not ask for it.

const EMPTY_CHOICES = [Buffer.from('"choices":[]'), Buffer.from('"choices": []')];
const LF = 0x0a;
const CR = 0x0d;
const LF_LF = Buffer.from('\n\n');
const CRLF_CRLF = Buffer.from('\r\n\r\n');
/** A sender that never ends an event is no event stream; from here on bytes pass unseen. */
const MAX_PENDING_BYTES = 1024 * 1024;

function endsWithBoundary(bytes: Buffer): boolean {
  const last = bytes.length - 1;
  if (bytes[last] !== LF) return false;
  return bytes[last - 1] === LF || (bytes[last - 1] === CR && bytes[last - 2] === LF);
}

/** Offset after the last complete event, 0 when there is none. */
function lastBoundary(bytes: Buffer): number {
  if (endsWithBoundary(bytes)) return bytes.length;
  const lf = bytes.lastIndexOf(LF_LF);
  const crlf = bytes.lastIndexOf(CRLF_CRLF);
  return Math.max(lf === -1 ? 0 : lf + 2, crlf === -1 ? 0 : crlf + 4);
}

function isUsageEvent(event: string): boolean {
  const data = event
    .split(/\r?\n/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5))
    .join('\n');
  try {
    const { choices, usage } = JSON.parse(data) as { choices?: unknown; usage?: unknown };
    return Array.isArray(choices) && choices.length === 0 && typeof usage === 'object' && usage !== null;
  } catch {
    return false;
  }
}

function withoutUsageEvents(events: Buffer): Buffer {
  if (!EMPTY_CHOICES.some((needle) => events.includes(needle))) return events;
  // latin1 on both ways keeps every byte as it came; names and brackets are ASCII.
  const kept = events
    .toString('latin1')
    .split(/(?<=\r?\n\r?\n)/)
    .filter((event) => !isUsageEvent(event));
  return Buffer.from(kept.join(''), 'latin1');
}

/** Feed it every chunk; it answers with what may go on at once. Incomplete events wait for their end. */
export class EventRelay {
  readonly #hideUsageEvent: boolean;
  #pending: Buffer | undefined;
  #passThrough = false;

  constructor(hideUsageEvent: boolean) {
    this.#hideUsageEvent = hideUsageEvent;
  }

  push(chunk: Buffer): Buffer | undefined {
    if (this.#passThrough) return chunk;
    const bytes = this.#pending === undefined ? chunk : Buffer.concat([this.#pending, chunk]);
    const boundary = lastBoundary(bytes);
    this.#pending = boundary === bytes.length ? undefined : bytes.subarray(boundary);
    if (this.#pending !== undefined && this.#pending.length > MAX_PENDING_BYTES) {
      this.#passThrough = true;
      this.#pending = undefined;
      return bytes;
    }
    if (boundary === 0) return undefined;
    const complete = bytes.subarray(0, boundary);
    const events = this.#hideUsageEvent ? withoutUsageEvents(complete) : complete;
    return events.length === 0 ? undefined : events;
  }

  /** What was still waiting when the stream ended well. */
  flush(): Buffer | undefined {
    const rest = this.#pending;
    this.#pending = undefined;
    return rest === undefined || (this.#hideUsageEvent && isUsageEvent(rest.toString('latin1'))) ? undefined : rest;
  }
}
