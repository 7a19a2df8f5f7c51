import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ANTHROPIC_ENDPOINT, authorizeAnthropic } from '../../../src/providers/anthropic/connection.ts';
import { readAnthropicError } from '../../../src/providers/anthropic/error.ts';
import { verifyAnthropic } from '../../../src/providers/anthropic/verification.ts';
import { openAiCompatible } from '../../../src/providers/openai/provider.ts';
import type { Verification } from '../../../src/providers/provider.ts';
import { Verifier } from '../../../src/providers/verify.ts';
import { json, startProvider, type FakeProvider, type ReceivedCall } from '../../fake/provider.ts';

const GOOD = 'sk-ant-api03-canary-0123456789';
const WRONG_KEY = { type: 'error', error: { type: 'authentication_error', message: `invalid x-api-key ${GOOD}` }, request_id: 'req_1' };
const BAD_BODY = { type: 'error', error: { type: 'invalid_request_error', message: 'messages: Field required' } };

let provider: FakeProvider;
beforeAll(async () => {
  provider = await startProvider();
});
beforeEach(() => {
  provider.calls.length = 0;
});
afterAll(() => provider.close());

const isGood = ({ headers }: ReceivedCall): boolean => headers['x-api-key'] === GOOD;
const page = (names: string[], hasMore = false): object => ({
  data: names.map((id) => ({ type: 'model', id })),
  has_more: hasMore,
  last_id: names.at(-1),
});
const paths = (): string[] => provider.calls.map(({ method, url }) => `${method} ${url}`);

async function verify(): Promise<Verification> {
  const Anthropic = {
    ...openAiCompatible({ type: 'Anthropic', defaultEndpoint: ANTHROPIC_ENDPOINT }),
    authorize: authorizeAnthropic,
    verify: verifyAnthropic,
  };
  const verifier = new Verifier({ providers: { Anthropic }, addresses: { allowLoopback: true }, now: () => 0 });
  const verification = await verifier.verify({ type: 'Anthropic', endpoint: provider.url, credential: { secret: GOOD }, headers: [] });
  expect(JSON.stringify(verification)).not.toContain(GOOD);
  for (const { url } of provider.calls) expect(url).not.toContain(GOOD);
  return verification;
}

describe('requests', () => {
  it('carry an API key and the version', () => {
    expect(authorizeAnthropic({ secret: GOOD })).toEqual(['x-api-key', GOOD, 'anthropic-version', '2023-06-01']);
  });
  it('carry an access token as a bearer, and ask for that to be accepted', () => {
    expect(authorizeAnthropic({ secret: 'sk-ant-oat01-abc' })).toEqual([
      'authorization',
      'Bearer sk-ant-oat01-abc',
      'anthropic-version',
      '2023-06-01',
      'anthropic-beta',
      'oauth-2025-04-20',
    ]);
  });
  it('carry nothing without a credential', () => {
    expect(authorizeAnthropic(undefined)).toEqual([]);
  });
});

describe('a credential', () => {
  it('is proven by the list of models, of which every page is read', async () => {
    provider.answer((response, call) => {
      if (!isGood(call)) return json(401, WRONG_KEY)(response, call);
      return json(200, call.url.includes('after_id') ? page(['c']) : page(['a', 'b&c'], true))(response, call);
    });
    expect(await verify()).toEqual({ verdict: 'valid', models: ['a', 'b&c', 'c'], proven: true });
    expect(paths()).toEqual(['GET /v1/models?limit=1000', 'GET /v1/models?limit=1000&after_id=b%26c', 'GET /v1/models?limit=1000']);
    expect(provider.calls[0]?.headers['anthropic-version']).toBe('2023-06-01');
  });

  it('gets at most ten pages read of a list without end', async () => {
    let last = 0;
    provider.answer((response, call) => json(isGood(call) ? 200 : 401, page([`m${last++}`], true))(response, call));
    expect(await verify()).toMatchObject({ verdict: 'valid', models: { length: 10 } });
  });

  it('gets at most 2,000 names read', async () => {
    let last = 0;
    const names = (): string[] => Array.from({ length: 1_500 }, () => `m${last++}`);
    provider.answer((response, call) => json(isGood(call) ? 200 : 401, page(names(), true))(response, call));
    expect(await verify()).toMatchObject({ verdict: 'valid', models: { length: 2_000 } });
    expect(provider.calls.filter(isGood)).toHaveLength(2);
  });

  it('gets a page read once, even where it points to itself', async () => {
    provider.answer((response, call) => json(isGood(call) ? 200 : 401, page(['a'], true))(response, call));
    await verify();
    expect(provider.calls.filter(isGood)).toHaveLength(2);
  });

  it('is unknown when a later page fails, since half a list would take models away', async () => {
    provider.answer((response, call) => {
      if (call.url.includes('after_id')) return json(500, { error: { message: 'oops' } })(response, call);
      return json(200, page(['a'], true))(response, call);
    });
    expect(await verify()).toEqual({ verdict: 'unknown', message: 'HTTP 500: oops' });
  });

  it.each([401, 403])('is invalid when the answer is %d', async (status) => {
    provider.answer(json(status, WRONG_KEY));
    expect(await verify()).toEqual({ verdict: 'invalid', message: `HTTP ${status}: invalid x-api-key [key]` });
  });

  it.each([400, 402, 408, 429, 500, 503, 529, 302])('is unknown when the answer is %d', async (status) => {
    provider.answer(json(status, { type: 'error', error: { type: 'x', message: 'not now' } }, { 'retry-after': '9' }));
    expect(await verify()).toEqual({ verdict: 'unknown', message: `HTTP ${status}: not now`, retryAfterMs: 9_000 });
  });

  it.each([{ hello: 'world' }, 'text', null, []])('is unknown when the answer is %j', async (body) => {
    provider.answer(json(200, body));
    expect(await verify()).toMatchObject({ verdict: 'unknown', message: expect.stringContaining('/v1?') as string });
  });

  describe('where there is no list', () => {
    const answerChat = (good: number, wrong: number): void =>
      provider.answer((response, call) => {
        if (call.method === 'GET') return json(404, {})(response, call);
        return json(isGood(call) ? good : wrong, isGood(call) ? BAD_BODY : WRONG_KEY)(response, call);
      });

    it('is proven by an empty message, which costs nothing', async () => {
      answerChat(400, 401);
      expect(await verify()).toEqual({ verdict: 'valid', models: [], proven: true });
      expect(provider.calls.at(-1)).toMatchObject({ method: 'POST', url: '/v1/messages', body: '{}' });
    });
    it('is not proven when anybody gets the same', async () => {
      answerChat(400, 400);
      expect(await verify()).toMatchObject({ verdict: 'valid', proven: false });
    });
    it('is invalid when the empty message is refused', async () => {
      answerChat(401, 401);
      expect(await verify()).toMatchObject({ verdict: 'invalid' });
    });
    it('is unknown when there are no messages either', async () => {
      answerChat(404, 404);
      expect(await verify()).toMatchObject({ verdict: 'unknown' });
    });
  });

  describe('where anybody may read the list', () => {
    const answerOpenly = (good: number, wrong: number): void =>
      provider.answer((response, call) => {
        if (call.method === 'GET') return json(200, page(['a']))(response, call);
        return json(isGood(call) ? good : wrong, BAD_BODY)(response, call);
      });

    it.each([
      [400, 401, true],
      [400, 400, false],
      [404, 404, false],
    ])('keeps the list when an empty message gets %d and a wrong key %d (proven: %s)', async (good, wrong, proven) => {
      answerOpenly(good, wrong);
      expect(await verify()).toEqual({ verdict: 'valid', models: ['a'], proven });
    });
    it.each([429, 529])('is unknown while an empty message gets %d', async (status) => {
      answerOpenly(status, 401);
      expect(await verify()).toMatchObject({ verdict: 'unknown' });
    });
    it('is invalid when the empty message is refused', async () => {
      answerOpenly(401, 401);
      expect(await verify()).toMatchObject({ verdict: 'invalid' });
    });
  });
});

describe('an error', () => {
  it('keeps its message and its type', () => {
    const body = JSON.stringify({ type: 'error', error: { type: 'not_found_error', message: 'model: x' }, request_id: 'req_1' });
    expect(readAnthropicError(404, body)).toEqual({ message: 'model: x', type: 'not_found_error', param: null, code: null });
  });
  it('of status 529 is an overload even without a body', () => {
    expect(readAnthropicError(529, '')).toMatchObject({ type: 'overloaded_error', message: expect.stringContaining('529') as string });
  });
  it('of a proxy in front has some words', () => {
    expect(readAnthropicError(502, '<html>').message).toBe('The provider answered with HTTP 502 and no error message.');
  });
});
