import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ERRORS, GatewayError } from '../src/errors.ts';
import { tableOf } from './fake/markdown.ts';

it('docs/errors.md has a row for every error, and no other', () => {
  const expected = Object.entries(ERRORS).map(([code, { status, type, cause, meaning }]) => [`\`${code}\``, String(status), `\`${type}\``, cause, meaning]);
  expect(tableOf(readFileSync('docs/errors.md', 'utf8'))).toEqual(expected);
});

describe.each(Object.entries(ERRORS))('%s', (code, { status, cause }) => {
  it('blames the caller with 4xx and nobody else, the rate of a provider and a policy that cannot be evaluated apart', () => {
    expect(code).toMatch(/^[a-z_]+$/);
    if (code === 'rate_limited') expect([status, cause]).toEqual([429, 'provider']);
    else if (code === 'policy_unavailable') expect([status, cause]).toEqual([503, 'policy']);
    else expect(status < 500).toBe(!['provider', 'gateway'].includes(cause));
  });
});

it('an error carries its code, parameter and cause', () => {
  const cause = new Error('x');
  expect(new GatewayError('model_missing', 'text', { param: 'model', cause })).toMatchObject({ code: 'model_missing', message: 'text', param: 'model', cause });
  expect(new GatewayError('key_missing', 'text')).toMatchObject({ param: null, code: 'key_missing' });
});
