// Tells of a policy once per window: the first violation at once, what follows in the window as a number at its end.
import type { Clock } from '../clock.ts';
import type { ViolationEntry } from '../ledger/entries.ts';
import type { Notice } from './notice.ts';

interface Open {
  folded: number;
  last: ViolationEntry | undefined;
  timer: { clear(): void };
}

/** A flood of policies must not become one of timers. */
const MAX_POLICIES = 10_000;

export class Folding {
  readonly #clock: Clock;
  readonly #window: number;
  readonly #tell: (notice: Notice) => void;
  readonly #open = new Map<string, Open>();

  /** `window`: milliseconds. */
  constructor({ clock, window, tell }: { clock: Clock; window: number; tell: (notice: Notice) => void }) {
    this.#clock = clock;
    this.#window = window;
    this.#tell = tell;
  }

  add(violation: ViolationEntry): void {
    const open = this.#open.get(violation.policy);
    if (open !== undefined) {
      open.folded += 1;
      open.last = violation;
      return;
    }
    this.#notify(violation, 0);
    if (this.#open.size < MAX_POLICIES) this.#begin(violation.policy);
  }

  /** Tells at once what is still folded. */
  close(): void {
    for (const { timer, last, folded } of this.#open.values()) {
      timer.clear();
      if (last !== undefined) this.#notify(last, folded - 1);
    }
    this.#open.clear();
  }

  #begin(policy: string): void {
    const timer = this.#clock.setTimeout(() => this.#end(policy), this.#window);
    this.#open.set(policy, { folded: 0, last: undefined, timer });
  }

  #end(policy: string): void {
    const open = this.#open.get(policy);
    this.#open.delete(policy);
    if (open?.last === undefined) return;
    // The last one is told of itself; the others stand behind it.
    this.#notify(open.last, open.folded - 1);
    this.#begin(policy);
  }

  #notify(violation: ViolationEntry, folded: number): void {
    this.#tell({ id: violation.id, violation, folded, window: this.#window });
  }
}
