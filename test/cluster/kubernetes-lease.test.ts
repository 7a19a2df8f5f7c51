// Leader election on a real API server.
import { randomUUID } from 'node:crypto';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createKubeClient } from '../../src/kubernetes/client.ts';
import { hasCode } from '../../src/kubernetes/kubernetes-error.ts';
import { LeaderElector } from '../../src/kubernetes/lease.ts';
import { collectionPath, objectPath } from '../../src/kubernetes/objects.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { createOperatorMetrics } from '../../src/telemetry/metrics.ts';
import { eventually } from '../kubernetes/fixture.ts';

const namespace = `lease-${randomUUID().slice(0, 8)}`;
const logger = createLogger({ name: 'test', level: 'silent' });
const client = createKubeClient({ kubeconfig: inject('kubeconfig'), metrics: createOperatorMetrics(new Registry()) });
const at = (plural: string, name: string, groupVersion: string): string => objectPath(groupVersion, plural, { namespace, name });

// The namespace stays: without a controller manager its deletion would never end.
beforeAll(() => client.request({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: namespace } } }));
afterAll(() => client.config.close());

describe('leader election', () => {
  function candidate(
    name: string,
    identity: string,
  ): { elector: LeaderElector; epochs: number[]; losses: string[]; stop: AbortController; done: Promise<void> } {
    const epochs: number[] = [];
    const losses: string[] = [];
    const own = new AbortController();
    const elector = new LeaderElector({
      client,
      namespace,
      name,
      identity,
      leaseDurationMs: 3_000,
      renewDeadlineMs: 2_000,
      retryPeriodMs: 200,
      clock: systemClock,
      random: Math.random,
      logger,
      onElected: (epoch) => epochs.push(epoch),
      onLost: (reason) => losses.push(reason),
    });
    return { elector, epochs, losses, stop: own, done: elector.run(own.signal) };
  }

  test('goes over to a standby when the leader lets go, with a higher epoch', async () => {
    const first = candidate('handover', 'one');
    await eventually(() => expect(first.epochs).toEqual([1]));
    const second = candidate('handover', 'two');
    const renewed = async (): Promise<string | undefined> =>
      (await client.request<{ spec: { renewTime?: string } }>({ method: 'GET', path: at('leases', 'handover', 'coordination.k8s.io/v1') }))
        .spec.renewTime;
    const before = await renewed();
    await eventually(async () => expect(await renewed()).not.toBe(before));
    expect(second.epochs).toEqual([]);
    first.stop.abort();
    await first.done;
    await eventually(() => expect(second.epochs).toEqual([2]));
    expect([first.elector.isLeader(), second.elector.isLeader()]).toEqual([false, true]);
    expect([...first.losses, ...second.losses]).toEqual([]);
    second.stop.abort();
    await second.done;
  });

  test('takes over from a dead leader when its lease has expired', async () => {
    const spec = { holderIdentity: 'dead', leaseDurationSeconds: 1, leaseTransitions: 8, renewTime: '2030-01-01T00:00:00.000000Z' };
    await client.request({
      method: 'POST',
      path: collectionPath('coordination.k8s.io/v1', 'leases', namespace),
      body: { metadata: { name: 'dead' }, spec },
    });
    const heir = candidate('dead', 'heir');
    await eventually(() => expect(heir.epochs).toEqual([9]));
    heir.stop.abort();
    await heir.done;
  });
});

test('a time with fewer than six digits is refused, which is why ours have them', async () => {
  const body = { metadata: { name: 'short' }, spec: { renewTime: '2026-01-01T00:00:00.000Z' } };
  const refusal = await client
    .request({ method: 'POST', path: collectionPath('coordination.k8s.io/v1', 'leases', namespace), body })
    .catch((error: unknown) => error);
  expect(hasCode(refusal, 400)).toBe(true);
});
