// When the operator is told: alerts at once, use every few seconds so that batches stay big, and what was not confirmed again.
import type { Clock } from '../../clock.ts';
import type { LedgerBatch, LedgerConfirmation } from '../../ledger/entries.ts';
import { REPORT_HOLD } from '../../push/names.ts';
import type { Spool } from './spool.ts';

/** Milliseconds between batches of use. */
const USAGE_PERIOD = 5_000;
/** Milliseconds that an alert may wait, so that those that come together are told together. */
const ALERT_DELAY = 100;
/** Milliseconds until what was told is told again to an operator that asks without having confirmed any of it. */
const REPEAT_PERIOD = 1_000;
/** Milliseconds after which an operator that has not asked is not waited for. */
const OPERATOR_SILENCE = 60_000;
/** The same while it is waited for: how often to look whether all is confirmed. */
const CONFIRM_POLL = 50;

export class LedgerFeed {
  readonly #spool: Spool;
  readonly #clock: Clock;
  readonly #waiting = new Set<() => void>();
  /** When all that there was had been told. */
  #toldAt: number;
  #answeredAt = -Infinity;
  #askedAt = -Infinity;
  #asking = 0;
  /** When an alert came that was not told yet. */
  #alertAt: number | undefined;
  #hurries = false;

  constructor(spool: Spool, clock: Clock) {
    this.#spool = spool;
    this.#clock = clock;
    this.#toldAt = clock.monotonic();
    spool.onNews = (isUrgent) => {
      if (isUrgent) this.#alertAt ??= clock.monotonic();
      this.#wake();
    };
  }

  /**
   * Forgets what is confirmed, and resolves with what is to be told, at the latest after REPORT_HOLD with nothing. Whoever asks may
   * leave.
   */
  async next(confirmed: readonly LedgerConfirmation[], gone: AbortSignal): Promise<LedgerBatch[]> {
    if (this.#spool.confirm(confirmed)) this.#answeredAt = -Infinity;
    this.#askedAt = this.#clock.monotonic();
    this.#asking++;
    const deadline = this.#askedAt + REPORT_HOLD;
    // A disk that takes no change keeps what is due from being told.
    let earliest = -Infinity;
    try {
      for (;;) {
        const now = this.#clock.monotonic();
        if (gone.aborted) return [];
        if (now >= Math.max(this.#dueAt(), earliest)) {
          const batches = this.#tell();
          if (batches.length > 0) return batches;
          earliest = now + REPEAT_PERIOD;
        }
        if (now >= deadline) return [];
        await this.#pause(Math.min(deadline, Math.max(this.#dueAt(), earliest)) - now, gone);
      }
    } finally {
      this.#asking--;
    }
  }

  /**
   * For the end of the process: resolves once the operator has confirmed everything, at the latest after `graceMs`, and at once when it has
   * not asked for long. What is left by then stays in the spool. Resolves with whether nothing is.
   */
  async emptied(graceMs: number): Promise<boolean> {
    this.#hurries = true;
    this.#wake();
    const deadline = this.#clock.monotonic() + graceMs;
    while (!this.#spool.isEmpty && this.#clock.monotonic() < deadline && this.#isListened) {
      await new Promise<void>((resolve) => this.#clock.setTimeout(resolve, CONFIRM_POLL));
    }
    return this.#spool.isEmpty;
  }

  get #isListened(): boolean {
    return this.#asking > 0 || this.#clock.monotonic() - this.#askedAt < OPERATOR_SILENCE;
  }

  #dueAt(): number {
    if (this.#spool.hasUnconfirmed) return this.#answeredAt + REPEAT_PERIOD;
    if (this.#spool.hasFullPart) return -Infinity;
    if (!this.#spool.hasUntold) return Infinity;
    if (this.#hurries) return -Infinity;
    const usageAt = this.#toldAt + USAGE_PERIOD;
    return this.#alertAt === undefined ? usageAt : Math.min(usageAt, this.#alertAt + ALERT_DELAY);
  }

  #tell(): LedgerBatch[] {
    const batches = this.#spool.tell();
    this.#answeredAt = this.#clock.monotonic();
    if (!this.#spool.hasUntold) {
      this.#toldAt = this.#clock.monotonic();
      this.#alertAt = undefined;
    }
    return batches;
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }

  async #pause(milliseconds: number, gone: AbortSignal): Promise<void> {
    let timer: { clear(): void } | undefined;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        gone.removeEventListener('abort', wake);
        resolve();
      };
      timer = this.#clock.setTimeout(wake, milliseconds);
      this.#waiting.add(wake);
      gone.addEventListener('abort', wake, { once: true });
    });
    timer?.clear();
  }
}
