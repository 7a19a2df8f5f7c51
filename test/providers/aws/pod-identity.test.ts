// A credential check as the pod: the agent of EKS Pod Identity and Bedrock are sockets, and nothing in between is made up.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { AwsIdentity, sdkIdentity } from '../../../src/providers/aws/identity.ts';
import { aws } from '../../../src/providers/aws/provider.ts';
import { Verifier, type VerificationTarget } from '../../../src/providers/verify.ts';
import { json, startProvider, type FakeProvider } from '../../fake/provider.ts';

const HOUR = 3_600_000;
const SESSION = 'session-canary-of-the-pod';
const UNKNOWN_MODEL = { message: 'The provided model identifier is invalid.' };

let home: string;
let agent: FakeProvider;
let bedrock: FakeProvider;
let now: number;
let verifier: Verifier;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'pod-identity-'));
  [agent, bedrock] = await Promise.all([startProvider(), startProvider()]);
  for (const name of Object.keys(process.env).filter((one) => one.startsWith('AWS_'))) vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', `${new URL(agent.url).origin}/v1/credentials`);
  vi.stubEnv('AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', join(home, 'token'));
  writeFileSync(join(home, 'token'), 'token-canary-of-the-service-account');
  now = Date.now();
  let lent = 0;
  agent.answer((response, call) => {
    lent += 1;
    const keys = { AccessKeyId: `ASIA${lent}`, SecretAccessKey: 'secret-canary', Token: `${SESSION}-${lent}` };
    return json(200, { ...keys, Expiration: new Date(now + HOUR).toISOString() })(response, call);
  });
  const clock = (): number => now;
  const AWS = aws({ now: clock, identity: new AwsIdentity(sdkIdentity, clock), regionOf: () => 'eu-central-1' });
  verifier = new Verifier({ providers: { AWS }, addresses: { allowLoopback: true }, now: clock });
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all([agent.close(), bedrock.close()]);
  rmSync(home, { recursive: true });
});

const asPod = (): VerificationTarget => ({ type: 'AWS', endpoint: new URL(bedrock.url).origin, podIdentity: true, headers: [] });
const sessions = (): unknown[] => bedrock.calls.map(({ headers }) => headers['x-amz-security-token']);

/** Refuses whatever is not signed by the pod. */
function answerPod(status: number, kind: string, message: string): void {
  bedrock.answer((response, call) => {
    const isPod = call.headers['x-amz-security-token'] !== undefined;
    response.setHeader('x-amzn-errortype', isPod ? kind : 'UnrecognizedClientException');
    return json(isPod ? status : 403, { message: isPod ? message : 'who?' })(response, call);
  });
}

it('is proven by what Bedrock tells those whom it knows', async () => {
  answerPod(400, 'ValidationException', UNKNOWN_MODEL.message);
  expect(await verifier.verify(asPod())).toEqual({ verdict: 'valid', models: [], proven: true });
  expect(sessions()).toEqual([`${SESSION}-1`, undefined]);
  expect(agent.calls.map(({ headers }) => headers.authorization)).toEqual(['token-canary-of-the-service-account']);
});

it('is made with new credentials before those at hand run out, which are asked for once', async () => {
  answerPod(400, 'ValidationException', UNKNOWN_MODEL.message);
  await Promise.all([verifier.verify(asPod()), verifier.verify(asPod())]);
  expect(agent.calls.length).toBe(1);
  now += HOUR - 10_000;
  await verifier.verify(asPod());
  expect(sessions().filter((session) => session !== undefined)).toEqual([`${SESSION}-1`, `${SESSION}-1`, `${SESSION}-2`]);
});

it('that is refused says so without what was sent', async () => {
  answerPod(403, 'UnrecognizedClientException', `The security token ${SESSION}-1 of ASIA1AAAAAAAAAAAA is invalid`);
  const message = 'HTTP 403: The security token [key] of [key] is invalid';
  expect(await verifier.verify(asPod())).toEqual({ verdict: 'invalid', message });
});

it('is not made as the pod for a connection that merely has no credentials', async () => {
  const { podIdentity: _, ...target } = asPod();
  const message = expect.stringContaining('spec.credentials.podIdentity') as string;
  expect(await verifier.verify(target)).toMatchObject({ verdict: 'invalid', message });
  expect([...agent.calls, ...bedrock.calls]).toEqual([]);
});

it('without an identity is no news about the connection, and says what to set up', async () => {
  vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', undefined);
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(home, 'credentials'));
  vi.stubEnv('AWS_CONFIG_FILE', join(home, 'config'));
  const message = expect.stringContaining('IRSA or EKS Pod Identity') as string;
  expect(await verifier.verify(asPod())).toMatchObject({ verdict: 'unknown', noIdentity: true, message });
  expect(bedrock.calls).toEqual([]);
});
