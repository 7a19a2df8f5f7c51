// The AWS identity of the process: the chain of the SDK against real sockets, and how long its credentials are kept.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AwsIdentity, sdkIdentity, type IdentityCredentials } from '../../../src/providers/aws/identity.ts';
import { PodIdentityError } from '../../../src/providers/token-errors.ts';
import { arrivedOf, type Arrived } from './aws-side.ts';

const HOUR = 3_600_000;

describe('credentials', () => {
  it('are kept until shortly before they run out', async () => {
    let now = 0;
    let count = 0;
    const source = (): Promise<IdentityCredentials> => {
      count += 1;
      return Promise.resolve({ accessKeyId: `id-${count}`, secretAccessKey: 's', expiration: new Date(now + HOUR) });
    };
    const identity = new AwsIdentity(source, () => now);
    expect(await identity.get()).toMatchObject({ accessKeyId: 'id-1' });
    now = HOUR / 2;
    expect(await identity.get()).toMatchObject({ accessKeyId: 'id-1' });
    now = HOUR - 1000;
    expect(await identity.get()).toMatchObject({ accessKeyId: 'id-2' });
  });

  it('are kept for good where they do not run out', async () => {
    const source = vi.fn(() => Promise.resolve({ accessKeyId: 'id', secretAccessKey: 's' }));
    let now = 0;
    const identity = new AwsIdentity(source, () => now);
    await identity.get();
    now = 1000 * HOUR;
    await identity.get();
    expect(source).toHaveBeenCalledOnce();
  });

  it('are fetched once for all that ask', async () => {
    const source = vi.fn(() => Promise.resolve({ accessKeyId: 'id', secretAccessKey: 's' }));
    const identity = new AwsIdentity(source, () => 0);
    await Promise.all([identity.get(), identity.get()]);
    expect(source).toHaveBeenCalledOnce();
  });

  it.each([
    ['by its name', Object.assign(new Error('Not authorized: canary'), { name: 'AccessDenied', request: 'canary' }), ' (AccessDenied)'],
    ['by its code', Object.assign(new Error('ENOENT: canary'), { code: 'ENOENT' }), ' (ENOENT)'],
    ['without a name that could be anything', Object.assign(new Error('canary'), { name: 'canary.1' }), ''],
    // The library tells what it could not read.
    ['without what came', new SyntaxError('Unexpected token, "canary" is not valid JSON'), ' (SyntaxError)'],
  ])('that are refused say why, %s, and not what was sent', async (_case, refusal, said) => {
    const identity = new AwsIdentity(() => Promise.reject(refusal), () => 0);
    const error = await identity.get().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PodIdentityError);
    expect(String(error)).toContain(`AWS gave no credentials${said};`);
    expect(inspect(error)).not.toContain('canary');
  });

  it('that never come are not waited for', async () => {
    vi.useFakeTimers();
    try {
      const identity = new AwsIdentity(() => new Promise(() => undefined), () => 0);
      const outcome = expect(identity.get()).rejects.toThrow('within 8 s');
      await vi.advanceTimersByTimeAsync(8_000);
      await outcome;
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('the chain of the SDK', () => {
  let home: string;
  const closers: (() => Promise<void>)[] = [];

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'aws-identity-'));
    for (const name of Object.keys(process.env).filter((one) => one.startsWith('AWS_'))) vi.stubEnv(name, undefined);
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(home, 'credentials'));
    vi.stubEnv('AWS_CONFIG_FILE', join(home, 'config'));
    writeFileSync(join(home, 'token'), 'header.payload.signature');
  });

  afterEach(async () => {
    vi.unstubAllEnvs();
    for (const close of closers.splice(0)) await close();
    rmSync(home, { recursive: true });
  });

  async function serve(answer: string, type: string, status = 200): Promise<{ origin: string; arrived: Arrived[] }> {
    const arrived: Arrived[] = [];
    const server = createServer((request: IncomingMessage, response) => {
      void arrivedOf(request).then((one) => {
        arrived.push(one);
        response.writeHead(status, { 'content-type': type }).end(answer);
      });
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    closers.push(() => new Promise((closed) => {
      server.close(() => closed());
      server.closeAllConnections();
    }));
    return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, arrived };
  }

  it('takes EKS Pod Identity', async () => {
    const answer = { AccessKeyId: 'ASIAPOD', SecretAccessKey: 's', Token: 't', Expiration: new Date(Date.now() + HOUR).toISOString() };
    const { origin, arrived } = await serve(JSON.stringify(answer), 'application/json');
    vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', `${origin}/v1/credentials`);
    vi.stubEnv('AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', join(home, 'token'));
    expect(await sdkIdentity()).toMatchObject({ accessKeyId: 'ASIAPOD', secretAccessKey: 's', sessionToken: 't' });
    expect(arrived).toMatchObject([{ path: '/v1/credentials', headers: { authorization: 'header.payload.signature' } }]);
  });

  it('takes an IAM role for the service account', async () => {
    const credentials = `<AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>
      <Expiration>${new Date(Date.now() + HOUR).toISOString()}</Expiration>`;
    const { origin, arrived } = await serve(
      `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult>
      <Credentials>${credentials}</Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`,
      'text/xml',
    );
    vi.stubEnv('AWS_ROLE_ARN', 'arn:aws:iam::123456789012:role/gateway');
    vi.stubEnv('AWS_WEB_IDENTITY_TOKEN_FILE', join(home, 'token'));
    vi.stubEnv('AWS_REGION', 'eu-central-1');
    vi.stubEnv('AWS_ENDPOINT_URL_STS', origin);
    expect(await sdkIdentity()).toMatchObject({ accessKeyId: 'ASIAROLE', secretAccessKey: 's', sessionToken: 't' });
    expect(arrived[0]?.body.toString()).toContain('WebIdentityToken=header.payload.signature');
  });

  it('says so where the agent of EKS Pod Identity has nothing for the service account, and goes on to no other', async () => {
    writeFileSync(join(home, 'credentials'), '[default]\naws_access_key_id = AKIALAPTOP\naws_secret_access_key = s\n');
    const { origin } = await serve('{"Message":"header.payload.signature"}', 'application/json', 404);
    vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', `${origin}/v1/credentials`);
    vi.stubEnv('AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', join(home, 'token'));
    const error = await new AwsIdentity(sdkIdentity, () => 0).get().catch((reason: unknown) => reason);
    expect(String(error)).toContain('is there a pod identity association for the service account');
    expect(inspect(error)).not.toContain('header.payload.signature');
  });

  it('tells of a role that does not trust the service account by the name of the error alone', async () => {
    const message = 'Not authorized to perform sts:AssumeRoleWithWebIdentity with header.payload.signature';
    const { origin } = await serve(
      `<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>${message}</Message></Error></ErrorResponse>`,
      'text/xml',
      403,
    );
    vi.stubEnv('AWS_ROLE_ARN', 'arn:aws:iam::123456789012:role/gateway');
    vi.stubEnv('AWS_WEB_IDENTITY_TOKEN_FILE', join(home, 'token'));
    vi.stubEnv('AWS_REGION', 'eu-central-1');
    vi.stubEnv('AWS_ENDPOINT_URL_STS', origin);
    const error = await new AwsIdentity(sdkIdentity, () => 0).get().catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      name: 'PodIdentityError',
      message: 'AWS gave no credentials (AccessDenied); does the trust policy of the IAM role name the service account of its pod?',
    });
    expect(inspect(error)).not.toContain('header.payload.signature');
  });

  it('takes a profile on a laptop', async () => {
    writeFileSync(join(home, 'credentials'), '[default]\naws_access_key_id = AKIALAPTOP\naws_secret_access_key = s\n');
    expect(await sdkIdentity()).toMatchObject({ accessKeyId: 'AKIALAPTOP' });
  });

  it('ends with words on what to do, never with the identity of the machine', async () => {
    const identity = new AwsIdentity(sdkIdentity, () => 0);
    await expect(identity.get()).rejects.toThrow('give the service account of its pod an IAM role by IRSA or EKS Pod Identity');
  });
});
