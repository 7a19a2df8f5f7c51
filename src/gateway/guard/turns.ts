// Shares the event loop: pieces of work that come together are done in several of its turns, in order, so that everybody else gets theirs.

/** Milliseconds of each turn. */
const SHARE = 2;

export interface TurnsOptions {
  /** Milliseconds. */
  now(): number;
  /** Calls back in the next turn of the event loop. */
  nextTurn(work: () => void): void;
}

export class Turns {
  readonly #options: TurnsOptions;
  readonly #waiting: (() => void)[] = [];
  #used = 0;
  #isCounting = false;

  constructor(options: TurnsOptions = { now: () => performance.now(), nextTurn: (work) => void setImmediate(work) }) {
    this.#options = options;
  }

  /** Does it now where there is time left in this turn and nothing waits, and later otherwise. `work` never throws. */
  do(work: () => void): void {
    if (!this.#isCounting) {
      this.#isCounting = true;
      this.#options.nextTurn(this.#next);
    }
    if (this.#waiting.length > 0 || this.#used >= SHARE) this.#waiting.push(work);
    else this.#measured(work);
  }

  #measured(work: () => void): void {
    const start = this.#options.now();
    work();
    this.#used += this.#options.now() - start;
  }

  readonly #next = (): void => {
    this.#used = 0;
    this.#isCounting = this.#waiting.length > 0;
    if (!this.#isCounting) return;
    this.#options.nextTurn(this.#next);
    let done = 0;
    // What is done here may bring more.
    while (done < this.#waiting.length && this.#used < SHARE) this.#measured(this.#waiting[done++]!);
    this.#waiting.splice(0, done);
  };
}
