import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterAll, expect, it, vi } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import { SCHEMA_VERSION, type SnapshotContent, type SnapshotProvider } from '../../src/snapshot/snapshot.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { LocalGateway } from '../../src/up-gateway.ts';
import { FakeClock } from '../fake/clock.ts';

function content(provider: Partial<SnapshotProvider> = {}): SnapshotContent {
  const timeouts = { connect: 1000, response: 1000, idle: 1000 };
  const endpoint = 'https://llm.example.com/v1';
  const whole: SnapshotProvider = { generation: 1, type: 'Other', endpoint, timeouts, headers: [], ...provider };
  return {
    schemaVersion: SCHEMA_VERSION,
    repositories: {},
    keys: {},
    revokedKeys: {},
    providers: { 'ns/llm': whole },
    policies: {},
    limits: {},
  };
}

const directory = mkdtempSync(join(tmpdir(), 'flashback-'));
afterAll(() => rmSync(directory, { recursive: true }));

function aGateway(clock: Clock = new FakeClock(), registry = new Registry()): { gateway: LocalGateway; told: string[] } {
  const gateway = new LocalGateway({
    addresses: { allowLoopback: true },
    mayUsePodIdentity: () => false,
    bodyBudgetBytes: 1,
    ledger: { directory, limitBytes: 1 },
    registry,
    clock,
    logger: createLogger({ name: 'test', level: 'silent' }),
  });
  const told: string[] = [];
  gateway.subscribe({
    onDelivered: (revision, gateways) => void told.push(`delivered ${revision} to ${gateways}`),
    onRejectedObject: (object, reason) => void told.push(`${object}: ${reason}`),
    reportRejected: (llm) => void told.push(`rejected ${llm}`),
    onCounts: (name, { policies }) => void told.push(`${name} has counted ${JSON.stringify(policies)}`),
  });
  return { gateway, told };
}

it('puts a content in force and says so once the caller knows its revision', async () => {
  const { gateway, told } = aGateway();
  expect(gateway.ready).toBe(false);
  expect(gateway.publish(content())).toEqual({ revision: 1 });
  expect(told).toEqual([]);
  await vi.waitFor(() => expect(told).toEqual(['delivered 1 to 1']));
  expect(gateway.ready).toBe(true);
});

it('says which object cannot be served, and does not call it delivered', async () => {
  const { gateway, told } = aGateway();
  gateway.publish(content());
  expect(gateway.publish(content({ ca: 'not a certificate' }))).toEqual({ revision: 2 });
  gateway.publish(content({ generation: 2 }));
  await vi.waitFor(() => expect(told).toHaveLength(3));
  expect(told).toEqual(['delivered 1 to 1', expect.stringMatching(/^provider\/ns\/llm: /), 'delivered 3 to 1']);
});

it('does not call a snapshot old for as long as the process that decides lives', async () => {
  const [clock, registry] = [new FakeClock(), new Registry()];
  const { gateway } = aGateway(clock, registry);
  gateway.publish(content());
  await clock.advance(3_600_000);
  const age = /^flashback_snapshot_age_seconds (.*)$/m.exec(await registry.metrics())?.[1];
  expect(Number(age)).toBeLessThan(30);
  gateway.close();
  expect(clock.pending).toBe(0);
});
