// Gateways found through EndpointSlices.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { GatewayEndpoints, serviceOf, toGatewayEndpoints, type EndpointSlice } from '../../src/kubernetes/gateway-endpoints.ts';
import type { GatewayEndpoint } from '../../src/push/gateway-link.ts';
import { FakeApiServer } from '../fake/api-server.ts';
import { FakeClock, clientOf, recordingLogger, eventually } from './fixture.ts';

const path = (name: string): string => `/apis/discovery.k8s.io/v1/namespaces/release/endpointslices/${name}`;

function slice(change: Partial<EndpointSlice>): EndpointSlice {
  return {
    metadata: { name: 's', namespace: 'release', uid: 's' },
    addressType: 'IPv4',
    ports: [
      { name: 'metrics', port: 9090 },
      { name: 'push', port: 8443 },
    ],
    ...change,
  };
}

test('a pod that is not ready yet is in the list', () => {
  const endpoints = [
    { addresses: ['10.0.0.2'], conditions: { ready: true, serving: false }, targetRef: { uid: 'b' } },
    { addresses: ['10.0.0.1'], conditions: { ready: true, serving: true }, targetRef: { uid: 'a' } },
    { addresses: ['10.0.0.3'], conditions: { ready: true, serving: true, terminating: true }, targetRef: { uid: 'c' } },
  ];
  expect(toGatewayEndpoints([slice({ endpoints })], 'push')).toEqual([
    { id: 'a', host: '10.0.0.1', port: 8443, ready: true },
    { id: 'b', host: '10.0.0.2', port: 8443, ready: false },
    { id: 'c', host: '10.0.0.3', port: 8443, ready: false },
  ]);
});

test('the Service is known by the slices that it owns, and by no others', () => {
  const owner = { apiVersion: 'v1', kind: 'Service', name: 'push', uid: 'u' };
  const owned = slice({ metadata: { name: 's', uid: 's', ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }] } });
  expect(serviceOf([slice({}), owned], 'push')).toEqual(owner);
  expect(serviceOf([owned], 'other')).toBeUndefined();
});

test('a dual-stack pod is one gateway', () => {
  const targetRef = { uid: 'a' };
  const four = slice({ endpoints: [{ addresses: ['10.0.0.1'], targetRef }] });
  const six = slice({ addressType: 'IPv6', endpoints: [{ addresses: ['fd00::1'], targetRef }] });
  expect(toGatewayEndpoints([six, four], 'push')).toEqual([{ id: 'a', host: '10.0.0.1', port: 8443, ready: true }]);
});

test('slices without the port, addresses or with host names are left out', () => {
  const endpoints = [{ addresses: ['10.0.0.1'] }, { addresses: [] }, {}];
  expect(toGatewayEndpoints([slice({ ports: [], endpoints }), slice({ addressType: 'FQDN', endpoints })], 'push')).toEqual([]);
});

let server: FakeApiServer;
let stop: AbortController;
beforeEach(async () => {
  server = await FakeApiServer.start();
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await server.stop();
});

test('the list is told once at the start, even when empty, and then whenever it changes', async () => {
  const told: GatewayEndpoint[][] = [];
  const clock = new FakeClock();
  const gateways = new GatewayEndpoints({
    client: clientOf(server.url),
    namespace: 'release',
    service: 'flashback-gateway-push',
    portName: 'push',
    clock,
    random: () => 0,
    logger: recordingLogger().logger,
    onChange: (endpoints) => told.push(endpoints),
  });
  const run = gateways.run(stop.signal);
  await eventually(() => expect(told).toEqual([[]]));
  await eventually(() => expect(server.openWatches).toBe(1));
  expect(server.requests[0]?.query['labelSelector']).toBe('kubernetes.io/service-name=flashback-gateway-push');
  const { metadata: _metadata, ...content } = slice({ endpoints: [{ addresses: ['10.0.0.1'], targetRef: { uid: 'a' } }] });
  server.put(path('s'), content);
  await eventually(() => expect(told).toHaveLength(2));
  clock.advance(5);
  server.put(path('s'), { ...content, unrelated: true });
  await eventually(() => expect(gateways.health().lastContactAgeMs).toBe(0));
  server.remove(path('s'));
  await eventually(() => expect(told).toHaveLength(3));
  expect(told.map((list) => list.length)).toEqual([0, 1, 0]);
  stop.abort();
  await run;
});
