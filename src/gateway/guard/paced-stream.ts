// A guarded stream that comes faster than it can be looked at: many events that come together are read in several turns of the event loop.
import type { GuardedStream } from './guarded-stream.ts';
import { Turns } from './turns.ts';

/** Bytes that are read without a break: some twenty events. */
const PIECE = 4 * 1024;

/** There is one event loop for all. */
const shared = new Turns();

export interface PacedStreamOptions {
  stream: Pick<GuardedStream, 'write' | 'end' | 'close'>;
  /** What the stream writes to: whoever waits for room is told through it. */
  response: { readonly writableNeedDrain: boolean; emit(event: 'drain'): unknown };
  turns?: Turns;
}

export class PacedStream {
  readonly #options: PacedStreamOptions;
  readonly #turns: Turns;
  #waiting = 0;
  #flows = true;
  /** Whoever writes waits until all was read that has come. */
  #isAwaited = false;
  #isClosed = false;

  constructor(options: PacedStreamOptions) {
    this.#options = options;
    this.#turns = options.turns ?? shared;
  }

  /** Whether more may come; if not, the response says when. */
  write(bytes: Buffer): boolean {
    // Nothing has come, so nothing has to be waited for: what was full before may have had its 'drain' already.
    if (bytes.length === 0) return true;
    const { stream } = this.#options;
    for (let at = 0; at < bytes.length; at += PIECE) {
      const piece = bytes.subarray(at, at + PIECE);
      this.#do(() => {
        this.#flows = stream.write(piece);
      });
    }
    this.#isAwaited = this.#waiting > 0;
    return !this.#isAwaited && this.#flows;
  }

  end(): void {
    this.#do(() => this.#options.stream.end());
  }

  close(): void {
    this.#isClosed = true;
    this.#options.stream.close();
  }

  #do(work: () => void): void {
    this.#waiting++;
    this.#turns.do(() => {
      this.#waiting--;
      if (this.#isClosed) return;
      work();
      if (this.#waiting === 0) this.#goOn();
    });
  }

  /** Where the stream itself is full it tells so when it has room again. */
  #goOn(): void {
    const { response } = this.#options;
    if (!this.#isAwaited || !this.#flows || response.writableNeedDrain) return;
    this.#isAwaited = false;
    response.emit('drain');
  }
}
