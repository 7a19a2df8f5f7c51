// What comes by the page is handled once for all of it, as soon as the page has been told.

export class Batch<T> {
  readonly #handle: (items: readonly T[]) => void;
  #items: T[] = [];

  constructor(handle: (items: readonly T[]) => void) {
    this.#handle = handle;
  }

  add(item: T): void {
    if (this.#items.push(item) > 1) return;
    queueMicrotask(() => {
      const items = this.#items;
      this.#items = [];
      this.#handle(items);
    });
  }
}
