// The objects of a JSON array, or of one object after the other, as soon as each is complete: streams without `alt=sse`, and
// errors and whole answers that come as plain JSON where a stream was asked for.
import { StringDecoder } from 'node:string_decoder';

/** A sender that never ends an object must not fill the memory. */
const MAX_OBJECT_LENGTH = 32 * 1024 * 1024;

export class JsonValues {
  readonly #decoder = new StringDecoder('utf8');
  #depth = 0;
  #inString = false;
  #escaped = false;
  #pieces: string[] = [];
  #length = 0;

  /** The texts of the objects that are complete with this chunk. */
  push(chunk: Buffer): string[] {
    const text = this.#decoder.write(chunk);
    const complete: string[] = [];
    let start = this.#depth > 0 ? 0 : -1;
    for (let at = 0; at < text.length; at++) {
      const char = text[at]!;
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (char === '\\') this.#escaped = true;
        else if (char === '"') this.#inString = false;
      } else if (char === '"') this.#inString = this.#depth > 0;
      else if (char === '{' && this.#depth++ === 0) start = at;
      else if (char === '}' && this.#depth > 0 && --this.#depth === 0) {
        complete.push([...this.#pieces, text.slice(start, at + 1)].join(''));
        this.#pieces = [];
        this.#length = 0;
        start = -1;
      }
    }
    if (start !== -1) this.#keep(text.slice(start));
    return complete;
  }

  #keep(piece: string): void {
    this.#length += piece.length;
    if (this.#length > MAX_OBJECT_LENGTH) throw new Error(`an object of the stream is longer than ${MAX_OBJECT_LENGTH} characters`);
    this.#pieces.push(piece);
  }
}
