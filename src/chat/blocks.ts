// Gives a stream the borders between blocks that its provider does not tell: a block ends where one of another kind begins.
import type { ChatEvent, OpenBlock } from './answer.ts';
import type { Citation, Signature } from './request.ts';

/** The blocks of one choice. Each call returns the events that it leads to. */
export class Blocks {
  readonly #choice: number;
  #open: OpenBlock | undefined;
  #sawCall = false;

  constructor(choice: number) {
    this.#choice = choice;
  }

  /** Some block was a tool call. */
  get sawCall(): boolean {
    return this.#sawCall;
  }

  get openType(): OpenBlock['type'] | undefined {
    return this.#open?.type;
  }

  /** Words of a kind of block; opens one where none of this kind is open. Empty text changes nothing. */
  add(type: 'text' | 'reasoning' | 'refusal', text: string): ChatEvent[] {
    if (text === '') return [];
    const delta: ChatEvent = { type: 'delta', choice: this.#choice, text };
    return this.#open?.type === type ? [delta] : [...this.open({ type }), delta];
  }

  /** Goes with the block of this kind that is open, or with an empty one. */
  sign(type: 'text' | 'reasoning', signature: Signature): ChatEvent[] {
    return [...this.#ensure(type), { type: 'signature', choice: this.#choice, signature }];
  }

  cite(citation: Citation): ChatEvent[] {
    return [...this.#ensure('text'), { type: 'citation', choice: this.#choice, citation }];
  }

  /** Closes what is open and opens this. */
  open(block: OpenBlock): ChatEvent[] {
    const closed = this.close();
    this.#open = block;
    if (block.type === 'tool-call') this.#sawCall = true;
    return [...closed, { type: 'open', choice: this.#choice, block }];
  }

  /** More of the block that is open, whatever its kind. */
  extend(text: string): ChatEvent[] {
    return text === '' || this.#open === undefined ? [] : [{ type: 'delta', choice: this.#choice, text }];
  }

  close(): ChatEvent[] {
    if (this.#open === undefined) return [];
    this.#open = undefined;
    return [{ type: 'close', choice: this.#choice }];
  }

  #ensure(type: 'text' | 'reasoning' | 'refusal'): ChatEvent[] {
    return this.#open?.type === type ? [] : this.open({ type });
  }
}
