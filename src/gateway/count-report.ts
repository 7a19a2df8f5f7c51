// What this process has counted under policies, for the operator to add up. Totals since it began: a report that is lost changes nothing.
import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { GatewayReport, PolicyCount } from '../snapshot/snapshot.ts';

export class CountReport {
  readonly #id = randomUUID();
  readonly #counts: () => Record<string, PolicyCount>;
  readonly #clock: Clock;
  readonly #startedAt: number;
  #told = '{}';

  constructor(counts: () => Record<string, PolicyCount>, clock: Clock) {
    this.#counts = counts;
    this.#clock = clock;
    this.#startedAt = clock.monotonic();
  }

  /** Something was counted since the last take(). */
  get hasNews(): boolean {
    return JSON.stringify(this.#counts()) !== this.#told;
  }

  take(): Required<Pick<GatewayReport, 'policies' | 'process'>> {
    const policies = this.#counts();
    this.#told = JSON.stringify(policies);
    return { policies, process: { id: this.#id, uptime: this.#clock.monotonic() - this.#startedAt } };
  }
}
