// What comes while a transaction runs goes into the next one together: a commit waits for the disk, and sums are written once for all.
import { LedgerUnavailableError } from './failures.ts';

interface Waiting<Item, Result> {
  item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/** At most this many at a time, so that no transaction becomes a long one. */
const TOGETHER = 16;

export class Gathering<Item, Result> {
  readonly #handle: (items: readonly Item[]) => Promise<Result[]>;
  readonly #waiting: Waiting<Item, Result>[] = [];
  #isRunning = false;

  /** `handle` answers for each of its items, or does nothing at all and throws. */
  constructor(handle: (items: readonly Item[]) => Promise<Result[]>) {
    this.#handle = handle;
  }

  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      void this.#run();
    });
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    while (this.#waiting.length > 0) {
      // What other threads have sent is only seen in a turn of its own.
      await new Promise((resolve) => setImmediate(resolve));
      await this.#together(this.#waiting.splice(0, TOGETHER));
    }
    this.#isRunning = false;
  }

  /**
   * Where they fail together, each is tried by itself: what is wrong with one is not for the others to suffer. A store that is away is wrong
   * with none of them, and to find that out for each could take minutes.
   */
  async #together(taken: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#handle(taken.map(({ item }) => item));
      for (const [index, { resolve }] of taken.entries()) resolve(results[index]!);
    } catch (error) {
      if (taken.length === 1 || error instanceof LedgerUnavailableError) for (const { reject } of taken) reject(error);
      else for (const one of taken) await this.#together([one]);
    }
  }
}
