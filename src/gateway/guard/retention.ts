// Remembers what is gone from snapshots, until long enough after that the last scrape and the last report have told of it.

/** Milliseconds. */
const FORGET_AFTER = 3_600_000;

export class Retention {
  /** When each went, in milliseconds since the epoch. */
  readonly #goneAt = new Map<string, number>();

  /** `known`: all that something is kept of; `present`: what the newest snapshot has. Answers with what is to be forgotten now. */
  due(known: Iterable<string>, present: ReadonlySet<string>, now: number): string[] {
    const forgotten: string[] = [];
    for (const name of known) {
      const goneAt = this.#goneAt.get(name);
      if (present.has(name)) this.#goneAt.delete(name);
      else if (goneAt === undefined) this.#goneAt.set(name, now);
      else if (now - goneAt >= FORGET_AFTER) {
        this.#goneAt.delete(name);
        forgotten.push(name);
      }
    }
    return forgotten;
  }
}
