// What a target could not take of a request or an answer, by the caller's names. Nothing is dropped without an entry here.

/** Enough to act on; a header must stay short. */
const MAX_NAMES = 32;

export class Losses {
  readonly #names = new Set<string>();
  readonly #asCalled: (name: string) => string;

  /** `asCalled`: the caller's own path of what the middle calls `<message>.content[<block>]`. */
  constructor(asCalled: (name: string) => string = (name) => name) {
    this.#asCalled = asCalled;
  }

  /** `name`: the field or block as the caller wrote it, for example `logit_bias` or `messages[2].content[1]`. */
  add(name: string): void {
    if (this.#names.size < MAX_NAMES) this.#names.add(this.#asCalled(name));
  }

  /** In the order in which they were found, each once. */
  get names(): readonly string[] {
    return [...this.#names];
  }
}
