// Requests and their answers on the wire: what changes on the way and what does not.
import { Agent, request as httpRequest } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CHAT_BODY, STREAM_BODY, call } from '../fake/caller.ts';
import { APP_KEY, aRepository } from '../fake/gateway.ts';
import { CHAT_ANSWER, json, streamEvents } from '../fake/provider.ts';
import { startServing, type Serving } from '../fake/serving.ts';

let serving: Serving;
beforeAll(async () => {
  serving = await startServing();
});
beforeEach(() => {
  serving.provider.calls.length = 0;
  serving.provider.answer(json(200, CHAT_ANSWER));
  serving.apply();
});
afterAll(() => serving.close());

const received = (): string | undefined => serving.provider.calls.at(-1)?.body;

describe('the body', () => {
  const ODD = '{ "big":12345678901234567890, "b":1.0,\t"a":{"model":"small-1"},\n"model" : "small-1","text":"\\u00e9 é 🙂" }';

  it('reaches the provider byte for byte', async () => {
    await call(serving.gateway, { body: ODD });
    expect(received()).toBe(ODD);
  });

  it('reaches it with the upstream name of an alias and every other byte untouched', async () => {
    serving.apply({ repositories: { 'team-a/chat': aRepository({ models: { 'small-1': { llm: 'team-a/main', upstream: 'vendor-1' } } }) } });
    await call(serving.gateway, { body: ODD });
    expect(received()).toBe(ODD.replace('"model" : "small-1"', '"model" : "vendor-1"'));
  });
});

describe('headers', () => {
  it('of the application stay here: neither its key nor its cookies nor its accept-encoding go to the provider', async () => {
    serving.apply({}, { headers: [['x-team', 'a']] });
    await call(serving.gateway, { body: CHAT_BODY, headers: { cookie: 'a=b', 'accept-encoding': 'gzip', 'openai-organization': 'org-x', 'x-request-id': 'r' } });
    const headers = serving.provider.calls[0]!.headers;
    expect(Object.keys(headers).toSorted()).toEqual(['accept-encoding', 'authorization', 'connection', 'content-length', 'content-type', 'host', 'x-team']);
    expect(headers['accept-encoding']).toBe('identity');
  });

  it('of the provider that name accounts stay here too', async () => {
    serving.provider.answer(
      json(200, CHAT_ANSWER, { 'openai-organization': 'org-x', 'set-cookie': 'a=b', 'x-ratelimit-remaining-tokens': '1', 'openai-processing-ms': '7' }),
    );
    const { headers } = await call(serving.gateway, { body: CHAT_BODY });
    expect(Object.keys(headers).toSorted()).toEqual(['connection', 'content-length', 'content-type', 'date', 'openai-processing-ms', 'x-request-id']);
  });

  it('of a stream tell proxies not to buffer it', async () => {
    serving.provider.answer((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
      response.end(streamEvents(['a'], true).join(''));
    });
    const { headers } = await call(serving.gateway, { body: STREAM_BODY });
    expect(headers).toMatchObject({ 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache', 'x-accel-buffering': 'no' });
  });
});

describe('the request id', () => {
  const idFor = async (headers: Record<string, string>): Promise<unknown> =>
    (await call(serving.gateway, { body: CHAT_BODY, headers })).headers['x-request-id'];
  const MADE = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

  it('of the caller is returned and logged', async () => {
    expect(await idFor({ 'x-request-id': 'caller-1' })).toBe('caller-1');
    await expect.poll(() => serving.gateway.logs.at(-1)).toMatchObject({ requestId: 'caller-1', status: 200, model: 'small-1' });
  });
  it('is made where the caller sends none', async () => {
    expect(await idFor({})).toMatch(MADE);
  });
  it.each(['', 'two words', 'x'.repeat(129), 'ümlaut'])('is made in place of %j', async (given) => {
    expect(await idFor({ 'x-request-id': Buffer.from(given).toString('latin1') })).toMatch(MADE);
  });
});

it('a query string does not hide a path', async () => {
  const { status } = await call(serving.gateway, { path: '/v1/chat/completions?api-version=1', body: CHAT_BODY });
  expect(status).toBe(200);
  expect(serving.provider.calls[0]?.url).toBe('/v1/chat/completions');
});

it('refusals keep the connection open for the next request', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const post = (key: string): Promise<{ status: number | undefined; reused: boolean }> =>
    new Promise((resolve, reject) => {
      const options = { agent, method: 'POST', headers: { authorization: `Bearer ${key}` } };
      const request = httpRequest(`${serving.gateway.baseUrl}/chat/completions`, options, (response) => {
        response.resume();
        response.on('end', () => resolve({ status: response.statusCode, reused: request.reusedSocket }));
      });
      request.on('error', reject);
      request.end(CHAT_BODY);
    });
  expect(await post('sk-wrong')).toEqual({ status: 401, reused: false });
  expect(await post(APP_KEY)).toEqual({ status: 200, reused: true });
  agent.destroy();
});
