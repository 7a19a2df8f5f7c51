// What stands half in one block of a stream and half in a later one: neighbours, and all blocks of one kind, which callers put together.
import type { OpenBlock } from '../../chat/answer.ts';

/** UTF-16 code units on both sides of an edge. */
const REACH = 256;
/** Before what does not go on from what was said last. */
const GAP = '\n\n\n';

/** Where the text of a delta stands among all that is read in one go. */
export interface Place {
  line: string;
  start: number;
  end: number;
}

/** What detectors read of an edge. `isWhole`: it needs not wait for what may come. */
export interface EdgeText {
  key: string;
  text: string;
  isWhole: boolean;
}

/** One way of putting blocks together. */
class Seam {
  readonly #key: string;
  readonly #between: string;
  #tail = '';
  /** Code units that are still to be read of what comes. */
  #left = 0;

  constructor(key: string, between: string) {
    this.#key = key;
    this.#between = between;
  }

  get tail(): string {
    return this.#tail;
  }

  /** The next block begins; `isRead` elsewhere: this one leaves it out. */
  open(isRead: boolean): EdgeText[] {
    if (this.#tail === '') return [];
    const tail = this.#tail;
    this.#tail += this.#between;
    const isLive = this.#left > 0;
    this.#left = isRead ? 0 : REACH;
    return isRead ? [] : this.#say((isLive ? '' : GAP + tail) + this.#between, false);
  }

  delta(text: string): EdgeText[] {
    if (this.#left <= 0) return [];
    const piece = text.slice(0, this.#left);
    this.#left -= piece.length;
    return this.#say(piece, this.#left <= 0);
  }

  close(text: string): EdgeText[] {
    this.#tail = (this.#tail + text.slice(-REACH)).slice(-REACH);
    return this.#left > 0 ? [{ key: this.#key, text: '', isWhole: true }] : [];
  }

  #say(text: string, isWhole: boolean): EdgeText[] {
    return text === '' ? [] : [{ key: this.#key, text, isWhole }];
  }
}

/** The blocks of one choice. */
export class Edges {
  readonly #all: readonly Seam[];
  readonly #kinds = new Map<OpenBlock['type'], Seam>();
  readonly #lengths = new Map<string, number>();
  readonly #choice: number;
  #kind: Seam | undefined;
  #line = '';
  #blocks = 0;

  constructor(choice: number) {
    this.#choice = choice;
    this.#all = ['', '\n'].map((between, index) => new Seam(`any ${index}`, between));
  }

  open({ type }: OpenBlock): EdgeText[] {
    this.#blocks++;
    // Calls are not put together, but each of them has several pieces.
    this.#line = `${this.#choice} ${type} ${type === 'tool-call' ? this.#blocks : ''}`;
    this.#kind = type === 'tool-call' ? undefined : (this.#kinds.get(type) ?? new Seam(type, ''));
    if (this.#kind !== undefined) this.#kinds.set(type, this.#kind);
    const isRead = this.#kind?.tail === this.#all[0]!.tail;
    return [...this.#all.flatMap((seam) => seam.open(false)), ...(this.#kind?.open(isRead) ?? [])];
  }

  /** The place of what was added. */
  delta(text: string): { place: Place; said: EdgeText[] } {
    const start = this.#lengths.get(this.#line) ?? 0;
    const end = start + text.length;
    this.#lengths.set(this.#line, end);
    return { place: { line: this.#line, start, end }, said: this.#open.flatMap((seam) => seam.delta(text)) };
  }

  /** `text`: of the block. */
  close(text: string): EdgeText[] {
    return this.#open.flatMap((seam) => seam.close(text));
  }

  get #open(): readonly Seam[] {
    return this.#kind === undefined ? this.#all : [...this.#all, this.#kind];
  }
}

/** Deltas of some bytes by their texts. */
export class Deltas {
  readonly #places = new Map<string, Place[]>();

  add(text: string, place: Place): void {
    const known = this.#places.get(text);
    if (known === undefined) this.#places.set(text, [place]);
    else known.push(place);
  }

  get(text: string): readonly Place[] {
    return this.#places.get(text) ?? [];
  }
}
