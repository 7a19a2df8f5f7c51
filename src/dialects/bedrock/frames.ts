// Cuts the bytes of application/vnd.amazon.eventstream into messages, wherever they were cut on the way, and checks both sums.
import { crc32 } from 'node:zlib';
import { EventStreamCodec } from '@smithy/eventstream-codec';

/** Lengths of the whole and of the headers, and the sum over these two. */
const PRELUDE_BYTES = 12;
const SUMMED_BYTES = 8;
/** What AWS allows is 16 MiB of payload; a sender that promises more must not fill the memory. */
const MAX_MESSAGE_BYTES = 25 * 1024 * 1024;

export interface StreamMessage {
  /** Those that are text, by name, for example `:event-type`. */
  headers: ReadonlyMap<string, string>;
  payload: string;
}

export class FrameError extends Error {
  override readonly name = 'FrameError';
}

const CODEC = new EventStreamCodec(
  (bytes) => (typeof bytes === 'string' ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')),
  (text) => Buffer.from(text, 'utf8'),
);

function decode(frame: Buffer): StreamMessage {
  try {
    const { headers, body } = CODEC.decode(frame);
    const texts = Object.entries(headers).flatMap(([name, { type, value }]) => (type === 'string' ? [[name, value] as const] : []));
    return { headers: new Map(texts), payload: Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8') };
  } catch (error) {
    throw new FrameError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

export class Frames {
  #chunks: Buffer[] = [];
  #size = 0;
  /** Of the message that is coming in; undefined until its prelude is there. */
  #length: number | undefined;

  /** The messages that are complete with this chunk, as far as the caller reads them. Throws FrameError when bytes are damaged. */
  *push(chunk: Buffer): Generator<StreamMessage> {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    while (this.#size >= PRELUDE_BYTES) {
      this.#length ??= this.#readLength();
      if (this.#size < this.#length) return;
      const frame = this.#take(this.#length);
      this.#length = undefined;
      yield decode(frame);
    }
  }

  /** The sum is checked before the length is believed: otherwise one bad bit means to wait for ever. */
  #readLength(): number {
    const bytes = this.#whole();
    const length = bytes.readUInt32BE(0);
    const sum = bytes.readUInt32BE(SUMMED_BYTES);
    if (crc32(bytes.subarray(0, SUMMED_BYTES)) !== sum) throw new FrameError('the checksum of a prelude is wrong');
    if (length > MAX_MESSAGE_BYTES) throw new FrameError(`a message is larger than ${MAX_MESSAGE_BYTES} bytes`);
    if (length < PRELUDE_BYTES + 4) throw new FrameError('a message is shorter than its own frame');
    return length;
  }

  #take(length: number): Buffer {
    const bytes = this.#whole();
    this.#size -= length;
    this.#chunks = this.#size === 0 ? [] : [bytes.subarray(length)];
    return bytes.subarray(0, length);
  }

  #whole(): Buffer {
    const [first] = this.#chunks;
    const bytes = this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks, this.#size);
    this.#chunks = [bytes];
    return bytes;
  }
}
