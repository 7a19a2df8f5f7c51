// State and server as the processes put them together.
import { Registry } from 'prom-client';
import { expect, it, vi } from 'vitest';
import { assembleGateway } from '../../src/gateway/assemble.ts';
import { GatewayServer } from '../../src/gateway/server.ts';
import { signSnapshot } from '../../src/snapshot/digest.ts';
import { createGatewayMetrics } from '../../src/telemetry/metrics.ts';
import { silentLogger } from '../fake/admin-gateway.ts';
import { FakeClock } from '../fake/clock.ts';
import { LOOPBACK_ALLOWED, aProvider, aSnapshot } from '../fake/gateway.ts';

const KEY = Buffer.alloc(32, 7);

it('a snapshot that is applied is told to the server, and the pools that it replaces are closed', () => {
  const told = vi.spyOn(GatewayServer.prototype, 'onTables');
  const { state } = assembleGateway({
    key: KEY,
    addresses: LOOPBACK_ALLOWED,
    metrics: createGatewayMetrics(new Registry()),
    clock: new FakeClock(),
    logger: silentLogger,
    onCredentialRejected: () => undefined,
  });
  const apply = (revision: number, endpoint: string) => {
    const content = aSnapshot({ providers: { 'team-a/main': aProvider(endpoint) } });
    expect(state.apply(signSnapshot(content, { epoch: 1, revision }, KEY)).result).toBe('ACK');
    return state.current!.prepared;
  };
  const first = apply(1, 'http://127.0.0.1:1/v1');
  const kept = apply(2, 'http://127.0.0.1:1/v1');
  const poolOf = ({ upstreams }: typeof first) => upstreams.get('team-a/main')!.pool;
  expect(poolOf(kept).closed).toBe(false);
  const last = apply(3, 'http://127.0.0.1:2/v1');
  expect([poolOf(first).closed, poolOf(last).closed]).toEqual([true, false]);
  expect(told.mock.calls).toEqual([[first], [kept], [last]]);
});
