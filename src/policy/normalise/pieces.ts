// What was decoded here and there in a text, put together as one: pieces by the dozen would each cost a look by every detector.
import type { Span } from '../types.ts';
import type { Decoded } from './base64.ts';

/** Nothing goes on over so many ends of lines. */
const GAP = '\n\n\n';

interface Piece extends Decoded {
  /** Where it begins among the others. */
  at: number;
}

export class Pieces {
  readonly #pieces: Piece[] = [];
  /** By where they stand, so that what two readings of a text have is kept once. */
  readonly #known = new Map<number, string>();
  #length = 0;

  get isEmpty(): boolean {
    return this.#pieces.length === 0;
  }

  add({ text, start, end }: Decoded): void {
    if (this.#known.get(start) === text) return;
    this.#known.set(start, text);
    this.#pieces.push({ text, start, end, at: this.#length });
    this.#length += text.length + GAP.length;
  }

  text(): string {
    return this.#pieces.map(({ text }) => text).join(GAP);
  }

  /** The span of the original that a span of text() was read from: pieces as a whole. */
  original({ start, end }: Span): Span {
    const [first, last] = [this.#pieceAt(start), this.#pieceAt(end - 1)];
    return { start: Math.min(first.start, last.start), end: Math.max(first.end, last.end) };
  }

  #pieceAt(offset: number): Piece {
    let [low, high] = [0, this.#pieces.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#pieces[middle]!.at <= offset) low = middle + 1;
      else high = middle;
    }
    return this.#pieces[Math.max(0, low - 1)]!;
  }
}
