import { createPublicKey, createVerify } from 'node:crypto';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { fetchAccessToken } from '../../../src/providers/google/access-token.ts';
import { CachedToken, type AccessToken } from '../../../src/providers/cached-token.ts';
import { PodIdentityError, TokenRefusedError, TokenUnavailableError } from '../../../src/providers/token-errors.ts';
import { VertexTokens } from '../../../src/providers/google/vertex-tokens.ts';
import { json, startProvider, type FakeProvider } from '../../fake/provider.ts';
import { EMAIL, keyFile, PRIVATE_KEY } from './service-account.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;

describe('an access token', () => {
  let now: number;
  let fetches: number;
  let answer: () => Promise<AccessToken>;
  let cached: CachedToken;
  beforeEach(() => {
    now = 0;
    fetches = 0;
    answer = () => Promise.resolve({ token: `t${fetches}`, expiresAt: now + HOUR });
    cached = new CachedToken(() => {
      fetches++;
      return answer();
    }, () => now);
  });

  it('is fetched once for all who ask at the same time, and kept', async () => {
    expect(await Promise.all([cached.get(), cached.get()])).toEqual(['t1', 't1']);
    now = 54 * MINUTE;
    expect(await cached.get()).toBe('t1');
    expect(fetches).toBe(1);
  });

  it('is followed by the next one before it ends, without a wait', async () => {
    await cached.get();
    now = 56 * MINUTE;
    expect([await cached.get(), fetches]).toEqual(['t1', 2]);
    expect(await cached.get()).toBe('t2');
  });

  it('is not used in its last moments', async () => {
    await cached.get();
    now = HOUR - 29_000;
    expect(await cached.get()).toBe('t2');
  });

  it('stays in use while the next one cannot be had, with a pause between attempts', async () => {
    await cached.get();
    answer = () => Promise.reject(new Error('down'));
    now = 56 * MINUTE;
    for (let request = 0; request < 5; request++) expect(await cached.get()).toBe('t1');
    expect(fetches).toBe(2);
    now += 10_000;
    await cached.get();
    expect(fetches).toBe(3);
  });

  it('that cannot be had is asked for again after a pause only', async () => {
    answer = () => Promise.reject(new Error('down'));
    await expect(cached.get()).rejects.toThrow('down');
    now = 9_999;
    await expect(cached.get()).rejects.toThrow('down');
    expect(fetches).toBe(1);
    answer = () => Promise.resolve({ token: 'back', expiresAt: HOUR });
    now = 10_000;
    expect(await cached.get()).toBe('back');
  });
});

describe('tokens for Vertex AI', () => {
  it('are one for each service account, and one for the pod', async () => {
    const accounts: (string | undefined)[] = [];
    const tokens = new VertexTokens({
      now: () => 0,
      fetchToken: (account) => {
        accounts.push(account?.email);
        return Promise.resolve({ token: `of ${account?.email}`, expiresAt: HOUR });
      },
    });
    const other = keyFile({ client_email: 'other@p.iam.gserviceaccount.com' });
    expect(await tokens.headers(keyFile())).toEqual(['authorization', `Bearer of ${EMAIL}`]);
    for (const secret of [keyFile(), other, undefined, keyFile(), other, undefined]) await tokens.headers(secret);
    expect(accounts).toEqual([EMAIL, 'other@p.iam.gserviceaccount.com', undefined]);
  });

  it('are refused for a key file that is none', async () => {
    const tokens = new VertexTokens({ now: () => 0 });
    await expect(tokens.headers('{"type":"authorized_user"}')).rejects.toBeInstanceOf(TokenRefusedError);
  });
});

describe('the token endpoint', () => {
  let server: FakeProvider;
  /** Google's address is fixed; what is sent there comes here. */
  const urls: string[] = [];
  const inits: unknown[] = [];
  const redirected: typeof fetch = (input, init) => {
    urls.push(input instanceof Request ? input.url : String(input));
    inits.push(init);
    return fetch(server.url, { method: init?.method ?? 'GET', body: String(init?.body), headers: { connection: 'close' } });
  };
  const ask = (): Promise<AccessToken> => fetchAccessToken({ email: EMAIL, privateKey: PRIVATE_KEY }, { now: () => 0, fetch: redirected });
  beforeAll(async () => {
    server = await startProvider();
  });
  beforeEach(() => {
    server.calls.length = 0;
    urls.length = 0;
    inits.length = 0;
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });
  afterAll(() => server.close());

  it('is Google\'s, whatever the key file says, and gets a signed assertion', async () => {
    server.answer(json(200, { access_token: 'ya29.new', expires_in: 3_600, token_type: 'Bearer' }));
    expect(await ask()).toMatchObject({ token: 'ya29.new', expiresAt: expect.any(Number) as number });
    expect(urls).toEqual(['https://oauth2.googleapis.com/token']);
    const assertion = new URLSearchParams(server.calls[0]?.body).get('assertion') ?? '';
    const [header = '', claims = '', signature = ''] = assertion.split('.');
    const verified = createVerify('RSA-SHA256').update(`${header}.${claims}`);
    expect(verified.verify(createPublicKey(PRIVATE_KEY), signature, 'base64url')).toBe(true);
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
      iss: EMAIL,
      scope: 'https://www.googleapis.com/auth/cloud-platform',
    });
  });

  it('is asked with a deadline, and without the proxy that the environment names', async () => {
    vi.stubEnv('HTTPS_PROXY', 'http://proxy.example:3128');
    server.answer(json(200, { access_token: 'ya29.new', expires_in: 3_600 }));
    await ask();
    expect(inits).toEqual([expect.objectContaining({ signal: expect.any(AbortSignal) as AbortSignal })]);
    expect(inits[0]).not.toHaveProperty('agent');
  });

  const failureOf = async (): Promise<Error> => {
    const failure: unknown = await ask().catch((error: unknown) => error);
    if (!(failure instanceof Error)) throw new Error('a token was given');
    // An error that came along as its cause would hold the assertion.
    expect(failure.cause).toBeUndefined();
    expect(Object.keys(failure)).toEqual(['name']);
    for (const canary of [EMAIL, PRIVATE_KEY.slice(40, 80)]) expect(failure.message).not.toContain(canary);
    return failure;
  };

  it('refuses a key for good', async () => {
    server.answer(json(400, { error: 'invalid_grant', error_description: `Invalid JWT Signature of ${EMAIL}.` }));
    const failure = await failureOf();
    expect(failure).toBeInstanceOf(TokenRefusedError);
    expect(failure.message).toBe('Google refused the service account key (invalid_grant: Invalid JWT Signature of [key].)');
  });

  it('says what of the network kept the request from it', async () => {
    const cause = Object.assign(new Error(`getaddrinfo for ${EMAIL}`), { code: 'ENOTFOUND' });
    const broken: typeof fetch = () => Promise.reject(new TypeError('fetch failed', { cause }));
    const failure = fetchAccessToken({ email: EMAIL, privateKey: PRIVATE_KEY }, { now: () => 0, fetch: broken });
    await expect(failure).rejects.toThrow('no access token for the service account key (oauth2.googleapis.com: ENOTFOUND)');
    await expect(failure).rejects.not.toThrow(EMAIL);
  });

  it.each([
    ['it has a fault', json(400, { error: 'internal_failure' })],
    ['it does not answer in JSON', json(404, 'nothing')],
    ['it gives none', json(200, { hello: 'world' })],
  ])('says nothing about the key when %s', async (_case, answer) => {
    server.answer(answer);
    expect(await failureOf()).toBeInstanceOf(TokenUnavailableError);
  });
});

describe('the identity of the pod', () => {
  let metadata: FakeProvider;
  const ask = (): Promise<AccessToken> => fetchAccessToken(undefined, { now: () => 0 });
  /** What the metadata server says to a request for a token, and that it is one. */
  const answer = (status: number, body: unknown): void =>
    metadata.answer((response, call) => {
      response.setHeader('metadata-flavor', 'Google');
      return call.url.includes('/token') ? json(status, body)(response, call) : response.end('default/');
    });
  beforeAll(async () => {
    metadata = await startProvider();
  });
  beforeEach(() => {
    metadata.calls.length = 0;
    vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', undefined);
    vi.stubEnv('CLOUDSDK_CONFIG', '/nowhere');
    vi.stubEnv('GCE_METADATA_HOST', new URL(metadata.url).host);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });
  afterAll(() => metadata.close());

  it('comes from the metadata server, for the whole platform, and without a look for a project', async () => {
    answer(200, { access_token: 'ya29.pod', expires_in: 3_600, token_type: 'Bearer' });
    const before = Date.now();
    const { token, expiresAt } = await ask();
    expect(token).toBe('ya29.pod');
    expect(expiresAt).toBeGreaterThanOrEqual(before + 3_600_000);
    const scopes = encodeURIComponent('https://www.googleapis.com/auth/cloud-platform');
    expect(metadata.calls.map(({ url }) => url)).toEqual([
      '/computeMetadata/v1/instance',
      `/computeMetadata/v1/instance/service-accounts/default/token?scopes=${scopes}`,
    ]);
  });

  it.each([
    ['may get no token', 404, 'not bound, canary'],
    ['gets an answer that is none', 200, { hello: 'canary' }],
  ])('that %s says what to set up, and nothing of the answer', async (_case, status, body) => {
    answer(status, body);
    const failure: unknown = await ask().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(PodIdentityError);
    expect(String(failure)).toContain('bind the service account of its pod by Workload Identity Federation for GKE');
    expect(inspect(failure)).not.toContain('canary');
  });

  it('is not asked for by way of a proxy, which would answer for another machine', async () => {
    for (const name of ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy']) vi.stubEnv(name, 'http://127.0.0.1:9');
    answer(200, { access_token: 'ya29.direct', expires_in: 3_600 });
    expect(await ask()).toMatchObject({ token: 'ya29.direct' });
  });

  it('is found once there is a metadata server, although there was none at first', async () => {
    vi.stubEnv('METADATA_SERVER_DETECTION', 'ping-only');
    metadata.answer(json(404, {}));
    await expect(ask()).rejects.toBeInstanceOf(PodIdentityError);
    answer(200, { access_token: 'ya29.late', expires_in: 3_600 });
    expect(await ask()).toMatchObject({ token: 'ya29.late' });
  });
});
