// The bytes of an answer that is read whole. A provider that goes on and on must not fill the memory.

/** Bytes of the longest answer that is read whole. */
export const MAX_WHOLE_ANSWER = 64 * 1024 * 1024;

export class WholeBody {
  #chunks: Buffer[] = [];
  #size = 0;

  /** Throws RangeError once more has come than is kept: nothing is kept then. */
  push(chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size > MAX_WHOLE_ANSWER) {
      this.#chunks = [];
      throw new RangeError(`the answer of the provider is longer than ${MAX_WHOLE_ANSWER} bytes`);
    }
    this.#chunks.push(chunk);
  }

  text(): string {
    // As it is nearly always.
    return (this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks)).toString('utf8');
  }
}
