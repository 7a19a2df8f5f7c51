import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { authorizeAzure, azurePath, isAzureEndpoint } from '../../../src/providers/openai/azure.ts';
import { verifyAzure } from '../../../src/providers/openai/azure-verification.ts';
import { openAiCompatible } from '../../../src/providers/openai/provider.ts';
import type { Verification } from '../../../src/providers/provider.ts';
import { Verifier } from '../../../src/providers/verify.ts';
import { json, startProvider, type FakeProvider, type ReceivedCall } from '../../fake/provider.ts';

const GOOD = 'azure-canary-0123456789';
const HOST = 'https://res.openai.azure.com';
const VERSION = 'api-version=2024-10-21';
const WRONG_KEY = { error: { code: '401', message: `Access denied due to invalid subscription key ${GOOD} or wrong API endpoint.` } };
const NO_DEPLOYMENT = { error: { code: 'DeploymentNotFound', message: 'The API deployment for this resource does not exist.' } };
const BAD_BODY = { error: { code: null, message: "Missing required parameter: 'messages'.", type: 'invalid_request_error' } };
const BASE_MODELS = { data: [{ id: 'gpt-4o-2024-11-20', object: 'model' }], object: 'list' };
const DEPLOYMENTS = {
  data: [
    { id: 'my-chat', model: 'gpt-4o', status: 'succeeded', object: 'deployment' },
    { id: 'in-the-making', model: 'gpt-4o', status: 'creating', object: 'deployment' },
    { id: 'my-embeddings', model: 'text-embedding-3-small', object: 'deployment' },
  ],
};

let provider: FakeProvider;
beforeAll(async () => {
  provider = await startProvider();
});
beforeEach(() => {
  provider.calls.length = 0;
});
afterAll(() => provider.close());

const isGood = ({ headers }: ReceivedCall): boolean => headers['api-key'] === GOOD;
const paths = (): string[] => provider.calls.map(({ method, url }) => `${method} ${url}`);
/** Answers the good key by path, and a wrong one with 401. */
function answer(byPath: (path: string) => [status: number, body: unknown]): void {
  provider.answer((response, call) => {
    const [status, body] = isGood(call) ? byPath(call.url) : [401, WRONG_KEY];
    json(status, body)(response, call);
  });
}

/** As if the server were Azure's. */
async function verify(path: string): Promise<Verification> {
  const Other = {
    ...openAiCompatible({ type: 'Other', defaultEndpoint: undefined }),
    authorize: authorizeAzure,
    verify: (probe: Parameters<typeof verifyAzure>[0]) => verifyAzure(probe, HOST + path),
  };
  const verifier = new Verifier({ providers: { Other }, addresses: { allowLoopback: true }, now: () => 0 });
  const endpoint = new URL(provider.url).origin + path;
  const verification = await verifier.verify({ type: 'Other', endpoint, credential: { secret: GOOD }, headers: [] });
  expect(JSON.stringify(verification)).not.toContain(GOOD);
  for (const { url } of provider.calls) expect(url).not.toContain(GOOD);
  return verification;
}

describe('an endpoint', () => {
  it.each([HOST, `${HOST}/openai/v1`, 'https://res.cognitiveservices.azure.com/', 'https://Res-1.services.ai.azure.com:443/openai/v1'])(
    '%s is at Azure',
    (endpoint) => {
      expect(isAzureEndpoint(endpoint)).toBe(true);
    },
  );
  it.each([
    'http://res.openai.azure.com/openai/v1',
    'https://api.openai.com/v1',
    'https://openai.azure.com',
    'https://res.openai.azure.com.evil.example',
    'https://res.openai.azure.com@evil.example',
    'https://evil.example/res.openai.azure.com/',
    'https://res.search.azure.com',
  ])('%s is not at Azure', (endpoint) => {
    expect(isAzureEndpoint(endpoint)).toBe(false);
  });
});

describe('a request', () => {
  it.each([
    ['', '/openai/v1/chat/completions', '/openai/v1/embeddings'],
    ['/openai/v1', '/chat/completions', '/embeddings'],
    ['/openai/v1/', '/chat/completions', '/embeddings'],
    ['/openai', `/deployments/my%2Fchat/chat/completions?${VERSION}`, `/deployments/my%2Fchat/embeddings?${VERSION}`],
    ['/openai/deployments', `/my%2Fchat/chat/completions?${VERSION}`, `/my%2Fchat/embeddings?${VERSION}`],
    ['/openai/deployments/one', `/chat/completions?${VERSION}`, `/embeddings?${VERSION}`],
  ])('at an endpoint that ends in "%s" goes to %s or %s below it', (path, chat, embeddings) => {
    expect([azurePath(HOST + path, 'chat', 'my/chat'), azurePath(HOST + path, 'embeddings', 'my/chat')]).toEqual([chat, embeddings]);
  });
  it('carries the key in a header of its own', () => {
    expect(authorizeAzure({ secret: GOOD })).toEqual(['api-key', GOOD]);
    expect(authorizeAzure(undefined)).toEqual([]);
  });
});

describe('a credential', () => {
  it('of a resource is proven by its models, and its deployments are named', async () => {
    answer((path) => [200, path.startsWith('/openai/deployments') ? DEPLOYMENTS : BASE_MODELS]);
    expect(await verify('')).toEqual({ verdict: 'valid', models: ['my-chat', 'my-embeddings'], proven: true });
    expect(paths()).toEqual(['GET /openai/v1/models', 'GET /openai/deployments?api-version=2023-03-15-preview', 'GET /openai/v1/models']);
  });

  it('of /openai/v1 is proven by the models, which are not named since few of them are deployed', async () => {
    answer(() => [200, BASE_MODELS]);
    expect(await verify('/openai/v1')).toEqual({ verdict: 'valid', models: [], proven: true });
    expect(paths()).toEqual(['GET /openai/v1/models', 'GET /openai/v1/models']);
  });

  it.each(['/openai', '/openai/deployments'])('of %s is proven by a deployment that nobody has, and the others are named', async (path) => {
    answer((url) => (url.includes('/flashback-credential-check/') ? [404, NO_DEPLOYMENT] : [200, DEPLOYMENTS]));
    expect(await verify(path)).toEqual({ verdict: 'valid', models: ['my-chat', 'my-embeddings'], proven: true });
    expect(paths()).toEqual([
      `POST /openai/deployments/flashback-credential-check/chat/completions?${VERSION}`,
      'GET /openai/deployments?api-version=2023-03-15-preview',
      `POST /openai/deployments/flashback-credential-check/chat/completions?${VERSION}`,
    ]);
  });

  it('of one deployment is proven by an empty chat', async () => {
    answer(() => [400, BAD_BODY]);
    expect(await verify('/openai/deployments/one')).toEqual({ verdict: 'valid', models: [], proven: true });
    expect(provider.calls[0]).toMatchObject({ method: 'POST', url: `/openai/deployments/one/chat/completions?${VERSION}`, body: '{}' });
  });

  it('of a deployment that does not exist is unknown, and Azure says why', async () => {
    answer(() => [404, NO_DEPLOYMENT]);
    const message = expect.stringContaining('HTTP 404: The API deployment for this resource does not exist.') as string;
    expect(await verify('/openai/deployments/one')).toEqual({ verdict: 'unknown', message });
  });

  it('names no deployments where they cannot be listed', async () => {
    answer((path) => (path.startsWith('/openai/deployments') ? [404, {}] : [200, BASE_MODELS]));
    expect(await verify('')).toEqual({ verdict: 'valid', models: [], proven: true });
  });

  it.each([429, 500])('is unknown while the list of deployments answers %d, since any model would do without it', async (status) => {
    answer((path) => (path.startsWith('/openai/deployments') ? [status, {}] : [200, BASE_MODELS]));
    expect(await verify('')).toMatchObject({ verdict: 'unknown' });
  });

  it('is not proven where anybody gets the same', async () => {
    provider.answer(json(200, BASE_MODELS));
    expect(await verify('/openai/v1')).toMatchObject({ verdict: 'valid', proven: false });
  });

  it.each(['', '/openai', '/openai/v1', '/openai/deployments/one'])('of "%s" is invalid when Azure refuses it', async (path) => {
    provider.answer(json(401, WRONG_KEY));
    const message = 'HTTP 401: Access denied due to invalid subscription key [key] or wrong API endpoint.';
    expect(await verify(path)).toEqual({ verdict: 'invalid', message });
  });

  it('is invalid without permission', async () => {
    provider.answer(json(403, { error: { code: 'PermissionDenied', message: 'The principal lacks the required data action.' } }));
    expect(await verify('/openai/v1')).toMatchObject({ verdict: 'invalid' });
  });

  it.each([
    'Access denied due to Virtual Network/Firewall rules.',
    'Public access is disabled. Please configure private endpoint.',
    'Traffic is not from an approved private endpoint.',
  ])('is unknown from a network that the resource does not admit: %s', async (message) => {
    provider.answer(json(403, { error: { code: '403', message } }));
    expect(await verify('/openai/v1')).toEqual({ verdict: 'unknown', message: `HTTP 403: ${message}` });
  });

  it.each([429, 503])('is unknown while Azure answers %d', async (status) => {
    answer(() => [status, { error: { message: 'busy' } }]);
    expect(await verify('/openai/v1')).toEqual({ verdict: 'unknown', message: `HTTP ${status}: busy` });
  });

  it.each([
    ['/openai/v1', 404, { error: { code: '404', message: 'Resource not found' } }],
    ['/openai/v1', 200, { hello: 'world' }],
    ['/openai', 404, { error: { code: '404', message: 'Resource not found' } }],
    ['/openai/deployments/one', 400, '<html>'],
  ])('of %s is unknown when the answer is %d %j, and the endpoint is asked about', async (path, status, body) => {
    answer(() => [status, body]);
    const message = expect.stringContaining('is spec.endpoint https://<resource>.openai.azure.com/openai/v1?') as string;
    expect(await verify(path)).toEqual({ verdict: 'unknown', message });
  });
});
