// Tells people of violations whose policy alerts or blocks: folds them by policy, and hands what is left to each receiver.
import type { Clock } from '../clock.ts';
import type { ViolationEntry } from '../ledger/entries.ts';
import type { AddressPolicy } from '../providers/addresses.ts';
import type { Logger } from '../telemetry/log.ts';
import type { OperatorMetrics } from '../telemetry/metrics.ts';
import type { AlertAction, AlertsConfig, Receiver } from './config.ts';
import { Delivery } from './delivery.ts';
import { Folding } from './folding.ts';
import { send } from './send.ts';

export interface AlertsOptions {
  config: AlertsConfig;
  addresses: AddressPolicy;
  clock: Clock;
  /** From 0 to 1. */
  random(): number;
  logger: Logger;
  metrics: Pick<OperatorMetrics, 'flashback_alert_deliveries_total'>;
}

interface Line {
  actions: readonly AlertAction[];
  delivery: Delivery;
  folding: Folding;
}

export class Alerts {
  readonly #lines: Line[];

  constructor(options: AlertsOptions) {
    this.#lines = options.config.receivers.map((receiver) => lineTo(receiver, options));
  }

  /** Violations that are in the ledger now, each told once. Never throws and never waits. */
  onViolations(violations: readonly ViolationEntry[]): void {
    for (const violation of violations) {
      const { action } = violation;
      if (action !== 'Alert' && action !== 'Block') continue;
      for (const { actions, folding } of this.#lines) if (actions.includes(action)) folding.add(violation);
    }
  }

  /** What is folded, or waits, is given up and counted. */
  close(): void {
    for (const { delivery, folding } of this.#lines) {
      delivery.close();
      folding.close();
    }
  }
}

function lineTo(receiver: Receiver, { config, addresses, clock, random, logger, metrics }: AlertsOptions): Line {
  // There before the first notice: Prometheus sees no increase in what begins with it.
  for (const outcome of ['delivered', 'failed', 'dropped']) metrics.flashback_alert_deliveries_total.inc({ receiver: receiver.name, outcome }, 0);
  const delivery = new Delivery({
    receiver: receiver.name,
    send: (notice) => send(receiver, notice, { addresses, now: () => clock.now() }),
    clock,
    random,
    logger,
    count: (outcome) => metrics.flashback_alert_deliveries_total.inc({ receiver: receiver.name, outcome }),
  });
  return {
    actions: receiver.actions,
    delivery,
    folding: new Folding({ clock, window: config.window, tell: (notice) => delivery.add(notice) }),
  };
}
