// Calls to the API server: connections, deadlines, and what an error may say.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runWatch } from '../../src/kubernetes/watch.ts';
import { createKubeClient } from '../../src/kubernetes/client.ts';
import { KubernetesError } from '../../src/kubernetes/kubernetes-error.ts';
import { FakeApiServer } from '../fake/api-server.ts';
import { clientOf, eventually } from './fixture.ts';

const SECRET = '/api/v1/namespaces/team/secrets/key';
const CONFIG_MAP = '/api/v1/namespaces/team/configmaps/settings';

let server: FakeApiServer;
beforeEach(async () => {
  server = await FakeApiServer.start();
});
afterEach(() => server.stop());

async function failure(promise: Promise<unknown>): Promise<KubernetesError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof KubernetesError)) throw new Error(`expected a KubernetesError, got ${String(error)}`);
  return error;
}

describe('connections', () => {
  test('twenty calls in a row share one connection', async () => {
    const client = clientOf(server.url);
    server.put(CONFIG_MAP, {});
    for (let call = 0; call < 20; call += 1) await client.request({ method: 'GET', path: CONFIG_MAP });
    expect(server.requests).toHaveLength(20);
    expect(server.connections).toBeLessThanOrEqual(2);
  });

  test('the abort of a watch closes its connection', async () => {
    const client = clientOf(server.url);
    const stops = [new AbortController(), new AbortController(), new AbortController()];
    const ends = stops.map(({ signal }) =>
      runWatch(client, { path: '/api/v1/secrets', query: {}, signal, onOpen: () => {}, onEvent: () => {} }),
    );
    await eventually(() => expect(server.openWatches).toBe(3));
    expect(server.openSockets).toBe(3);
    for (const stop of stops) stop.abort();
    expect(await Promise.all(ends)).toEqual([{ kind: 'aborted' }, { kind: 'aborted' }, { kind: 'aborted' }]);
    await eventually(() => expect(server.openSockets).toBe(0));
  });

  test('a watch can be aborted while the server has not answered yet', async () => {
    const client = clientOf(server.url);
    server.fail(({ watch }) => watch, 'hang');
    const stop = new AbortController();
    const end = runWatch(client, { path: '/api/v1/secrets', query: {}, signal: stop.signal, onOpen: () => {}, onEvent: () => {} });
    await eventually(() => expect(server.requests).toHaveLength(1));
    stop.abort();
    expect(await end).toEqual({ kind: 'aborted' });
    await eventually(() => expect(server.openSockets).toBe(0));
  });

  test('a watch on which nothing arrives is given up', async () => {
    const client = clientOf(server.url);
    const signal = new AbortController().signal;
    const end = await runWatch(client, {
      path: '/api/v1/secrets',
      query: {},
      inactivityMs: 50,
      signal,
      onOpen: () => {},
      onEvent: () => {},
    });
    expect(end).toEqual({ kind: 'quiet' });
  });
});

describe('deadlines', () => {
  test('a call that hangs fails by the deadline and closes its connection', async () => {
    const client = clientOf(server.url, { deadlineMs: 50 });
    server.fail(() => true, 'hang');
    const error = await failure(client.request({ method: 'GET', path: CONFIG_MAP }));
    expect(error).toMatchObject({ code: 0, reason: 'Timeout' });
    await eventually(() => expect(server.openSockets).toBe(0));
  });

  test('a caller can abort earlier', async () => {
    const stop = new AbortController();
    server.fail(() => true, 'hang');
    const call = failure(clientOf(server.url).request({ method: 'GET', path: CONFIG_MAP, signal: stop.signal }));
    await eventually(() => expect(server.requests).toHaveLength(1));
    stop.abort();
    expect(await call).toMatchObject({ code: 0, reason: 'Aborted' });
  });

  test('the deadline of calls does not end a watch', async () => {
    const client = clientOf(server.url, { deadlineMs: 50 });
    const stop = new AbortController();
    const received: unknown[] = [];
    const end = runWatch(client, {
      path: '/api/v1/configmaps',
      query: {},
      signal: stop.signal,
      onOpen: () => {},
      onEvent: (type) => received.push(type),
    });
    await eventually(() => expect(server.openWatches).toBe(1));
    server.fail(({ watch }) => !watch, 'hang');
    await failure(client.request({ method: 'GET', path: CONFIG_MAP }));
    server.put(CONFIG_MAP, {});
    await eventually(() => expect(received).toEqual(['ADDED']));
    stop.abort();
    expect(await end).toEqual({ kind: 'aborted' });
  });
});

describe('errors', () => {
  test('carry the reason of the server and the time to wait', async () => {
    server.fail(() => true, { status: 429, headers: { 'retry-after': '7' }, body: { reason: 'TooManyRequests', message: 'slow down' } });
    const error = await failure(clientOf(server.url).request({ method: 'GET', path: CONFIG_MAP }));
    expect(error).toMatchObject({ code: 429, reason: 'TooManyRequests', retryAfterMs: 7000 });
    expect(error.message).toContain('slow down');
  });

  test('never repeat what the server quotes of a Secret, nor the token', async () => {
    const planted = 'sk-planted-in-a-message';
    server.fail(() => true, {
      status: 422,
      headers: { 'x-echo': planted },
      body: { reason: 'Invalid', message: `data: invalid value ${planted}` },
    });
    const error = await failure(
      clientOf(server.url).request({ method: 'PATCH', path: SECRET, body: { metadata: {}, data: { key: planted } } }),
    );
    expect(error).toMatchObject({ code: 422, reason: 'Invalid' });
    expect(JSON.stringify({ ...error, message: error.message, stack: error.stack, cause: error.cause })).not.toMatch(
      /planted-in|fake-token/,
    );
  });

  test('say so when the connection breaks', async () => {
    server.fail(() => true, 'reset');
    expect(await failure(clientOf(server.url).request({ method: 'GET', path: CONFIG_MAP }))).toMatchObject({
      code: 0,
      reason: 'Unreachable',
    });
  });

  test('say so when the answer is not JSON', async () => {
    server.fail(() => true, { stream: ['<html>'], end: true });
    expect(await failure(clientOf(server.url).request({ method: 'GET', path: CONFIG_MAP }))).toMatchObject({ reason: 'NotJson' });
  });
});

test('fields that no model knows come back unchanged', async () => {
  server.put(CONFIG_MAP, { futureField: { deep: [1, 2] } });
  expect(await clientOf(server.url).request({ method: 'GET', path: CONFIG_MAP })).toMatchObject({ futureField: { deep: [1, 2] } });
});

test('calls are counted by code, and timed', async () => {
  const client = clientOf(server.url);
  server.put(CONFIG_MAP, {});
  await client.request({ method: 'GET', path: CONFIG_MAP });
  await failure(client.request({ method: 'GET', path: SECRET }));
  server.fail(() => true, 'reset');
  await failure(client.request({ method: 'GET', path: CONFIG_MAP }));
  const { values } = await client.metrics.rest_client_requests_total.get();
  expect(Object.fromEntries(values.map(({ labels, value }) => [labels.code, value]))).toEqual({ 200: 1, 404: 1, '<error>': 1 });
  const durations = await client.metrics.rest_client_request_duration_seconds.get();
  expect(durations.values.find(({ metricName }) => metricName?.endsWith('_count'))?.value).toBe(3);
});

test('outside a cluster and without a kubeconfig the error says what to do', () => {
  const { metrics } = clientOf(server.url);
  expect(() => createKubeClient({ metrics })).toThrow('--kubeconfig');
});
