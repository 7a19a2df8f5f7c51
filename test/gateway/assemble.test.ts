// State and server as the processes put them together.
import { Registry } from 'prom-client';
import { expect, it, vi } from 'vitest';
import { assembleGateway, type AssembledGateway } from '../../src/gateway/assemble.ts';
import { GatewayServer } from '../../src/gateway/server.ts';
import type { Tables } from '../../src/gateway/tables.ts';
import { signSnapshot } from '../../src/snapshot/digest.ts';
import { createGatewayMetrics } from '../../src/telemetry/metrics.ts';
import { silentLogger } from '../fake/admin-gateway.ts';
import { NO_POD_IDENTITY } from '../../src/providers/pod-identity.ts';
import { errorOf } from '../fake/caller.ts';
import { FakeClock } from '../fake/clock.ts';
import { APP_KEY, LOOPBACK_ALLOWED, aProvider, aSnapshot } from '../fake/gateway.ts';

const KEY = Buffer.alloc(32, 7);

const assemble = () =>
  assembleGateway({
    key: KEY,
    addresses: LOOPBACK_ALLOWED,
    mayUsePodIdentity: NO_POD_IDENTITY,
    bodyBudgetBytes: 100,
    ledger: { open: () => expect.unreachable('nobody asks for anything') },
    metrics: createGatewayMetrics(new Registry()),
    clock: new FakeClock(),
    logger: silentLogger,
    onCredentialRejected: () => undefined,
  });

function apply({ state }: AssembledGateway, revision: number, endpoint: string): Tables {
  const content = aSnapshot({ providers: { 'team-a/main': aProvider(endpoint) } });
  expect(state.apply(signSnapshot(content, { epoch: 1, revision }, KEY)).result).toBe('ACK');
  return state.current!.prepared;
}

it('a snapshot that is applied is told to the server, and the pools that it replaces are closed', () => {
  const told = vi.spyOn(GatewayServer.prototype, 'onTables');
  const gateway = assemble();
  const first = apply(gateway, 1, 'http://127.0.0.1:1/v1');
  const kept = apply(gateway, 2, 'http://127.0.0.1:1/v1');
  const poolOf = ({ upstreams }: Tables) => upstreams.get('team-a/main')!.pool;
  expect(poolOf(kept).closed).toBe(false);
  const last = apply(gateway, 3, 'http://127.0.0.1:2/v1');
  expect([poolOf(first).closed, poolOf(last).closed]).toEqual([true, false]);
  expect(told.mock.calls).toEqual([[first], [kept], [last]]);
});

it.each([
  [100, 'model_not_found'],
  [101, 'gateway_overloaded'],
])('a body of %d bytes under a budget of 100 gets %s', async (bytes, code) => {
  const gateway = assemble();
  apply(gateway, 1, 'http://127.0.0.1:1/v1');
  const url = `http://127.0.0.1:${await gateway.server.listen(0, '127.0.0.1')}/v1/chat/completions`;
  const headers = { authorization: `Bearer ${APP_KEY}` };
  const response = await fetch(url, { method: 'POST', headers, body: '{"model":"nobody"}'.padEnd(bytes) });
  expect(errorOf({ body: await response.text() }).code).toBe(code);
  await gateway.server.close(0);
});
