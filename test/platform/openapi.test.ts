// The OpenAPI document is served to everybody and names what is served. What linters say of it: test/docs/platform-api.test.ts.
import { describe, expect, it } from 'vitest';
import { openApiDocument } from '../../src/platform/openapi.ts';
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

describe.each(OPERATIONS.map((operation) => ({ ...operation, operation })))('$id', ({ operation, method, path, body, rights }) => {
  const document = openApiDocument(OPERATIONS, '0') as { paths: Record<string, Record<string, { responses: Record<string, object> }>> };
  const statuses = Object.keys(document.paths[path]?.[method]?.responses ?? {});

  it('lists what any call may be answered with', () => {
    expect(statuses).toEqual(expect.arrayContaining(['200', '400', '401', '500', '503']));
  });

  it('lists 413 and 415 exactly where it takes a body', () => {
    expect(statuses.filter((status) => status === '413' || status === '415')).toEqual(body === undefined ? [] : ['413', '415']);
  });

  it('lists 409 exactly where it changes objects, which may be in the hands of somebody else', () => {
    expect(statuses.includes('409')).toBe(method !== 'get' && /^(?:create|update|delete) on /.test(rights));
    expect(operation.errors[409] === undefined).toBe(!statuses.includes('409'));
  });
});
