// Remembers the end of an answer, where usage is, without copying what passes.

/** More pieces than this are put together: a sender of single bytes must not cost a reference for each. */
const MAX_PIECES = 4096;

/** Keeps at least the last `limit` bytes of what was pushed, by reference. */
export class Tail {
  readonly #limit: number;
  #pieces: Buffer[] = [];
  /** Pieces before this one are forgotten; moving the rest each time would cost more than they are worth. */
  #first = 0;
  #size = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#size += piece.length;
    while (this.#first < this.#pieces.length - 1 && this.#size - this.#pieces[this.#first]!.length >= this.#limit) {
      this.#size -= this.#pieces[this.#first]!.length;
      this.#first++;
    }
    if (this.#pieces.length > MAX_PIECES) this.#compact();
  }

  bytes(): Buffer {
    this.#compact();
    return this.#pieces[0] ?? Buffer.alloc(0);
  }

  /** The last bytes, at most `count`. */
  last(count: number): Buffer {
    const piece = this.#pieces.at(-1);
    return piece !== undefined && piece.length >= count ? piece.subarray(-count) : this.bytes().subarray(-count);
  }

  #compact(): void {
    if (this.#pieces.length <= 1) return;
    const kept = this.#pieces.slice(this.#first);
    this.#pieces = [kept.length === 1 ? kept[0]! : Buffer.concat(kept, this.#size)];
    this.#first = 0;
  }
}
