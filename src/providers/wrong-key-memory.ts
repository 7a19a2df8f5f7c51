// How endpoints answer a wrong key, remembered for a day: status only, and no more endpoints than fit.

const MEMORY_MS = 24 * 3_600_000;
const MAX_ENTRIES = 1_000;

/** Whether an answer says how the server treats a wrong key, and not how it feels just now. */
function isDecisive(status: number): boolean {
  return status < 500 && status !== 408 && status !== 429;
}

export class WrongKeyMemory {
  readonly #now: () => number;
  /** In the order of age. */
  readonly #answers = new Map<string, { status: number; at: number }>();

  /** `now`: milliseconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The HTTP status of a call with a wrong key, if it is known. */
  recall(call: string): number | undefined {
    this.#forget();
    return this.#answers.get(call)?.status;
  }

  /** Remembers it, unless it says nothing about keys. */
  remember(call: string, status: number): void {
    if (!isDecisive(status)) return;
    this.#answers.delete(call);
    this.#answers.set(call, { status, at: this.#now() });
    this.#forget();
  }

  get size(): number {
    return this.#answers.size;
  }

  #forget(): void {
    const now = this.#now();
    for (const [call, { at }] of this.#answers) {
      if (now - at < MEMORY_MS && this.#answers.size <= MAX_ENTRIES) return;
      this.#answers.delete(call);
    }
  }
}
