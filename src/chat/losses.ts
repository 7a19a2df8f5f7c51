// What a target could not take of a request or an answer, by the caller's names. Nothing is dropped without an entry here.

/** Enough to act on; a header must stay short. */
const MAX_NAMES = 32;

export class Losses {
  readonly #names = new Set<string>();
  readonly #asCalled: (name: string) => string;
  readonly #places = new Map<string, string>();

  /** `asCalled`: the caller's own path of what the middle calls `<message>.content[<block>]`. */
  constructor(asCalled: (name: string) => string = (name) => name) {
    this.#asCalled = asCalled;
  }

  /** Where the caller wrote a block or a tool, if that is not its place in the middle: `input[1].content[2]` may be `input[3]`. */
  place(place: string, path: string): void {
    if (place !== path) this.#places.set(place, path);
  }

  /** `name`: the field or block as the caller wrote it, for example `logit_bias` or `messages[2].content[1]`. */
  add(name: string): void {
    if (this.#names.size < MAX_NAMES) this.#names.add(this.#placed(name) ?? this.#asCalled(name));
  }

  #placed(name: string): string | undefined {
    if (this.#places.size === 0) return undefined;
    const place = /^(?:[^.]+\.content|tools)\[\d+\]/.exec(name)?.[0] ?? '';
    const path = this.#places.get(place);
    return path === undefined ? undefined : path + name.slice(place.length);
  }

  /** In the order in which they were found, each once. */
  get names(): readonly string[] {
    return [...this.#names];
  }
}
