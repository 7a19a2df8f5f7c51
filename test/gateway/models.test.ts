// GET /v1/models on the wire.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { call, errorOf, type Reply } from '../fake/caller.ts';
import { aRepository } from '../fake/gateway.ts';
import { startServing, type Serving } from '../fake/serving.ts';

let serving: Serving;
beforeAll(async () => {
  serving = await startServing();
  const model = { llm: 'team-a/main', upstream: 'vendor-1' };
  serving.apply({ repositories: { 'team-a/chat': aRepository({ models: { 'b-1': model, 'a-1': model, 'org/c 1': model } }) } });
});
afterAll(() => serving.close());

const get = (path: string): Promise<Reply> => call(serving.gateway, { method: 'GET', path });

it('lists models in the form of OpenAI and in the order of their names', async () => {
  const { status, body, headers } = await get('/v1/models');
  expect(status).toBe(200);
  expect(headers['x-request-id']).toBeTypeOf('string');
  const list = JSON.parse(body) as { object: string; data: { id: string }[] };
  expect(list.object).toBe('list');
  expect(list.data.map(({ id }) => id)).toEqual(['a-1', 'b-1', 'org/c 1']);
  expect(body).not.toContain('vendor-1');
});

it.each(['/v1/models/org%2Fc%201', '/v1/models/org/c%201'])('finds the model of %s', async (path) => {
  expect(JSON.parse((await get(path)).body)).toEqual({ id: 'org/c 1', object: 'model', created: 0, owned_by: 'main' });
});

it.each(['/v1/models/vendor-1', '/v1/models/%E0%A4%A', '/v1/models/__proto__'])('finds nothing at %s', async (path) => {
  const reply = await get(path);
  expect([reply.status, errorOf(reply).code]).toEqual([404, 'model_not_found']);
});

it.each([
  ['POST', '/v1/models', 405],
  ['DELETE', '/v1/models/a-1', 405],
  ['GET', '/v1/models/', 404],
  ['POST', '/v1beta/models/a-1', 405],
  ['POST', '/v1beta/models/a-1:predict', 404],
  ['POST', '/v1/models/a-1:predict', 404],
  ['GET', '/v1', 404],
])('answers %s %s with %d', async (method, path, status) => {
  expect((await call(serving.gateway, { method, path })).status).toBe(status);
});

it('cuts an endless name short in what it says about it', async () => {
  const { body } = await get(`/v1/models/${'x'.repeat(5_000)}`);
  expect(body.length).toBeLessThan(400);
});
