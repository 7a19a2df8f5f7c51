// Bounds the bytes of request bodies, and of answers that policies hold back whole, that the process holds at a time, over all requests: many
// large ones must not end it.

/** What one request holds of a budget. */
export class BodyHold {
  readonly #budget: BodyBudget;
  #bytes = 0;
  #released = false;

  constructor(budget: BodyBudget) {
    this.#budget = budget;
  }

  /** Whether so many more bytes may be held; they then are. Never again once released. */
  take(bytes: number): boolean {
    if (this.#released || !this.#budget.add(bytes)) return false;
    this.#bytes += bytes;
    return true;
  }

  /** Gives back everything. May be called more than once. */
  release(): void {
    this.#released = true;
    this.#budget.remove(this.#bytes);
    this.#bytes = 0;
  }
}

export class BodyBudget {
  readonly #limit: number;
  #held = 0;

  /** `limit`: bytes of all bodies together, as they came. The memory for them is a multiple: what was read from them does not count. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes that are held now. */
  get held(): number {
    return this.#held;
  }

  add(bytes: number): boolean {
    if (this.#held + bytes > this.#limit) return false;
    this.#held += bytes;
    return true;
  }

  remove(bytes: number): void {
    this.#held -= bytes;
  }
}
