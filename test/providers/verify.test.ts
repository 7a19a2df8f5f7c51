import 'reflect-metadata';
import type { webcrypto } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { BasicConstraintsExtension, type Extension, PemConverter, SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PROVIDERS } from '../../src/providers/index.ts';
import { Verifier, type VerificationTarget } from '../../src/providers/verify.ts';
import { issueAuthority, issueGatewayCertificate, type PemPair } from '../../src/push/issue.ts';
import { json, startProvider, type FakeProvider, type ReceivedCall } from '../fake/provider.ts';

const GOOD = 'good-credential-1';
const LIST = { object: 'list', data: [{ id: 'small-1' }, { id: 'large-1' }, { name: 'no id' }] };
const REFUSAL = { error: { message: `Incorrect API key provided: ${GOOD}, in org-AbCdEf0123456789.`, code: 'invalid_api_key' } };

let provider: FakeProvider;
let now = 0;
let verifier: Verifier;

beforeAll(async () => {
  provider = await startProvider();
});
beforeEach(() => {
  provider.calls.length = 0;
  now = 1_000;
  verifier = new Verifier({ providers: PROVIDERS, addresses: { allowLoopback: true }, now: () => now });
});
afterAll(() => provider.close());

function target(overrides: Partial<VerificationTarget> = {}): VerificationTarget {
  return { type: 'Other', endpoint: provider.url, credential: { secret: GOOD }, headers: [['x-team', 'a']], ...overrides };
}

/** Answers by whether the call carries the good credential. */
function answerBy(good: [number, unknown, Record<string, string>?], wrong: [number, unknown, Record<string, string>?]): void {
  provider.answer((response, call) => json(...(isGood(call) ? good : wrong))(response, call));
}
const isGood = ({ headers }: ReceivedCall): boolean => headers.authorization === `Bearer ${GOOD}`;

describe('a credential', () => {
  it('is valid and proven when the list of models opens to it and not to a wrong one', async () => {
    answerBy([200, LIST], [401, REFUSAL]);
    expect(await verifier.verify(target())).toEqual({ verdict: 'valid', models: ['small-1', 'large-1'], proven: true });
    expect(provider.calls.map(({ method, url }) => `${method} ${url}`)).toEqual(['GET /v1/models', 'GET /v1/models']);
    expect(provider.calls[0]?.headers).toMatchObject({ 'x-team': 'a', 'user-agent': 'flashback-ai-gateway' });
  });

  it('is valid but not proven when the list opens to anybody', async () => {
    answerBy([200, LIST], [200, LIST]);
    expect(await verifier.verify(target())).toMatchObject({ verdict: 'valid', proven: false });
  });

  it.each([401, 403])('is invalid when the answer is %d, in words without secrets', async (status) => {
    answerBy([status, REFUSAL], [status, REFUSAL]);
    const answer = await verifier.verify(target());
    expect(answer).toEqual({ verdict: 'invalid', message: `HTTP ${status}: Incorrect API key provided: [key], in [account].` });
  });

  it('is checked by an empty chat where there is no list of models', async () => {
    provider.answer((response, call) => {
      if (call.method === 'GET') return json(404, {})(response, call);
      return json(isGood(call) ? 400 : 401, REFUSAL)(response, call);
    });
    expect(await verifier.verify(target())).toEqual({ verdict: 'valid', models: [], proven: true });
    expect(provider.calls.at(-1)).toMatchObject({ method: 'POST', url: '/v1/chat/completions', body: '{}' });
  });

  it('that the empty chat refuses is invalid', async () => {
    provider.answer((response, call) => json(call.method === 'GET' ? 405 : 401, REFUSAL)(response, call));
    expect(await verifier.verify(target())).toMatchObject({ verdict: 'invalid' });
  });

  const SCOPES = { error: { message: 'You have insufficient permissions for this operation. Missing scopes: api.model.read.', code: null } };
  /** Answers by path, and a wrong credential with 401 everywhere. */
  const answerTo = (list: [number, unknown], chat: [number, unknown]): void =>
    provider.answer((response, call) => {
      const [status, body] = call.method === 'GET' ? list : chat;
      return (isGood(call) ? json(status, body) : json(401, REFUSAL))(response, call);
    });

  it.each([
    [401, SCOPES],
    [401, { error: { message: 'no', code: 'missing_scope' } }],
    [403, SCOPES],
    [403, { error: { message: 'Forbidden' } }],
  ])('that may chat, but not list models, is valid (HTTP %d, %j)', async (status, body) => {
    answerTo([status, body], [400, {}]);
    expect(await verifier.verify(target())).toEqual({ verdict: 'valid', models: [], proven: true });
  });

  it('that may do neither, but is known to the server, is valid', async () => {
    answerTo([403, SCOPES], [403, { error: { message: 'Missing scopes: model.request' } }]);
    expect(await verifier.verify(target())).toEqual({ verdict: 'valid', models: [], proven: true });
  });

  it('that may not list models of a server without chat is invalid', async () => {
    answerTo([403, REFUSAL], [404, {}]);
    expect(await verifier.verify(target())).toMatchObject({ verdict: 'invalid', message: expect.stringContaining('HTTP 403') as string });
  });

  describe('beside a list that opens to anybody', () => {
    const answerOpenly = (chatGood: number, chatWrong: number): void =>
      provider.answer((response, call) => {
        if (call.method === 'GET') return json(200, LIST)(response, call);
        return json(isGood(call) ? chatGood : chatWrong, REFUSAL)(response, call);
      });

    it('is invalid when chat refuses it', async () => {
      answerOpenly(401, 401);
      expect(await verifier.verify(target())).toMatchObject({ verdict: 'invalid', message: expect.stringContaining('HTTP 401') as string });
    });
    it.each([400, 422, 404, 500])('is proven when chat answers it with %d and refuses a wrong one, and keeps the list', async (status) => {
      answerOpenly(status, 401);
      expect(await verifier.verify(target())).toEqual({ verdict: 'valid', models: ['small-1', 'large-1'], proven: true });
    });
    it.each([400, 404, 500])('is not proven when chat answers anybody with %d', async (status) => {
      answerOpenly(status, status);
      expect(await verifier.verify(target())).toEqual({ verdict: 'valid', models: ['small-1', 'large-1'], proven: false });
    });
    it.each([429, 503])('is undecided while chat answers %d', async (status) => {
      answerOpenly(status, 401);
      expect(await verifier.verify(target())).toMatchObject({ verdict: 'unknown' });
    });
  });

  it('is not needed where the AILLMConfig has none', async () => {
    provider.answer(json(200, LIST));
    const { credential: _none, ...open } = target();
    expect(await verifier.verify(open)).toMatchObject({ verdict: 'valid', proven: true });
    expect(provider.calls).toHaveLength(1);
    expect(provider.calls[0]?.headers.authorization).toBeUndefined();
  });
});

describe('nothing is known', () => {
  it.each([
    ['of a server error', 500, { error: { message: 'oops' } }, 'HTTP 500: oops'],
    ['of a redirect, which is not followed', 302, {}, 'HTTP 302'],
    ['of an answer that is no list', 200, { hello: 'world' }, 'does spec.endpoint end in the API version'],
    ['of an answer that is too long', 200, { data: 'x'.repeat(4 * 1024 * 1024) }, 'larger than 4194304 bytes'],
  ])('because %s', async (_case, status, body, message) => {
    provider.answer(json(status, body, status === 302 ? { location: 'http://169.254.169.254/' } : {}));
    expect(await verifier.verify(target())).toEqual({ verdict: 'unknown', message: expect.stringContaining(message) as string });
  });

  it('while the provider asks to wait, and the pause is passed on', async () => {
    provider.answer(json(429, { error: { message: 'slow down' } }, { 'retry-after': '7' }));
    expect(await verifier.verify(target())).toEqual({ verdict: 'unknown', message: 'HTTP 429: slow down', retryAfterMs: 7_000 });
  });

  it('while nobody listens', async () => {
    const closed = await startProvider();
    await closed.close();
    const answer = await verifier.verify(target({ endpoint: closed.url }));
    expect(answer).toEqual({ verdict: 'unknown', message: expect.stringContaining('ECONNREFUSED') as string });
  });

  it('of a server that does not speak TLS, and what to write instead is said', async () => {
    const origin = new URL(provider.url).origin.replace('http:', 'https:');
    expect(await verifier.verify(target({ endpoint: `${origin}/v1` }))).toEqual({
      verdict: 'unknown',
      message: `the server at ${origin} does not speak TLS; use http:// only for hosts inside the cluster (ERR_SSL_WRONG_VERSION_NUMBER)`,
    });
    expect(provider.calls).toEqual([]);
  });

  it('when the caller gives up', async () => {
    const control = new AbortController();
    provider.answer(() => control.abort());
    expect(await verifier.verify(target(), control.signal)).toMatchObject({ verdict: 'unknown' });
  });

  it.each(['http://169.254.169.254/v1', 'http://[::1]:1/v1', 'http://localhost:1/v1'])('about %s, which is not called', async (endpoint) => {
    const strict = new Verifier({ providers: PROVIDERS, addresses: { allowLoopback: false }, now: () => now });
    expect(await strict.verify(target({ endpoint }))).toEqual({ verdict: 'unknown', message: expect.stringMatching(/address/) as string });
  });

  it('about a type that this version does not speak', async () => {
    const bare = new Verifier({ providers: {}, addresses: { allowLoopback: true }, now: () => now });
    expect(await bare.verify(target())).toEqual({ verdict: 'unknown', message: 'this version cannot check credentials of type Other' });
  });
});

describe('a server with a certificate of an authority that nobody knows', () => {
  let server: Server | undefined;
  afterEach(() => void server?.close());

  async function serve(identity: PemPair): Promise<string> {
    server = createServer(identity);
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    return `https://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  }
  const messageAt = async (endpoint: string, ca?: string): Promise<string> => {
    const answer = await verifier.verify(target(ca === undefined ? { endpoint } : { endpoint, ca }));
    return answer.verdict === 'unknown' ? answer.message : answer.verdict;
  };

  const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const HINT = 'set spec.tls.caSecretRef to a Secret with the CA certificate';

  it.each([
    ['comes alone', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', ({ cert, key }: PemPair): PemPair => ({ cert, key })],
    ['comes with that authority', 'SELF_SIGNED_CERT_IN_CHAIN', ({ cert, key }: PemPair, { cert: root }: PemPair): PemPair => ({ cert: `${cert}\n${root}`, key })],
  ])('that %s is refused with the field that names the authority', async (_name, code, identityOf) => {
    const authority = await issueAuthority(Date.now());
    const endpoint = await serve(identityOf(await issueGatewayCertificate(authority, Date.now(), 'system'), authority));
    expect(await messageAt(endpoint)).toContain(`(${code}); ${HINT}`);
  });

  it('that it has signed itself is refused in the same way', async () => {
    const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
    const cert = await X509CertificateGenerator.createSelfSigned({ name: 'CN=model', keys, signingAlgorithm: ALGORITHM });
    const key = PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), PemConverter.PrivateKeyTag);
    expect(await messageAt(await serve({ cert: cert.toString('pem'), key }))).toContain(`(DEPTH_ZERO_SELF_SIGNED_CERT); ${HINT}`);
  });

  it('is refused with another hint when the object names another authority', async () => {
    const authority = await issueAuthority(Date.now());
    const identity = await issueGatewayCertificate(authority, Date.now(), 'system');
    const endpoint = await serve({ ...identity, cert: `${identity.cert}\n${authority.cert}` });
    const { cert } = await issueAuthority(Date.now());
    expect(await messageAt(endpoint, cert)).toMatch(/; the Secret of spec\.tls\.caSecretRef holds another CA certificate than that of this server$/);
  });

  it('by way of an intermediate certificate that it keeps to itself is refused with a hint that names that, and helps', async () => {
    const [root, middle, leaf] = await Promise.all([1, 2, 3].map(() => crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])));
    const authority: Extension[] = [new BasicConstraintsExtension(true, undefined, true)];
    const known = await X509CertificateGenerator.createSelfSigned({ name: 'CN=root', keys: root!, signingAlgorithm: ALGORITHM, extensions: authority });
    const issue = (issuer: string, signer: webcrypto.CryptoKeyPair, subject: string, { publicKey }: webcrypto.CryptoKeyPair, extensions = authority) =>
      X509CertificateGenerator.create({ issuer, signingKey: signer.privateKey, subject, publicKey, signingAlgorithm: ALGORITHM, extensions });
    const missing = await issue('CN=root', root!, 'CN=middle', middle!);
    const names = [new SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])];
    const own = await issue('CN=middle', middle!, 'CN=model', leaf!, names);
    const key = PemConverter.encode(await crypto.subtle.exportKey('pkcs8', leaf!.privateKey), PemConverter.PrivateKeyTag);
    const endpoint = await serve({ cert: own.toString('pem'), key });
    server?.on('request', (_request, response) => response.writeHead(401).end());
    expect(await messageAt(endpoint, known.toString('pem'))).toMatch(
      /\(UNABLE_TO_VERIFY_LEAF_SIGNATURE\); the Secret of spec\.tls\.caSecretRef .*, or the server does not send its intermediate certificate: let it, or add that to the Secret$/,
    );
    expect(await messageAt(endpoint, `${known.toString('pem')}\n${missing.toString('pem')}`)).toBe('invalid');
  });
});

describe('the answer to a wrong credential', () => {
  const wrongCalls = (): number => provider.calls.filter((call) => !isGood(call)).length;

  it('is asked for once a day', async () => {
    answerBy([200, LIST], [401, REFUSAL]);
    await verifier.verify(target());
    now += 23 * 3_600_000;
    expect(await verifier.verify(target())).toMatchObject({ proven: true });
    expect(wrongCalls()).toBe(1);
    now += 3_600_000;
    await verifier.verify(target());
    expect(wrongCalls()).toBe(2);
  });

  it.each([429, 500])('is not remembered when it was %d, which says nothing about keys', async (status) => {
    answerBy([200, LIST], [status, {}]);
    expect(await verifier.verify(target())).toMatchObject({ proven: false });
    answerBy([200, LIST], [401, REFUSAL]);
    expect(await verifier.verify(target())).toMatchObject({ proven: true });
  });
});
