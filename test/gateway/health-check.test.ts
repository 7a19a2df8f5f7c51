// The health of a gateway on the port of its traffic, as load balancers in front of it ask for it.
import { request as httpRequest, Agent, type IncomingMessage } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { call, errorOf, rawCall } from '../fake/caller.ts';
import { aSnapshot, startGateway, type RunningGateway } from '../fake/gateway.ts';
import { sumOf } from '../fake/metrics.ts';

const SNAPSHOT = aSnapshot({ repositories: {}, keys: {} });

async function gatewayWith(snapshot: Parameters<typeof startGateway>[0]): Promise<RunningGateway> {
  const gateway = await startGateway(snapshot);
  onTestFinished(() => gateway.close());
  return gateway;
}

const health = (gateway: RunningGateway, method = 'GET') => call(gateway, { method, path: '/healthz', key: null });

it('says without a key that a gateway with a snapshot takes requests', async () => {
  const { status, body, headers } = await health(await gatewayWith(SNAPSHOT));
  expect([status, body, headers['content-type'], headers['cache-control']]).toEqual([200, 'ok\n', 'text/plain', 'no-store']);
});

it('says so as soon as there is a snapshot, and what is missing until then', async () => {
  const gateway = await gatewayWith(undefined);
  const before = await health(gateway);
  expect([before.status, before.body]).toEqual([503, 'no snapshot yet\n']);
  gateway.apply(SNAPSHOT);
  expect((await health(gateway)).status).toBe(200);
});

it('is asked for by HEAD as well', async () => {
  const { status, body } = await health(await gatewayWith(SNAPSHOT), 'HEAD');
  expect([status, body]).toEqual([200, '']);
});

it('is asked for by what speaks HTTP/1.0 and names no host', async () => {
  const { url } = await gatewayWith(SNAPSHOT);
  expect(await rawCall(url, 'GET /healthz HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nok\n$/);
});

it('is no traffic: neither logged nor counted, even while a gateway cannot answer', async () => {
  const gateway = await gatewayWith(undefined);
  const before = await gateway.metrics();
  await health(gateway);
  gateway.apply(SNAPSHOT);
  await health(gateway);
  const metrics = ['flashback_errors_total', 'flashback_requests_total', 'flashback_requests_in_flight'];
  const after = await gateway.metrics();
  for (const metric of metrics) expect([metric, sumOf(after, metric)]).toEqual([metric, sumOf(before, metric)]);
  expect(gateway.logs.filter(({ msg }) => msg === 'request')).toEqual([]);
});

it('turns bad on a connection that is open as soon as the gateway drains, and ends that connection', async () => {
  const gateway = await gatewayWith(SNAPSHOT);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  const ask = () =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const asked = httpRequest(`${gateway.url}/healthz`, { agent }, (answer) => answer.resume().once('end', () => resolve(answer)));
      asked.on('error', reject).end();
    });
  const before = await ask();
  expect([before.statusCode, before.headers.connection]).toEqual([200, 'keep-alive']);
  gateway.server.beginDrain();
  const after = await ask();
  expect([after.statusCode, after.headers.connection]).toEqual([503, 'close']);
});

it.each(['/healthz/', '/v1/healthz', '/healthz?full=1'])('is not under %s', async (path) => {
  expect(errorOf(await call(await gatewayWith(SNAPSHOT), { method: 'GET', path, key: null })).code).toBe('route_not_found');
});
