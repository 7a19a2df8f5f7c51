// A whole answer that passes as it came: its bytes go on, and its end is kept for the tokens that it tells.
import type { Usage } from '../chat/answer.ts';
import type { AnswerReader } from './provider.ts';
import { Tail } from './tail.ts';

/** An answer larger than this passes without a look at its tokens where its JSON has to be parsed for them. */
const PARSED_BYTES = 8 * 1024 * 1024;

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

/** One whose tokens are found by parsing it; bytes that are no such JSON tell none. */
export function parsedAnswer(readUsage: (json: unknown) => Usage | undefined, isWorthIt: (bytes: Buffer) => boolean = () => true): WholeAnswer {
  return new WholeAnswer(PARSED_BYTES, (bytes) => {
    if (!isWorthIt(bytes)) return undefined;
    try {
      return readUsage(JSON.parse(bytes.toString('utf8')));
    } catch {
      return undefined;
    }
  });
}
