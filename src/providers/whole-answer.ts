// A whole answer that passes as it came: its bytes go on, and its end is kept for the tokens that it tells.
import type { Usage } from '../chat/answer.ts';
import type { AnswerReader } from './provider.ts';
import { Tail } from './tail.ts';

export class WholeAnswer implements AnswerReader {
  readonly contentType = undefined;
  readonly isEventStream = false;
  readonly keepsLength = true;
  readonly failed = false;
  readonly brokeOff = false;
  readonly #tail: Tail;
  readonly #readUsage: (end: Buffer) => Usage | undefined;

  /** Keeps at least the last `limit` bytes for `readUsage`. */
  constructor(limit: number, readUsage: (end: Buffer) => Usage | undefined) {
    this.#tail = new Tail(limit);
    this.#readUsage = readUsage;
  }

  push(chunk: Buffer): Buffer {
    this.#tail.push(chunk);
    return chunk;
  }

  end(): undefined {
    return undefined;
  }

  usage(): Usage | undefined {
    return this.#readUsage(this.#tail.bytes());
  }

  /** Only the end of its connection can tell that it stopped short. */
  fail(): string {
    return '';
  }
}
