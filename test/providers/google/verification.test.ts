import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { authorizeGoogle } from '../../../src/providers/google/authorization.ts';
import { GOOGLE_ENDPOINT } from '../../../src/providers/google/endpoint.ts';
import { PodIdentityError, TokenRefusedError, TokenUnavailableError } from '../../../src/providers/token-errors.ts';
import { verifyGoogle } from '../../../src/providers/google/verification.ts';
import { VertexTokens } from '../../../src/providers/google/vertex-tokens.ts';
import { openAiCompatible } from '../../../src/providers/openai/provider.ts';
import type { Verification } from '../../../src/providers/provider.ts';
import { Verifier } from '../../../src/providers/verify.ts';
import { json, startProvider, type FakeProvider, type ReceivedCall } from '../../fake/provider.ts';
import { keyFile, PRIVATE_KEY, VERTEX } from './service-account.ts';

const GOOD = 'AIzaCanary-0123456789';
const TOKEN = 'ya29.canary-0123456789';
const errorInfo = (reason: string): object => ({ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'googleapis.com' });
const error = (code: number, status: string, message: string, ...details: object[]): object => ({
  error: { code, message, status, details },
});
const BAD_KEY = error(400, 'INVALID_ARGUMENT', `API key not valid: ${GOOD}`, errorInfo('API_KEY_INVALID'));
const model = (name: string, ...supportedGenerationMethods: string[]): object => ({ name: `models/${name}`, supportedGenerationMethods });

let provider: FakeProvider;
beforeAll(async () => {
  provider = await startProvider();
});
beforeEach(() => {
  provider.calls.length = 0;
});
afterAll(() => provider.close());

const isGood = ({ headers }: ReceivedCall): boolean => headers['x-goog-api-key'] === GOOD || headers.authorization === `Bearer ${TOKEN}`;
const calls = (): string[] => provider.calls.map(({ method, url }) => `${method} ${url}`);
const tokens = (fetchToken = () => Promise.resolve({ token: TOKEN, expiresAt: 3_600_000 })): VertexTokens =>
  new VertexTokens({ now: () => 0, fetchToken });

let now = 0;
/** As if the endpoint were Google's. */
function verifierFor(endpoint: string, vertexTokens = tokens()): Verifier {
  const Google = {
    ...openAiCompatible({ type: 'Google', defaultEndpoint: GOOGLE_ENDPOINT }),
    authorize: (credential: { secret: string } | undefined, _: string, asPod?: boolean) =>
      authorizeGoogle(credential, endpoint, vertexTokens, asPod),
    verify: (probe: Parameters<typeof verifyGoogle>[0]) => verifyGoogle(probe, endpoint),
  };
  return new Verifier({ providers: { Google }, addresses: { allowLoopback: true }, now: () => now });
}

async function verify(verifier: Verifier, secret: string | undefined = GOOD): Promise<Verification> {
  const credential = secret === '' ? ({ podIdentity: true } as const) : { credential: { secret } };
  const verification = await verifier.verify({ type: 'Google', endpoint: provider.url, headers: [], ...credential });
  for (const canary of [GOOD, TOKEN, PRIVATE_KEY.slice(40, 80)]) {
    expect(JSON.stringify(verification)).not.toContain(canary);
    for (const { url } of provider.calls) expect(url).not.toContain(canary);
  }
  return verification;
}

describe('an API key', () => {
  const answer = (status: number, body: unknown): void =>
    provider.answer((response, call) => (isGood(call) ? json(status, body) : json(400, BAD_KEY))(response, call));

  it('is proven by the list of models, of which those are named that answer', async () => {
    const first = {
      models: [
        model('gemini-2.5-flash', 'generateContent', 'countTokens'),
        model('embedding-1', 'embedContent'),
        model('veo-3', 'predictLongRunning'),
        { name: 'models/says-nothing' },
        { displayName: 'no name' },
      ],
      nextPageToken: 'a&b',
    };
    provider.answer((response, call) => {
      if (!isGood(call)) return json(400, BAD_KEY)(response, call);
      return json(200, call.url.includes('pageToken') ? { models: [model('gemini-3-pro', 'generateContent')] } : first)(response, call);
    });
    expect(await verify(verifierFor(GOOGLE_ENDPOINT))).toEqual({
      verdict: 'valid',
      models: ['gemini-2.5-flash', 'embedding-1', 'says-nothing', 'gemini-3-pro'],
      proven: true,
    });
    const firstPage = 'GET /v1/models?pageSize=1000';
    expect(calls()).toEqual([firstPage, `${firstPage}&pageToken=a%26b`, firstPage]);
  });

  it('stays proven by the answer to a wrong one that is remembered without its words', async () => {
    answer(200, { models: [] });
    const verifier = verifierFor(GOOGLE_ENDPOINT);
    await verify(verifier);
    expect(await verify(verifier)).toEqual({ verdict: 'valid', models: [], proven: true });
    expect(provider.calls.filter((call) => !isGood(call))).toHaveLength(1);
  });

  it('is not proven where anybody gets the list', async () => {
    provider.answer(json(200, { models: [] }));
    expect(await verify(verifierFor(GOOGLE_ENDPOINT))).toMatchObject({ verdict: 'valid', proven: false });
  });

  it.each([
    [400, BAD_KEY, 'API key not valid: [key]'],
    [400, [BAD_KEY], 'API key not valid: [key]'],
    [401, error(401, 'UNAUTHENTICATED', 'no'), 'no'],
    [403, error(403, 'PERMISSION_DENIED', 'blocked', errorInfo('API_KEY_SERVICE_BLOCKED')), 'blocked'],
  ])('is invalid when the answer is %d %j', async (status, body, message) => {
    answer(status, body);
    expect(await verify(verifierFor(GOOGLE_ENDPOINT))).toEqual({ verdict: 'invalid', message: `HTTP ${status}: ${message}` });
  });

  it.each([
    [400, error(400, 'FAILED_PRECONDITION', 'User location is not supported for the API use.')],
    [400, error(400, 'INVALID_ARGUMENT', 'bad page size')],
    [404, error(404, 'NOT_FOUND', 'no')],
    [302, {}],
    [500, error(500, 'INTERNAL', 'no')],
    [503, error(503, 'UNAVAILABLE', 'no')],
    [200, { hello: 'world' }],
    [200, null],
  ])('is unknown when the answer is %d %j', async (status, body) => {
    answer(status, body);
    expect(await verify(verifierFor(GOOGLE_ENDPOINT))).toMatchObject({ verdict: 'unknown' });
  });

  it('is asked about again after the delay that Google names in the body', async () => {
    answer(429, error(429, 'RESOURCE_EXHAUSTED', 'slow', { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '6.4s' }));
    expect(await verify(verifierFor(GOOGLE_ENDPOINT))).toEqual({ verdict: 'unknown', message: 'HTTP 429: slow', retryAfterMs: 7_000 });
  });
});

describe('a service account key', () => {
  const answer = (status: number, body: unknown, wrong = 401): void =>
    provider.answer((response, call) => {
      return (isGood(call) ? json(status, body) : json(wrong, error(wrong, 'UNAUTHENTICATED', 'no')))(response, call);
    });
  const NO_MODEL = error(404, 'NOT_FOUND', 'Publisher Model was not found');

  it('is proven by counting tokens, and the connection may have any model', async () => {
    answer(200, { totalTokens: 1 });
    expect(await verify(verifierFor(VERTEX), keyFile())).toEqual({ verdict: 'valid', models: [], proven: true });
    expect(calls()[0]).toBe('POST /v1/publishers/google/models/gemini-2.5-flash:countTokens');
    expect(JSON.parse(provider.calls[0]?.body ?? '')).toEqual({ contents: [{ role: 'user', parts: [{ text: 'x' }] }] });
    for (const { headers } of provider.calls) expect(JSON.stringify(headers)).not.toContain('PRIVATE KEY');
  });

  it('is good where the location lacks the model', async () => {
    answer(404, NO_MODEL);
    expect(await verify(verifierFor(VERTEX), keyFile())).toEqual({ verdict: 'valid', models: [], proven: true });
  });

  it('is not proven where a wrong one gets the same', async () => {
    answer(404, NO_MODEL, 404);
    expect(await verify(verifierFor(VERTEX), keyFile())).toMatchObject({ verdict: 'valid', proven: false });
  });

  it.each([401, 403])('is invalid when Vertex AI answers %d', async (status) => {
    answer(status, error(status, 'PERMISSION_DENIED', `Bearer ${TOKEN} may not`));
    expect(await verify(verifierFor(VERTEX), keyFile())).toEqual({ verdict: 'invalid', message: `HTTP ${status}: Bearer [key] may not` });
  });

  it.each([
    [404, '<html>'],
    [400, error(400, 'INVALID_ARGUMENT', 'bad location')],
    [200, { hello: 'world' }],
  ])('is unknown when the answer is %d %j, and the endpoint is asked about', async (status, body) => {
    answer(status, body);
    const message = expect.stringContaining('/projects/<project>/locations/<location>?') as string;
    expect(await verify(verifierFor(VERTEX), keyFile())).toEqual({ verdict: 'unknown', message });
  });

  it('is unknown while Vertex AI has no time', async () => {
    answer(503, error(503, 'UNAVAILABLE', 'busy'));
    expect(await verify(verifierFor(VERTEX), keyFile())).toEqual({ verdict: 'unknown', message: 'HTTP 503: busy' });
  });

  it('is invalid when Google gives no token for it, and unknown while Google cannot be asked', async () => {
    const message = 'Google refused the service account key';
    const refusing = tokens(() => Promise.reject(new TokenRefusedError(message)));
    expect(await verify(verifierFor(VERTEX, refusing), keyFile())).toEqual({ verdict: 'invalid', message });
    const absent = tokens(() => Promise.reject(new TokenUnavailableError('no access token')));
    expect(await verify(verifierFor(VERTEX, absent), keyFile())).toEqual({ verdict: 'unknown', message: 'no access token' });
    expect(provider.calls).toEqual([]);
  });

  it('is invalid at the Gemini API, which is not called', async () => {
    expect(await verify(verifierFor(GOOGLE_ENDPOINT), keyFile())).toMatchObject({ verdict: 'invalid' });
    expect(provider.calls).toEqual([]);
  });
});

describe('the identity of the pod', () => {
  it('is good when Vertex AI counts tokens for it and not for anybody', async () => {
    const refusal = error(401, 'UNAUTHENTICATED', 'no');
    provider.answer((response, call) => (isGood(call) ? json(200, { totalTokens: 1 }) : json(401, refusal))(response, call));
    expect(await verify(verifierFor(VERTEX), '')).toEqual({ verdict: 'valid', models: [], proven: true });
    expect(provider.calls.map(isGood)).toEqual([true, false]);
  });

  it('that may not call models is refused in words without its token', async () => {
    provider.answer(json(403, error(403, 'PERMISSION_DENIED', `${TOKEN} lacks aiplatform.endpoints.predict`)));
    const message = 'HTTP 403: [key] lacks aiplatform.endpoints.predict';
    expect(await verify(verifierFor(VERTEX), '')).toEqual({ verdict: 'invalid', message });
  });

  it('that there is not is no news about the connection, and is told as such', async () => {
    const none = tokens(() => Promise.reject(new PodIdentityError('bind the service account')));
    const expected = { verdict: 'unknown', message: 'bind the service account', noIdentity: true };
    expect(await verify(verifierFor(VERTEX, none), '')).toEqual(expected);
    expect(provider.calls).toEqual([]);
  });
});
