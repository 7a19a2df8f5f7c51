// Keeps an operator that has just started from publishing half a picture, which would cut off what it has not looked at yet.
import type { Clock } from '../clock.ts';

export interface StartGateOptions {
  clock: Clock;
  /** Whether a connection (`namespace/name`) was in force before, and its first check has not ended. */
  isUndecided(key: string): boolean;
  open(): void;
}

/** Nobody waits longer than this for a provider that does not answer. */
const PATIENCE_MS = 15_000;

export class StartGate {
  readonly #options: StartGateOptions;
  readonly #expected = new Set<string>();
  readonly #undecided = new Set<string>();
  #timer: { clear(): void } | undefined;
  #patient = true;
  #open = false;

  constructor(options: StartGateOptions) {
    this.#options = options;
  }

  /** Waits for one reconciliation, good or bad, of each `kind/namespace/name`. Opens at once when there are none. */
  expect(ids: Iterable<string>): void {
    for (const id of ids) this.#expected.add(id);
    this.#timer = this.#options.clock.setTimeout(() => {
      this.#patient = false;
      this.#openWhenComplete();
    }, PATIENCE_MS);
    this.#openWhenComplete();
  }

  reconciled(id: string): void {
    if (this.#open) return;
    this.#expected.delete(id);
    const [kind, ...rest] = id.split('/');
    const key = rest.join('/');
    if (kind === 'AILLMConfig' && this.#options.isUndecided(key)) this.#undecided.add(id);
    else this.#undecided.delete(id);
    this.#openWhenComplete();
  }

  close(): void {
    this.#timer?.clear();
    this.#open = true;
  }

  #openWhenComplete(): void {
    if (this.#open || this.#expected.size > 0 || (this.#patient && this.#undecided.size > 0)) return;
    this.close();
    this.#options.open();
  }
}
