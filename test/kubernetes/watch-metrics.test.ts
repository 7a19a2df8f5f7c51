// What the metrics of the watches say: an alert stands on them, so what is meant to be closed must not look like what is broken.
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { reportWatches, type ReportedWatch } from '../../src/kubernetes/watch-metrics.ts';
import { createOperatorMetrics } from '../../src/telemetry/metrics.ts';

const watch = (kind: string, lastContactAgeMs: number, state: { forbidden?: boolean; optional?: boolean } = {}): ReportedWatch => ({
  health: { kind, synced: true, lastContactAgeMs, lastAttemptAgeMs: 0, forbidden: state.forbidden ?? false },
  optional: state.optional ?? false,
});

async function reported(...rounds: ReportedWatch[][]): Promise<{ contact: object; forbidden: object }> {
  const metrics = createOperatorMetrics(new Registry());
  for (const round of rounds) reportWatches(metrics, round);
  const values = async (name: 'flashback_watch_last_contact_seconds' | 'flashback_watches_forbidden'): Promise<object> =>
    Object.fromEntries((await metrics[name].get()).values.map(({ labels, value }) => [labels.kind, value]));
  return { contact: await values('flashback_watch_last_contact_seconds'), forbidden: await values('flashback_watches_forbidden') };
}

test('of several watches of a kind, the one that was heard of the longest ago counts', async () => {
  expect(await reported([watch('Secret', 1_000), watch('Secret', 90_000), watch('AIPolicy', 2_000)])).toEqual({
    contact: { Secret: 90, AIPolicy: 2 },
    forbidden: { Secret: 0, AIPolicy: 0 },
  });
});

test('what may be closed by access rules, and is, is not stale; it is counted as forbidden', async () => {
  expect(await reported([watch('Secret', 1_000, { optional: true }), watch('Secret', 900_000, { optional: true, forbidden: true })])).toEqual({
    contact: { Secret: 1 },
    forbidden: { Secret: 1 },
  });
});

test('what must be open, and is not, is stale', async () => {
  expect(await reported([watch('Repository', 900_000, { forbidden: true })])).toEqual({ contact: { Repository: 900 }, forbidden: { Repository: 1 } });
});

test('what may be closed, and is silent for another reason, is stale', async () => {
  expect((await reported([watch('Secret', 900_000, { optional: true })])).contact).toEqual({ Secret: 900 });
});

test('a kind of which nothing is watched any more has no age', async () => {
  expect(await reported([watch('Secret', 900_000)], [])).toEqual({ contact: {}, forbidden: {} });
});
