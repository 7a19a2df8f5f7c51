// The AWS identity of the process: the chain of the SDK against real sockets, and how long its credentials are kept.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AwsIdentity, sdkIdentity, type IdentityCredentials } from '../../../src/providers/aws/identity.ts';
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
    expect(await identity.get('r')).toMatchObject({ accessKeyId: 'id-1' });
    now = HOUR / 2;
    expect(await identity.get('r')).toMatchObject({ accessKeyId: 'id-1' });
    now = HOUR - 1000;
    expect(await identity.get('r')).toMatchObject({ accessKeyId: 'id-2' });
  });

  it('are kept for good where they do not run out', async () => {
    const source = vi.fn(() => Promise.resolve({ accessKeyId: 'id', secretAccessKey: 's' }));
    let now = 0;
    const identity = new AwsIdentity(source, () => now);
    await identity.get('r');
    now = 1000 * HOUR;
    await identity.get('r');
    expect(source).toHaveBeenCalledExactlyOnceWith('r');
  });

  it('are fetched once for all that ask', async () => {
    const source = vi.fn(() => Promise.resolve({ accessKeyId: 'id', secretAccessKey: 's' }));
    const identity = new AwsIdentity(source, () => 0);
    await Promise.all([identity.get('r'), identity.get('r')]);
    expect(source).toHaveBeenCalledOnce();
  });

  it('that are refused say why, without what was sent', async () => {
    const refusal = Object.assign(new Error('Not authorized to perform sts:AssumeRoleWithWebIdentity'), { request: 'token' });
    const identity = new AwsIdentity(() => Promise.reject(refusal), () => 0);
    const error = await identity.get('r').catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      name: 'AwsCredentialError',
      message: 'AWS gave no credentials for the identity of this process: Not authorized to perform sts:AssumeRoleWithWebIdentity',
    });
    expect(error).not.toHaveProperty('cause');
  });

  it('that never come are not waited for', async () => {
    vi.useFakeTimers();
    try {
      const identity = new AwsIdentity(() => new Promise(() => undefined), () => 0);
      const outcome = expect(identity.get('r')).rejects.toThrow('within 10 s');
      await vi.advanceTimersByTimeAsync(10_000);
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

  async function serve(answer: string, type: string): Promise<{ origin: string; arrived: Arrived[] }> {
    const arrived: Arrived[] = [];
    const server = createServer((request: IncomingMessage, response) => {
      void arrivedOf(request).then((one) => {
        arrived.push(one);
        response.setHeader('content-type', type).end(answer);
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
    expect(await sdkIdentity('eu-central-1')).toMatchObject({ accessKeyId: 'ASIAPOD', secretAccessKey: 's', sessionToken: 't' });
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
    vi.stubEnv('AWS_ENDPOINT_URL_STS', origin);
    expect(await sdkIdentity('eu-central-1')).toMatchObject({ accessKeyId: 'ASIAROLE', secretAccessKey: 's', sessionToken: 't' });
    expect(arrived[0]?.body.toString()).toContain('WebIdentityToken=header.payload.signature');
  });

  it('takes a profile on a laptop', async () => {
    writeFileSync(join(home, 'credentials'), '[default]\naws_access_key_id = AKIALAPTOP\naws_secret_access_key = s\n');
    expect(await sdkIdentity('eu-central-1')).toMatchObject({ accessKeyId: 'AKIALAPTOP' });
  });

  it('ends with words on what to do, never with the identity of the machine', async () => {
    const identity = new AwsIdentity(sdkIdentity, () => 0);
    await expect(identity.get('eu-central-1')).rejects.toThrow('set spec.credentials.secretRef, or give its service account an IAM role');
  });
});
