// A gateway in front of one provider, for suites that need no more.
import { vi } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import type { BodyBudget } from '../../src/gateway/body-budget.ts';
import type { Snapshot, SnapshotProvider } from '../../src/snapshot/snapshot.ts';
import { sumOf } from './metrics.ts';
import { aProvider, aSnapshot, startGateway, type RunningGateway } from './gateway.ts';
import { startProvider, type FakeProvider } from './provider.ts';

export interface Serving {
  provider: FakeProvider;
  gateway: RunningGateway;
  /** A snapshot in which this provider is `team-a/main`. */
  snapshot(overrides?: Partial<Snapshot>, provider?: Partial<SnapshotProvider>): Snapshot;
  /** Applies such a snapshot. */
  apply(overrides?: Partial<Snapshot>, provider?: Partial<SnapshotProvider>): void;
  /** Resolves once no request is under way, with the metrics of that moment. */
  quiet(): Promise<string>;
  close(): Promise<void>;
}

export async function startServing(clock?: Clock, bodyBudget?: BodyBudget): Promise<Serving> {
  const provider = await startProvider();
  const snapshot: Serving['snapshot'] = (overrides = {}, changes = {}) =>
    aSnapshot({ providers: { 'team-a/main': aProvider(provider.url, changes) }, ...overrides });
  const gateway = await startGateway(snapshot(), clock, bodyBudget);
  return {
    provider,
    gateway,
    snapshot,
    apply: (overrides, changes) => gateway.apply(snapshot(overrides, changes)),
    quiet: async () => {
      await vi.waitFor(() => {
        if (gateway.server.inFlight > 0) throw new Error(`${gateway.server.inFlight} requests are still under way`);
      });
      const text = await gateway.metrics();
      if (sumOf(text, 'flashback_requests_in_flight') !== 0) throw new Error('the gauge does not agree');
      return text;
    },
    close: async () => {
      await gateway.close();
      await provider.close();
    },
  };
}
