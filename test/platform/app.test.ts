// What holds for every operation of the Platform API, whoever wrote it: the registry is iterated.
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../src/platform/operations.ts';
import { pathParameters } from '../../src/platform/paths.ts';
import { startPlatform, type RunningPlatform } from '../fake/platform.ts';

let platform: RunningPlatform;
beforeAll(async () => {
  platform = await startPlatform();
});
afterAll(() => platform.close());

const UNKNOWN = '11111111-1111-4111-8111-111111111111';
const filled = (path: string): string => path.replaceAll(/\{\w+\}/g, UNKNOWN);

describe.each(OPERATIONS.map((operation) => ({ ...operation, url: filled(operation.path) })))('$id', ({ id, method, path, url, query = {} }) => {
  it('answers nobody without a token', async () => {
    const { status, body: answer, headers } = await platform.call(method, url, { token: null });
    expect([status, answer.success, headers.get('www-authenticate')]).toEqual([401, false, 'Bearer']);
    expect(answer.message).toContain('Authorization');
  });

  it('answers nobody with a token that stands for nobody', async () => {
    const { status, body: answer } = await platform.call(method, url, { token: 'made-up' });
    expect([status, answer.success]).toEqual([401, false]);
    expect(JSON.stringify(answer)).not.toContain('made-up');
  });

  it('answers 503 with a time to wait where this process does not lead', async () => {
    platform.leads = false;
    const { status, headers, body: answer } = await platform.call(method, url);
    platform.leads = true;
    expect([status, answer.success, headers.get('retry-after')]).toEqual([503, false, '2']);
  });

  it('describes itself, its parameters and its rights', () => {
    expect(id).toMatch(/^[a-z]+[A-Za-z]+$/);
    expect(pathParameters(path).every((name) => /^[a-z]\w*$/.test(name))).toBe(true);
    expect(Object.entries(query).filter(([, schema]) => typeof schema['description'] !== 'string')).toEqual([]);
  });
});

describe.each(OPERATIONS.filter(({ body }) => body !== undefined).map((operation) => ({ ...operation, url: filled(operation.path) })))('$id', ({ method, url }) => {
  it('refuses a body that is no JSON', async () => {
    const { status, body: answer } = await platform.call(method, url, { raw: '{"name":' });
    expect([status, answer]).toMatchObject([400, { success: false, message: 'the body is not valid JSON' }]);
  });

  it('refuses a body that is no object, and says so', async () => {
    const { status, body: answer } = await platform.call(method, url, { body: [1] });
    expect([status, answer.success]).toEqual([400, false]);
    expect(answer.message).toContain('the body must be of type object');
  });

  it('refuses a body that is larger than 1 MiB', async () => {
    const { status, body: answer } = await platform.call(method, url, { raw: JSON.stringify({ name: 'x'.repeat(1024 * 1024) }) });
    expect([status, answer.success]).toEqual([413, false]);
  });
});

describe.each(OPERATIONS.filter(({ body }) => body === undefined).map((operation) => ({ ...operation, url: filled(operation.path) })))('$id', ({ id, method, url }) => {
  it('does not look at a body, whatever it is', async () => {
    const sent = (raw: string | undefined, headers: Record<string, string>) => {
      // fetch() refuses to send a body with GET.
      const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
      const length = raw === undefined ? {} : { 'content-length': String(raw.length) };
      const call = request(platform.url + url, { method, headers: { authorization: 'Bearer admin', ...length, ...headers } }, (response) => {
        response.resume().once('end', () => resolve(response.statusCode));
      });
      call.once('error', reject).end(raw);
      return promise;
    };
    const without = await sent(undefined, {});
    expect([id, await sent('{"name":', { 'content-type': 'text/plain', 'content-encoding': 'gzip' })]).toEqual([id, without]);
  });
});

it('every operation has an id and an address of its own', () => {
  expect(new Set(OPERATIONS.map(({ id }) => id)).size).toBe(OPERATIONS.length);
  expect(new Set(OPERATIONS.map(({ method, path }) => `${method} ${path}`)).size).toBe(OPERATIONS.length);
});

it('an unknown path is a 404 in JSON that leads to the list of paths', async () => {
  const { status, body } = await platform.call('GET', '/nowhere');
  expect([status, body]).toEqual([404, { success: false, message: 'there is no GET /nowhere; /openapi.json lists what there is' }]);
});

it('another method of a known path is a 405 that names those there are', async () => {
  const { status, body, headers } = await platform.call('PATCH', '/ai/llm/available');
  expect([status, body.success, headers.get('allow')]).toEqual([405, false, 'GET']);
});

it.each(['//ai/llm', '/ai/llm/', '/ai//llm//?workspaceId='])('%s is /ai/llm', async (path) => {
  expect((await platform.call('GET', path)).body).toEqual({ success: true, aiLlms: [] });
});

it('logs one line for a call, with who called and without what was said, and counts it', async () => {
  platform.log.length = 0;
  const { headers } = await platform.call('GET', '/ai/llm?unknown=1', { headers: { 'x-request-id': 'mine' } });
  await expect.poll(() => platform.log.length).toBe(1);
  expect(headers.get('x-request-id')).toBe('mine');
  expect(JSON.parse(platform.log[0] ?? '')).toMatchObject({ requestId: 'mine', operation: 'listAiLlms', status: '200', caller: 'admin' });
  expect(await platform.metrics()).toContain('flashback_platform_requests_total{operation="listAiLlms",status="200"}');
});
