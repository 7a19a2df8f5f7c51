// Cuts what goes to a caller into whole events, without changing a byte. What is no whole event yet waits: nobody could read what it says.
import { CLOSE_BRACE, CLOSE_BRACKET, OPEN_BRACE, OPEN_BRACKET, QUOTE } from '../../providers/json-bytes.ts';

const LF = 10;
const CR = 13;
const BACKSLASH = 92;
/** An event that is longer is let out in pieces, and refused for that by whoever holds them. */
const MAX_REST = 8 * 1024 * 1024;

export interface Frames {
  /** The events that are complete with these bytes. */
  push(bytes: Buffer): Buffer[];
  /** What has come of one that is not. */
  end(): Buffer;
}

abstract class Cutter implements Frames {
  #rest: Buffer[] = [];
  #size = 0;

  push(bytes: Buffer): Buffer[] {
    const frames: Buffer[] = [];
    let from = 0;
    for (const end of this.ends(bytes)) {
      frames.push(this.#take(bytes.subarray(from, end)));
      from = end;
    }
    if (from < bytes.length) {
      this.#rest.push(bytes.subarray(from));
      this.#size += bytes.length - from;
    }
    if (this.#size > MAX_REST) frames.push(this.end());
    return frames;
  }

  end(): Buffer {
    return this.#take(Buffer.alloc(0));
  }

  /** Offsets behind each event that ends in these bytes. */
  protected abstract ends(bytes: Buffer): Generator<number>;

  #take(last: Buffer): Buffer {
    const whole = this.#rest.length === 0 ? last : Buffer.concat([...this.#rest, last]);
    this.#rest = [];
    this.#size = 0;
    return whole;
  }
}

/** Server-sent events end with an empty line. */
class EventCutter extends Cutter {
  /** Nothing but the end of a line has come since the last one. */
  #isEmpty = false;

  protected override *ends(bytes: Buffer): Generator<number> {
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === LF) {
        if (this.#isEmpty) yield at + 1;
        this.#isEmpty = true;
      } else if (byte !== CR) {
        this.#isEmpty = false;
        // Of a line only its end is of interest.
        const next = bytes.indexOf(LF, at);
        at = (next === -1 ? bytes.length : next) - 1;
      }
    }
  }
}

/** Items of a list end with their brace, and so does an object that is no list. */
class JsonCutter extends Cutter {
  #depth = 0;
  #isList = false;
  #inString = false;
  #isEscaped = false;

  protected override *ends(bytes: Buffer): Generator<number> {
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (this.#inString) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (byte === BACKSLASH) this.#isEscaped = true;
        else if (byte === QUOTE) this.#inString = false;
      } else if (byte === QUOTE) this.#inString = true;
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        if (this.#depth++ === 0) this.#isList = byte === OPEN_BRACKET;
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        this.#depth--;
        if (this.#depth === (this.#isList ? 1 : 0)) yield at + 1;
      }
    }
  }
}

/** Of an event stream, or of JSON that comes piece by piece. */
export const framesOf = (isEvents: boolean): Frames => (isEvents ? new EventCutter() : new JsonCutter());
