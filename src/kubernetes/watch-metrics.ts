// What the metrics say of the watches: how old the last word of the API server is, and what the operator may not watch.
import type { OperatorMetrics } from '../telemetry/metrics.ts';
import type { ReflectorHealth } from './reflector.ts';

/** `optional`: where access rules do not allow it, that is meant so, and nothing waits for it. */
export interface ReportedWatch {
  health: ReflectorHealth;
  optional: boolean;
}

/** Sets both metrics to what is true now. */
export function reportWatches(metrics: OperatorMetrics, watches: readonly ReportedWatch[]): void {
  const oldest = new Map<string, number>();
  const forbidden = new Map<string, number>();
  for (const { health, optional } of watches) {
    const { kind, lastContactAgeMs, forbidden: isForbidden } = health;
    forbidden.set(kind, (forbidden.get(kind) ?? 0) + Number(isForbidden));
    if (!(optional && isForbidden)) oldest.set(kind, Math.max(oldest.get(kind) ?? 0, lastContactAgeMs));
  }
  const { flashback_watch_last_contact_seconds: contact, flashback_watches_forbidden: denied } = metrics;
  // Kinds that are not watched any more must not stay at their last age.
  contact.reset();
  denied.reset();
  for (const [kind, age] of oldest) contact.set({ kind }, age / 1000);
  for (const [kind, count] of forbidden) denied.set({ kind }, count);
}
