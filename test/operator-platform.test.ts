// The Platform API of an operator that makes its own certificate: nobody is led to it before it can prove who it is.
import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { KubernetesStore } from '../src/kubernetes/store.ts';
import { OperatorPlatform } from '../src/operator-platform.ts';
import { StartError } from '../src/process.ts';
import { issueAuthority } from '../src/push/issue.ts';
import { parseSettings } from '../src/settings.ts';
import { createOperatorMetrics } from '../src/telemetry/metrics.ts';
import { freePort } from './cluster/harness/ports.ts';
import { FakeApiServer } from './fake/api-server.ts';
import { clientOf, eventually, FakeClock, recordingLogger } from './kubernetes/fixture.ts';

const SLICE = '/apis/discovery.k8s.io/v1/namespaces/release/endpointslices/platform-leader';
const CONFIG_MAP = '/api/v1/namespaces/release/configmaps/platform-ca';
let server: FakeApiServer;
beforeEach(async () => {
  server = await FakeApiServer.start();
});
afterEach(() => server.stop());

function platform(args: readonly string[]): OperatorPlatform {
  const settings = parseSettings('operator', ['--namespace=release', '--pod-ip=10.0.0.1', ...args], {});
  const [client, clock, { logger }] = [clientOf(server.url), new FakeClock(), recordingLogger()];
  const store = new KubernetesStore({ client, watchNamespaces: [], identity: 'me', clock, random: () => 0.5, logger });
  const metrics = createOperatorMetrics(new Registry());
  return new OperatorPlatform({ settings, client, store, isLeader: () => true, services: () => undefined, owner: async () => undefined, clock, logger, metrics });
}

it('leads its Service to itself once it has a certificate, and says by whose authority it is known', async () => {
  const own = platform(['--platform-api-port', String(await freePort()), '--platform-api-service=platform', '--platform-api-own-tls']);
  await own.open();
  own.lead();
  const authority = await issueAuthority(Date.now());
  expect(server.requests).toEqual([]);
  own.adoptAuthority(authority);
  await eventually(() => expect(server.get(CONFIG_MAP)?.['data']).toEqual({ 'ca.crt': authority.cert }));
  expect(server.get(SLICE)?.['endpoints']).toMatchObject([{ addresses: ['10.0.0.1'] }]);
  await own.close();
});

it('leads its Service to itself at once where others see to the encryption', async () => {
  const plain = platform(['--platform-api-port', String(await freePort()), '--platform-api-service=platform']);
  await plain.open();
  plain.lead();
  await eventually(() => expect(server.get(SLICE)?.['endpoints']).toMatchObject([{ addresses: ['10.0.0.1'] }]));
  plain.adoptAuthority(await issueAuthority(Date.now()));
  await plain.close();
  expect(server.get(CONFIG_MAP)).toBeUndefined();
});

it('does not start where it would not know which certificate, or for which name', () => {
  const both = ['--platform-api-port=8090', '--platform-api-service=platform', '--platform-api-own-tls', '--platform-api-tls-dir=/tls'];
  expect(() => platform(both)).toThrow(new StartError('give --platform-api-tls-dir or --platform-api-own-tls, not both'));
  expect(() => platform(['--platform-api-port=8090', '--platform-api-own-tls'])).toThrow(/^--platform-api-own-tls needs --platform-api-service/);
});
