// A gateway on an ephemeral port over tables built from a plain snapshot, and the snapshot fixtures for it.
import { Writable } from 'node:stream';
import { formatKey, hashKey } from '../../src/api/api-key.ts';
import { systemClock, type Clock } from '../../src/clock.ts';
import { BodyBudget } from '../../src/gateway/body-budget.ts';
import type { PolicyCounts } from '../../src/gateway/guard/counts.ts';
import { GatewayServer, type GatewayServerOptions } from '../../src/gateway/server.ts';
import { assembleGuard } from '../../src/gateway/guard/assemble.ts';
import { buildTables, retirePools, type Tables } from '../../src/gateway/tables.ts';
import { NO_POD_IDENTITY } from '../../src/providers/pod-identity.ts';
import { SCHEMA_VERSION, type Snapshot, type SnapshotProvider, type SnapshotRepository } from '../../src/snapshot/snapshot.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { createGatewayMetrics } from '../../src/telemetry/metrics.ts';
import { Registry } from 'prom-client';

export const LOOPBACK_ALLOWED = { allowLoopback: true };

export function aProvider(endpoint: string, overrides: Partial<SnapshotProvider> = {}): SnapshotProvider {
  return {
    generation: 1,
    type: 'Other',
    endpoint,
    credential: { secret: 'upstream-secret-1' },
    timeouts: { connect: 2_000, response: 5_000, idle: 5_000 },
    headers: [],
    ...overrides,
  };
}

export function aRepository(overrides: Partial<SnapshotRepository> = {}): SnapshotRepository {
  return {
    generation: 1,
    namespace: 'team-a',
    name: 'chat',
    surfaces: ['OpenAI'],
    suspended: false,
    models: { 'small-1': { llm: 'team-a/main', upstream: 'small-1' } },
    ...overrides,
  };
}

/** A well-formed key whose random part is one repeated byte. */
export function aKey(byte: number): string {
  return formatKey(Buffer.alloc(32, byte));
}

export const APP_KEY = aKey(1);

export function aSnapshot(overrides: Partial<Snapshot> = {}): Snapshot {
  return {
    schemaVersion: SCHEMA_VERSION,
    epoch: 1,
    revision: 1,
    digest: '',
    repositories: { 'team-a/chat': aRepository() },
    keys: { [hashKey(APP_KEY)]: { id: 'key_app', repository: 'team-a/chat' } },
    revokedKeys: {},
    providers: {},
    policies: {},
    limits: {},
    ...overrides,
  };
}

export interface RunningGateway {
  url: string;
  /** Base URL for SDKs. */
  baseUrl: string;
  server: GatewayServer;
  counts: PolicyCounts;
  logs: Record<string, unknown>[];
  rejected: string[];
  apply(snapshot: Snapshot): void;
  metrics(): Promise<string>;
  close(): Promise<void>;
}

export async function startGateway(
  snapshot: Snapshot | undefined,
  clock: Clock = systemClock,
  bodyBudget = new BodyBudget(Infinity),
  mayUsePodIdentity = NO_POD_IDENTITY,
  ledger?: GatewayServerOptions['ledger'],
): Promise<RunningGateway> {
  const registry = new Registry();
  const logs: Record<string, unknown>[] = [];
  const destination = new Writable({
    write(line: Buffer, _encoding, done) {
      logs.push(JSON.parse(line.toString()) as Record<string, unknown>);
      done();
    },
  });
  const rejected: string[] = [];
  let tables: Tables | undefined;
  const shared = {
    tables: () => tables,
    metrics: createGatewayMetrics(registry),
    clock,
    logger: createLogger({ name: 'gateway', level: 'info', destination }),
    onCredentialRejected: (llm: string) => void rejected.push(llm),
  };
  const guard = assembleGuard({ ...shared, key: Buffer.alloc(32, 7) });
  const server = new GatewayServer({ ...shared, guard, bodyBudget, ledger });
  const apply = (next: Snapshot): void => {
    const previous = tables;
    tables = buildTables(next, previous, LOOPBACK_ALLOWED, mayUsePodIdentity);
    server.onTables(tables);
    if (previous !== undefined) retirePools(previous, tables);
  };
  if (snapshot !== undefined) apply(snapshot);
  const url = `http://127.0.0.1:${await server.listen(0, '127.0.0.1')}`;
  return {
    url,
    baseUrl: `${url}/v1`,
    server,
    counts: guard.counts,
    logs,
    rejected,
    apply,
    metrics: () => registry.metrics(),
    close: async () => {
      await server.close(0);
      for (const { pool } of tables?.upstreams.values() ?? []) await pool.destroy();
    },
  };
}
