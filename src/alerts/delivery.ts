// Delivers to one receiver, one notice after the other: tried again with growing pauses, in a queue that has an end.
import type { Clock } from '../clock.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Notice } from './notice.ts';
import { NoticeQueue } from './queue.ts';
import type { Attempt } from './send.ts';

export type Outcome = 'delivered' | 'failed' | 'dropped';

export interface DeliveryOptions {
  receiver: string;
  send(notice: Notice): Promise<Attempt>;
  clock: Clock;
  /** From 0 to 1. */
  random(): number;
  logger: Logger;
  count(outcome: Outcome): void;
}

export const MAX_WAITING = 100;
export const MAX_ATTEMPTS = 8;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** Before the attempt after this many: doubled each time, and between half of that and all of it, so that many do not come at once. */
export function pauseAfter(attempts: number, random: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempts - 1)) * (0.5 + random / 2);
}

export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #waiting = new NoticeQueue(MAX_WAITING);
  #working = false;
  #closed = false;
  #pause: { clear(): void; end(): void } | undefined;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /** Never throws and never waits. What finds no room is counted as dropped. */
  add(notice: Notice): void {
    if (this.#closed || this.#waiting.add(notice) !== undefined) this.#options.count('dropped');
    if (!this.#closed && !this.#working) void this.#work();
  }

  /** Nothing more is tried; what waits is counted as dropped. */
  close(): void {
    this.#closed = true;
    for (let left = this.#waiting.clear(); left > 0; left -= 1) this.#options.count('dropped');
    this.#pause?.clear();
    this.#pause?.end();
  }

  async #work(): Promise<void> {
    this.#working = true;
    for (let notice = this.#waiting.next(); notice !== undefined; notice = this.#waiting.next()) await this.#deliver(notice);
    this.#working = false;
  }

  async #deliver(notice: Notice): Promise<void> {
    const { receiver, send, logger, count, random } = this.#options;
    for (let attempts = 1; ; attempts += 1) {
      const attempt = await send(notice);
      if (attempt.outcome === 'delivered') return count('delivered');
      const { reason, again } = attempt;
      if (!again || attempts >= MAX_ATTEMPTS || this.#closed) {
        logger.warn({ receiver, policy: notice.violation.policy, attempts, reason }, 'an alert could not be delivered');
        return count('failed');
      }
      await this.#wait(pauseAfter(attempts, random()));
    }
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#options.clock.setTimeout(resolve, ms);
      this.#pause = { clear: () => timer.clear(), end: resolve };
    });
  }
}
