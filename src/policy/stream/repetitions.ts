// Whether a text only repeats what the blocks of a stream have said, which detectors and judges read there.

/** UTF-16 code units of a text that repeats what was said, from which on it counts as a repetition wherever it stands. */
const REPETITION = 24;
/** Blocks, and UTF-16 code units of the end of each, in which it is looked for: a search for each event may not take longer the more was said. */
const BLOCKS = 4;
const WINDOW = 8 * 1024;

export interface SaidBlock {
  text: string;
  /** Its end. */
  recent: string;
}

export class Repetitions {
  readonly #whole = new Set<string>();
  readonly #latest: SaidBlock[] = [];

  open(): SaidBlock {
    const block = { text: '', recent: '' };
    this.#latest.push(block);
    if (this.#latest.length > BLOCKS) this.close(this.#latest.shift()!);
    return block;
  }

  add(block: SaidBlock, text: string): void {
    block.text += text;
    block.recent += text;
    if (block.recent.length > 2 * WINDOW) block.recent = block.recent.slice(-WINDOW);
  }

  close({ text }: SaidBlock): void {
    if (text !== '') this.#whole.add(text);
  }

  has(text: string): boolean {
    if (this.#whole.has(text)) return true;
    return this.#latest.some((block) => block.text === text || (text.length >= REPETITION && block.recent.includes(text)));
  }
}
