// What waits, handed out in turns: nobody waits for all that another has asked for before.

export class Turns<T> {
  /** In the order of their turns. */
  readonly #waiting = new Map<string, T[]>();

  add(owner: string, item: T): void {
    const items = this.#waiting.get(owner);
    if (items === undefined) this.#waiting.set(owner, [item]);
    else items.push(item);
  }

  /** The first that may go of the first owner who has such a one; it is this owner's turn again after all others. */
  take(mayGo: (item: T, owner: string) => boolean): T | undefined {
    for (const [owner, items] of this.#waiting) {
      const index = items.findIndex((item) => mayGo(item, owner));
      if (index === -1) continue;
      const [item] = items.splice(index, 1);
      this.#waiting.delete(owner);
      if (items.length > 0) this.#waiting.set(owner, items);
      return item;
    }
    return undefined;
  }
}
