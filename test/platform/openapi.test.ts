// The OpenAPI document is served to everybody and names what is served. What linters say of it: test/docs/platform-api.test.ts.
import { expect, it } from 'vitest';
import { OPERATIONS } from '../../src/platform/operations.ts';
import { startPlatform } from '../fake/platform.ts';

it('GET /openapi.json names every operation, and takes no token', async () => {
  const platform = await startPlatform();
  const { status, body } = await platform.call('GET', '/openapi.json', { token: null });
  await platform.close();
  expect([status, body]).toMatchObject([200, { openapi: '3.1.0', info: { version: '0.0.0' } }]);
  const served = Object.entries(body['paths'] as Record<string, object>).flatMap(([path, item]) => Object.keys(item).map((method) => `${method} ${path}`));
  expect(served.toSorted()).toEqual(OPERATIONS.map(({ method, path }) => `${method} ${path}`).toSorted());
});
