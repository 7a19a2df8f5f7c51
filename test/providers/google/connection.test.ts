import { describe, expect, it } from 'vitest';
import { authorizationHeaders } from '../../../src/providers/authorization.ts';
import { authorizeGoogle } from '../../../src/providers/google/authorization.ts';
import { GOOGLE_ENDPOINT, googlePath, isVertexEndpoint } from '../../../src/providers/google/endpoint.ts';
import { googleCredentialFlaw, readServiceAccount } from '../../../src/providers/google/service-account.ts';
import { VertexTokens } from '../../../src/providers/google/vertex-tokens.ts';
import { EMAIL, keyFile, PRIVATE_KEY, VERTEX } from './service-account.ts';

const POST = { method: 'POST', url: `${VERTEX}/x`, headers: [], body: '{}' } as const;

describe('an endpoint', () => {
  it.each([
    'https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/us-central1',
    'https://aiplatform.googleapis.com/v1/projects/p/locations/global',
    'https://aiplatform.googleapis.com:443',
    'https://AIPlatform.googleapis.com/v1',
    'https://aiplatform.eu.rep.googleapis.com/v1/projects/p/locations/eu',
  ])('%s is one of Vertex AI', (endpoint) => {
    expect(isVertexEndpoint(endpoint)).toBe(true);
  });
  it.each([
    GOOGLE_ENDPOINT,
    'http://us-central1-aiplatform.googleapis.com/v1',
    'https://aiplatform.googleapis.com.evil.example/v1',
    'https://aiplatform.googleapis.com@evil.example/v1',
    'https://aiplatform.googleapis.com:8443/v1',
    'https://evil.example/aiplatform.googleapis.com/',
    'https://x.aiplatform.googleapis.com/v1',
    'https://evilaiplatform.googleapis.com/v1',
  ])('%s is none of Vertex AI', (endpoint) => {
    expect(isVertexEndpoint(endpoint)).toBe(false);
  });
});

describe('the path of a model', () => {
  it.each([
    ['gemini-2.5-flash', 'generateContent', '/models/gemini-2.5-flash:generateContent'],
    ['models/gemini-2.5-flash', 'streamGenerateContent', '/models/gemini-2.5-flash:streamGenerateContent?alt=sse'],
    ['tunedModels/mine-1', 'generateContent', '/tunedModels/mine-1:generateContent'],
    ['a/../b?c', 'embedContent', '/models/a%2F..%2Fb%3Fc:embedContent'],
  ] as const)('%s at the Gemini API, to %s, is %s', (model, method, path) => {
    expect(googlePath(GOOGLE_ENDPOINT, model, method)).toBe(path);
  });
  it.each([
    ['gemini-2.5-flash', 'generateContent', '/publishers/google/models/gemini-2.5-flash:generateContent'],
    ['gemini-2.5-flash', 'streamGenerateContent', '/publishers/google/models/gemini-2.5-flash:streamGenerateContent?alt=sse'],
    ['models/text-embedding-005@001', 'predict', '/publishers/google/models/text-embedding-005@001:predict'],
    ['publishers/meta/models/llama-4', 'generateContent', '/publishers/meta/models/llama-4:generateContent'],
    ['endpoints/123', 'generateContent', '/endpoints/123:generateContent'],
    ['publishers/../models/x', 'countTokens', '/publishers/google/models/publishers%2F..%2Fmodels%2Fx:countTokens'],
  ] as const)('%s at Vertex AI, to %s, is %s', (model, method, path) => {
    expect(googlePath(VERTEX, model, method)).toBe(path);
  });
});

describe('a request', () => {
  const fetchToken = (): Promise<{ token: string; expiresAt: number }> => Promise.resolve({ token: 'ya29.t', expiresAt: 3_600_000 });
  const tokens = new VertexTokens({ now: () => 0, fetchToken });
  const bearer = ['authorization', 'Bearer ya29.t'];

  it.each([GOOGLE_ENDPOINT, VERTEX, 'http://gemini.svc/v1'])('to %s carries an API key in a header that stays the same', (endpoint) => {
    expect(authorizeGoogle({ secret: 'AIza-1' }, endpoint, tokens)).toEqual(['x-goog-api-key', 'AIza-1']);
  });
  it('carries an access token as a bearer', () => {
    expect(authorizeGoogle({ secret: 'ya29.abc' }, VERTEX, tokens)).toEqual(['authorization', 'Bearer ya29.abc']);
  });
  it('to Vertex AI carries an access token for a service account', async () => {
    expect(await authorizationHeaders(authorizeGoogle({ secret: `\n${keyFile()}` }, VERTEX, tokens), POST)).toEqual(bearer);
  });
  const NOT_VERTEX = [GOOGLE_ENDPOINT, VERTEX.replace('https', 'http'), 'https://gemini.example/v1'];
  it.each(NOT_VERTEX)('to %s is not made with a service account key', async (endpoint) => {
    const failure = await authorizationHeaders(authorizeGoogle({ secret: keyFile() }, endpoint, tokens), POST).catch(String);
    expect(failure).toContain('spec.endpoint');
    expect(failure).not.toContain('PRIVATE KEY');
  });
  it('without a credential carries nothing', () => {
    expect(authorizeGoogle(undefined, VERTEX, tokens)).toEqual([]);
  });
  it('as the pod carries a token of the pod to Vertex AI', async () => {
    expect(await authorizationHeaders(authorizeGoogle(undefined, VERTEX, tokens, true), POST)).toEqual(bearer);
  });
  it.each(NOT_VERTEX)('as the pod carries nothing to %s', (endpoint) => {
    expect(authorizeGoogle(undefined, endpoint, tokens, true)).toEqual([]);
  });
});

describe('a service account key', () => {
  it('is read for what signs, and for no place to get tokens from', () => {
    expect(readServiceAccount(keyFile())).toEqual({ email: EMAIL, privateKey: PRIVATE_KEY });
    expect(googleCredentialFlaw(keyFile(), VERTEX)).toBeUndefined();
  });
  it('is not asked of an API key', () => {
    expect(googleCredentialFlaw('AIza-1', GOOGLE_ENDPOINT)).toBeUndefined();
  });
  it.each([
    ['cut', keyFile().slice(0, -20), 'cut or broken'],
    ['of another type', keyFile({ type: 'external_account', credential_source: { file: '/etc/passwd' } }), 'must be service_account'],
    ['without an account', keyFile({ client_email: undefined }), 'client_email'],
    ['without a key', keyFile({ private_key: 'secret-canary' }), 'private_key'],
    ['with a key on one line', keyFile({ private_key: PRIVATE_KEY.replaceAll('\n', ' ') }), 'private_key'],
  ])('%s is refused, in words without any of it', (_case, secret, words) => {
    const flaw = googleCredentialFlaw(secret, VERTEX);
    expect(flaw).toContain(words);
    for (const part of ['secret-canary', '/etc/passwd', EMAIL, PRIVATE_KEY.slice(40, 60)]) expect(flaw).not.toContain(part);
  });
});
