// The identity of the gateway's own pod: whatever a snapshot says, its own settings have the last word.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { buildTables, type Upstream } from '../../src/gateway/tables.ts';
import { remembering } from '../../src/gateway/upstream-authorization.ts';
import { PROVIDERS } from '../../src/providers/index.ts';
import { podIdentityPolicy } from '../../src/providers/pod-identity.ts';
import { PodIdentityError, TokenRefusedError } from '../../src/providers/token-errors.ts';
import type { SnapshotProvider } from '../../src/snapshot/snapshot.ts';
import { CHAT_BODY, call, errorOf } from '../fake/caller.ts';
import { LOOPBACK_ALLOWED, aProvider, aSnapshot, startGateway } from '../fake/gateway.ts';
import { json, startProvider, type FakeProvider } from '../fake/provider.ts';
import { startServing, type Serving } from '../fake/serving.ts';

const ENDPOINTS = {
  AWS: 'https://bedrock-runtime.eu-central-1.amazonaws.com',
  Google: 'https://europe-west4-aiplatform.googleapis.com/v1/projects/p/locations/europe-west4',
} as const;
const TYPES = ['AWS', 'Google'] as const;

function asPod(endpoint: string, type: SnapshotProvider['type']): SnapshotProvider {
  const { credential: _, ...rest } = aProvider(endpoint, { type });
  return { ...rest, podIdentity: true };
}

function upstreamOf(provider: SnapshotProvider, namespaces: string[] | undefined): Upstream {
  const policy = namespaces === undefined ? undefined : podIdentityPolicy(namespaces);
  const snapshot = aSnapshot({ repositories: {}, keys: {}, providers: { 'team-a/main': provider } });
  const tables = buildTables(snapshot, undefined, LOOPBACK_ALLOWED, policy);
  return tables.upstreams.get('team-a/main')!;
}

const signed = (upstream: Upstream): Promise<readonly string[]> =>
  upstream.sign!({ method: 'POST', url: `${upstream.settings.endpoint}/x`, headers: [], body: '{}' });

describe('a connection that uses the identity of the pod', () => {
  let source: FakeProvider;
  beforeAll(async () => {
    source = await startProvider();
    source.answer((response, asked) => {
      response.setHeader('metadata-flavor', 'Google');
      if (!asked.url.includes('/computeMetadata/')) {
        const Expiration = new Date(Date.now() + 3_600_000).toISOString();
        return json(200, { AccessKeyId: 'ASIAPOD', SecretAccessKey: 's', Token: 'session-of-the-pod', Expiration })(response, asked);
      }
      return json(200, { access_token: 'ya29.of-the-pod', expires_in: 3_600 })(response, asked);
    });
  });
  beforeEach(() => {
    source.calls.length = 0;
    for (const name of Object.keys(process.env).filter((one) => one.startsWith('AWS_'))) vi.stubEnv(name, undefined);
    vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', `${new URL(source.url).origin}/v1/credentials`);
    vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', undefined);
    vi.stubEnv('CLOUDSDK_CONFIG', '/nowhere');
    vi.stubEnv('GCE_METADATA_HOST', new URL(source.url).host);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });
  afterAll(() => source.close());

  it.each(TYPES)('of type %s gets no token where the gateway does not list its namespace, whatever the snapshot says', async (type) => {
    for (const namespaces of [undefined, [], ['team-b', 'team-ab']]) {
      const failure: unknown = await signed(upstreamOf(asPod(ENDPOINTS[type], type), namespaces)).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(TokenRefusedError);
      expect(String(failure)).toContain('not allowed in namespace team-a by this gateway');
      expect(String(failure)).toContain('--pod-identity-namespaces');
    }
    expect(source.calls).toEqual([]);
  });

  it.each(TYPES)('of type %s gets no token for another host', async (type) => {
    const failure: unknown = await signed(upstreamOf(asPod('https://evil.example/v1', type), ['*'])).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TokenRefusedError);
    expect(source.calls).toEqual([]);
  });

  it.each(TYPES)('of type %s gets none either by merely having no credentials', async (type) => {
    const { podIdentity: _, ...bare } = asPod(ENDPOINTS[type], type);
    const upstream = upstreamOf(bare, ['*']);
    if (type === 'AWS') await expect(signed(upstream)).rejects.toThrow('spec.credentials.podIdentity');
    else expect([upstream.sign, upstream.headers.includes('authorization')]).toEqual([undefined, false]);
    expect(source.calls).toEqual([]);
  });

  it.each([
    ['AWS', 'x-amz-security-token', 'session-of-the-pod', 'session-of-the-pod'],
    ['Google', 'authorization', 'Bearer ya29.of-the-pod', 'ya29.of-the-pod'],
  ] as const)('of type %s sends a token of the pod where the gateway lists its namespace, and keeps it from callers', async (...given) => {
    const [type, header, value, token] = given;
    const upstream = upstreamOf(asPod(ENDPOINTS[type], type), ['team-a']);
    const headers = await signed(upstream);
    expect(headers[headers.indexOf(header) + 1]).toBe(value);
    expect(upstream.secrets).toEqual([token]);
  });
});

describe('a call', () => {
  let serving: Serving;
  beforeAll(async () => {
    serving = await startServing();
  });
  beforeEach(() => {
    serving.gateway.rejected.length = 0;
    serving.provider.calls.length = 0;
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });
  afterAll(() => serving.close());
  const apply = (): void => {
    serving.gateway.apply(aSnapshot({ providers: { 'team-a/main': asPod(serving.provider.url, 'AWS') } }));
  };

  it('of a namespace that the gateway does not list is refused, names the setting, and is reported', async () => {
    apply();
    const reply = await call(serving.gateway, { body: CHAT_BODY });
    expect(reply.status).toBe(502);
    const { code, message } = errorOf(reply);
    expect(code).toBe('provider_credentials_rejected');
    expect(message).toContain('--pod-identity-namespaces');
    expect(serving.gateway.rejected).toEqual(['team-a/main']);
    expect(serving.provider.calls).toEqual([]);
  });

  it('while the pod has no identity says what to set up, may be tried again, and is reported', async () => {
    vi.spyOn(PROVIDERS.AWS!, 'authorize').mockReturnValue(() => Promise.reject(new PodIdentityError('nothing gives it an AWS identity')));
    const snapshot = aSnapshot({ providers: { 'team-a/main': asPod(ENDPOINTS.AWS, 'AWS') } });
    const gateway = await startGateway(snapshot, undefined, undefined, podIdentityPolicy(['team-a']));
    const reply = await call(gateway, { body: CHAT_BODY });
    await gateway.close();
    expect(errorOf(reply)).toMatchObject({
      code: 'provider_unreachable',
      message: 'This gateway cannot authenticate as its own pod for main: nothing gives it an AWS identity',
    });
    expect(gateway.rejected).toEqual(['team-a/main']);
  });

  it('whose token the provider echoes does not pass it on', async () => {
    vi.spyOn(PROVIDERS.AWS!, 'authorize').mockReturnValue(() => Promise.resolve(['x-amz-security-token', 'session-canary-1']));
    const { podIdentity: _, ...bare } = asPod(serving.provider.url, 'AWS');
    serving.gateway.apply(aSnapshot({ providers: { 'team-a/main': bare } }));
    serving.provider.answer(json(400, { message: 'the token session-canary-1 is odd' }));
    const reply = await call(serving.gateway, { body: CHAT_BODY });
    expect(reply.body).toContain('the token [key] is odd');
    expect(JSON.stringify([reply, serving.gateway.logs])).not.toContain('session-canary-1');
  });
});

it('only the newest tokens are remembered', async () => {
  let count = 0;
  const secrets = ['constant'];
  const sign = remembering(() => Promise.resolve(['authorization', `Bearer token-${Math.ceil(++count / 2)}`]), secrets);
  for (let request = 0; request < 14; request++) await sign({ method: 'POST', url: 'https://a.example', headers: [], body: '' });
  expect(secrets).toEqual(['constant', 'token-4', 'token-5', 'token-6', 'token-7']);
});
