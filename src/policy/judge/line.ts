// Parts in the order in which they were said, and names for stretches of them: where one was judged beside others, what was said of it holds
// only beside these, since they may have talked the judge round.
import { hash } from 'node:crypto';
import type { Part } from '../types.ts';

/** A stretch around a part: so many parts before it and after it, and their name. */
export interface Surroundings {
  before: number;
  after: number;
  name: string;
}

export class Line {
  readonly #reach: number;
  readonly #parts: Part[] = [];
  readonly #digests: string[] = [];
  readonly #names = new Map<string, string>();

  /** `reach`: parts before one that a question shows with it. */
  constructor(reach: number) {
    this.#reach = reach;
  }

  /** Where it stands. */
  add(part: Part): number {
    // JSON tells pieces apart whatever is in them, half characters included.
    this.#digests.push(digest([part.role, part.text]));
    return this.#parts.push(part) - 1;
  }

  before(index: number): Part[] {
    return this.#parts.slice(Math.max(0, index - this.#reach), index);
  }

  /** Of the words from `start` up to before `end`. */
  name(start: number, end: number): string {
    // One has a name already.
    if (end - start === 1) return this.#digests[start]!;
    const place = `${start}-${end}`;
    let name = this.#names.get(place);
    if (name === undefined) this.#names.set(place, (name = digest(this.#digests.slice(start, end))));
    return name;
  }

  /** Of the part at `index` in a question, or several, about parts from `first` to `last`. */
  around(index: number, first: number, last: number): Surroundings {
    const start = Math.max(0, first - this.#reach);
    return { before: index - start, after: last - index, name: this.name(start, last + 1) };
  }

  /** Whether the part at `index` stands so. */
  has(index: number, { before, after, name }: Surroundings): boolean {
    const [start, end] = [index - before, index + after + 1];
    return start >= 0 && end <= this.#parts.length && this.name(start, end) === name;
  }
}

const digest = (value: unknown): string => hash('sha256', JSON.stringify(value), 'base64url');
