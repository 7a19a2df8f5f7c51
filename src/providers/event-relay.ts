// Passes an event stream on in whole events, as the bytes they came: after a break the caller is never left inside half an
// event. Takes out the usage event where the application did not ask for it, and account data out of error events.
import { redactProviderText } from './redact.ts';

const EMPTY_CHOICES = [Buffer.from('"choices":[]'), Buffer.from('"choices": []')];
const ERROR = Buffer.from('"error"');
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

function isUsageEvent({ choices, usage }: Record<string, unknown>): boolean {
  return Array.isArray(choices) && choices.length === 0 && typeof usage === 'object' && usage !== null;
}

function isErrorEvent({ error }: Record<string, unknown>): boolean {
  return error !== undefined && error !== null;
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
  #pending: Buffer | undefined;
  #passThrough = false;
  #sawError = false;

  constructor(options: EventRelayOptions) {
    this.#options = options;
  }

  /** An event told of an error. */
  get sawError(): boolean {
    return this.#sawError;
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
    const events = this.#check(bytes.subarray(0, boundary));
    return events.length === 0 ? undefined : events;
  }

  /** What was still waiting when the stream ended well. */
  flush(): Buffer | undefined {
    const rest = this.#pending;
    this.#pending = undefined;
    if (rest === undefined) return undefined;
    const checked = this.#check(rest);
    return checked.length === 0 ? undefined : checked;
  }

  /** Only events that may be of a kind that is changed are parsed; for all others two searches are all it costs. */
  #check(events: Buffer): Buffer {
    const suspicious = events.includes(ERROR) || (this.#options.hideUsageEvent && EMPTY_CHOICES.some((needle) => events.includes(needle)));
    if (!suspicious) return events;
    // latin1 on both ways keeps every byte as it came; names and brackets are ASCII.
    const checked = events
      .toString('latin1')
      .split(/(?<=\r?\n\r?\n)/)
      .map((event) => this.#checkEvent(event));
    return Buffer.from(checked.join(''), 'latin1');
  }

  #checkEvent(event: string): string {
    const data = dataOf(event);
    if (data === undefined) return event;
    if (this.#options.hideUsageEvent && isUsageEvent(data)) return '';
    if (!isErrorEvent(data)) return event;
    this.#sawError = true;
    return redactProviderText(event, this.#options.secrets);
  }
}
