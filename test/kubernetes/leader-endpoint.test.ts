// Where the Service of the Platform API leads to: only whoever leads may say.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LeaderEndpoint } from '../../src/kubernetes/leader-endpoint.ts';
import { FakeApiServer } from '../fake/api-server.ts';
import { clientOf, eventually, FakeClock, recordingLogger } from './fixture.ts';

const SLICE = '/apis/discovery.k8s.io/v1/namespaces/release/endpointslices/platform-leader';
let server: FakeApiServer;
beforeEach(async () => {
  server = await FakeApiServer.start();
});
afterEach(() => server.stop());

const CONFIG_MAP = '/api/v1/namespaces/release/configmaps/platform-ca';
const pod = (address: string, isLeader: () => boolean, clock = new FakeClock(), authority?: () => string | undefined): LeaderEndpoint =>
  new LeaderEndpoint({
    client: clientOf(server.url),
    namespace: 'release',
    service: 'platform',
    address,
    port: 8444,
    isLeader,
    ...(authority && { authority }),
    owner: async () => undefined,
    clock,
    logger: recordingLogger().logger,
  });
const addresses = (): unknown => (server.get(SLICE)?.['endpoints'] as { addresses: string[] }[] | undefined)?.flatMap((one) => one.addresses);

it('is led to its leader, and to nobody once that stops', async () => {
  const leader = pod('10.0.0.1', () => true);
  leader.start();
  await eventually(() => expect(addresses()).toEqual(['10.0.0.1']));
  await leader.stop();
  expect(addresses()).toEqual([]);
});

it('stays led to the leader when a standby stops', async () => {
  const leader = pod('10.0.0.1', () => true);
  leader.start();
  await eventually(() => expect(addresses()).toEqual(['10.0.0.1']));
  const before = server.requests.length;
  await pod('10.0.0.2', () => false).stop();
  expect(server.requests).toHaveLength(before);
  expect(addresses()).toEqual(['10.0.0.1']);
  await leader.stop();
});

it('is left alone by a leader that has lost its lease, at the next refresh and when it stops', async () => {
  let leads = true;
  const clock = new FakeClock();
  const old = pod('10.0.0.1', () => leads, clock);
  old.start();
  await eventually(() => expect(addresses()).toEqual(['10.0.0.1']));
  await eventually(() => expect(clock.waiting).toEqual([60_000]));
  leads = false;
  const successor = pod('10.0.0.2', () => true);
  successor.start();
  await eventually(() => expect(addresses()).toEqual(['10.0.0.2']));
  const before = server.requests.length;
  clock.advance(60_000);
  await old.stop();
  expect(server.requests).toHaveLength(before);
  expect(addresses()).toEqual(['10.0.0.2']);
  await successor.stop();
});

it('says by whose authority its leader is known, where that is ours', async () => {
  let authority = 'first';
  const clock = new FakeClock();
  const leader = pod('10.0.0.1', () => true, clock, () => authority);
  leader.start();
  await eventually(() => expect(server.get(CONFIG_MAP)?.['data']).toEqual({ 'ca.crt': 'first' }));
  await eventually(() => expect(clock.waiting).toEqual([60_000]));
  authority = 'second';
  clock.advance(60_000);
  await eventually(() => expect(server.get(CONFIG_MAP)?.['data']).toEqual({ 'ca.crt': 'second' }));
  await leader.stop();
  expect(server.get(CONFIG_MAP)).toBeDefined();

  const before = server.requests.length;
  const foreign = pod('10.0.0.2', () => true, new FakeClock(), () => undefined);
  foreign.start();
  await foreign.stop();
  expect(server.requests.slice(before).filter(({ path }) => path === CONFIG_MAP)).toEqual([]);
});
