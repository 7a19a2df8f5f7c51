// Signed requests, looked at from the side of AWS.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request as send } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { authorizeAws, type AwsSigning } from '../../../src/providers/aws/authorization.ts';
import { AwsIdentity, type IdentityCredentials } from '../../../src/providers/aws/identity.ts';
import { authorizationHeaders } from '../../../src/providers/authorization.ts';
import type { SignableRequest } from '../../../src/providers/provider.ts';
import { arrivedOf, inspect, type Arrived } from './aws-side.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const ACCESS_KEY = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secret: SECRET };
const ENDPOINT = 'https://bedrock-runtime.eu-central-1.amazonaws.com';
const MODEL_PATH = '/model/eu.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse';

const NONE = new AwsIdentity(() => Promise.reject(new Error('it was asked for')), () => NOW);

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** Sends what was authorised over a real socket, and gives what came out of it. */
async function travel(
  credential: { secret: string; accessKeyId?: string } | undefined,
  settings: Partial<AwsSigning> = {},
  asPod = false,
  path = MODEL_PATH,
): Promise<Arrived> {
  const { promise, resolve } = Promise.withResolvers<Arrived>();
  const server = createServer((incoming, answer) => {
    void arrivedOf(incoming).then((arrived) => {
      answer.end();
      resolve(arrived);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  closers.push(() => new Promise((closed) => server.close(() => closed())));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const headers = ['content-type', 'application/json', 'accept', 'application/json', 'user-agent', 'flashback', 'X-Amz-Custom', 'a  b'];
  const body = '{"messages":[],"text":"Grüße 🙂"}';
  const signable: SignableRequest = { method: 'POST', url: origin + path, headers, body };
  const authorization = authorizeAws(credential, { now: () => NOW, identity: NONE, regionOf: () => 'eu-central-1', ...settings }, asPod);
  const authorized = await authorizationHeaders(authorization, signable);
  const { body: answer } = await send(origin + path, { method: 'POST', headers: [...headers, ...authorized], body });
  await answer.dump();
  return promise;
}

describe('an access key', () => {
  it('signs what arrives at AWS', async () => {
    const arrived = await travel(ACCESS_KEY);
    expect(arrived.path).toBe(MODEL_PATH);
    expect(arrived.headers['x-amz-date']).toBe('20260102T030405Z');
    const { accessKeyId } = ACCESS_KEY;
    expect(inspect(arrived, SECRET)).toMatchObject({ accessKeyId, region: 'eu-central-1', service: 'bedrock', good: true });
    expect(inspect(arrived, 'another')).toMatchObject({ good: false });
  });

  it('covers the body, the host and what AWS reads, and nothing that others may change', async () => {
    const arrived = await travel(ACCESS_KEY);
    const { signed } = inspect(arrived, SECRET);
    expect(signed).toEqual(['content-type', 'host', 'x-amz-content-sha256', 'x-amz-custom', 'x-amz-date']);
    expect(inspect({ ...arrived, body: Buffer.from('{}') }, SECRET).good).toBe(false);
  });

  it('signs queries and ARNs in paths', async () => {
    const path = '/model/arn%3Aaws%3Abedrock%3Aeu%3A1%3Ainference-profile%2Fa/converse?b=2&a=%20x&b=1';
    expect(inspect(await travel(ACCESS_KEY, {}, false, path), SECRET).good).toBe(true);
  });

  it('never travels itself', async () => {
    expect(JSON.stringify((await travel(ACCESS_KEY)).headers)).not.toContain(SECRET);
  });
});

const get = (url: string): SignableRequest => ({ method: 'GET', url, headers: [], body: '' });

async function scopeAt(url: string): Promise<string | undefined> {
  const headers = await authorizationHeaders(authorizeAws(ACCESS_KEY, { now: () => NOW, identity: NONE }), get(url));
  return headers.find((value) => value.startsWith('AWS4'))?.match(/\d{8}\/[^,]+/)?.[0];
}

it('signs for the region of the endpoint', async () => {
  expect(await scopeAt(`${ENDPOINT}/x`)).toBe('20260102/eu-central-1/bedrock/aws4_request');
});

it('cannot sign for a host that tells no region, and names the field', async () => {
  await expect(scopeAt('https://bedrock.example.com/x')).rejects.toThrow('set it to https://bedrock-runtime.<region>.amazonaws.com');
});

describe('an API key', () => {
  it('is a constant header', () => {
    const authorization = authorizeAws({ secret: 'ABSKexample' }, { now: () => NOW, identity: NONE });
    expect(authorization).toEqual(['authorization', 'Bearer ABSKexample']);
  });

  it.each([
    { name: 'a secret access key without its id', credential: { secret: SECRET }, fix: 'set spec.credentials.accessKeySecretRef' },
    { name: 'a key that expires', credential: { secret: SECRET, accessKeyId: 'ASIAIOSFODNN7EXAMPLE' }, fix: 'of an IAM user' },
    { name: 'two values in each other’s place', credential: { secret: 'AKIAIOSFODNN7EXAMPLE', accessKeyId: SECRET }, fix: 'mixed up' },
  ])('is not $name, which goes nowhere', async ({ credential, fix }) => {
    const authorization = authorizeAws(credential, { now: () => NOW, identity: NONE });
    const refusal = await authorizationHeaders(authorization, get(ENDPOINT)).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ name: 'AwsCredentialError', message: expect.stringContaining(fix) });
    expect(String(refusal)).not.toMatch(new RegExp(`${SECRET}|AKIAIOSFODNN7EXAMPLE`));
  });
});

describe('a connection that uses the identity of the pod', () => {
  const lent: IdentityCredentials = { accessKeyId: 'ASIALENT', secretAccessKey: 'lent', sessionToken: 'session' };

  it('signs as the pod, with its session', async () => {
    const identity = new AwsIdentity(() => Promise.resolve(lent), () => NOW);
    const arrived = await travel(undefined, { identity }, true);
    expect(arrived.headers['x-amz-security-token']).toBe('session');
    expect(inspect(arrived, 'lent')).toMatchObject({ accessKeyId: 'ASIALENT', good: true });
    expect(inspect(arrived, 'lent').signed).toContain('x-amz-security-token');
  });

  it('never does so by merely having no credentials', async () => {
    const identity = new AwsIdentity(() => Promise.resolve(lent), () => NOW);
    const authorization = authorizeAws(undefined, { now: () => NOW, identity });
    await expect(authorizationHeaders(authorization, get(ENDPOINT))).rejects.toThrow('set spec.credentials.secretRef');
  });
});
