// What Prometheus and the access log say about traffic, and what they never say.
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hashKey } from '../../src/api/api-key.ts';
import { GATEWAY_METRICS } from '../../src/telemetry/metrics.ts';
import { CHAT_BODY, STREAM_BODY, call, rawCall, rawHead } from '../fake/caller.ts';
import { APP_KEY, aKey, aRepository } from '../fake/gateway.ts';
import { manualClock } from '../fake/manual-clock.ts';
import { samplesOf, sumOf } from '../fake/metrics.ts';
import { CHAT_ANSWER, CHAT_USAGE, json, streamEvents } from '../fake/provider.ts';
import { startServing, type Serving } from '../fake/serving.ts';

const TRAFFIC = { namespace: 'team-a', repository: 'chat', llm: 'main', provider: 'Other', model: 'small-1', key_id: 'key_app' };
const TRAFFIC_NAMES = Object.keys(TRAFFIC);
const PROMPT = 'prompt-canary-4711';
const SECRET = 'credential-canary-4711';
const UNKNOWN_KEY = aKey(88);

const clock = manualClock(Date.parse('2026-01-01T00:00:00Z'));
let serving: Serving;
beforeAll(async () => {
  serving = await startServing(clock);
});
beforeEach(() => {
  serving.provider.answer(json(200, CHAT_ANSWER));
  serving.apply({}, { credential: { secret: SECRET } });
});
afterAll(() => serving.close());

const stream = (events: readonly string[], before = (): void => undefined): void =>
  serving.provider.answer((response) => {
    before();
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(events.join(''));
  });

/** How much each sum rose during an action. */
async function rise(action: () => Promise<unknown>): Promise<(name: string, labels?: Record<string, string>) => number> {
  const before = await serving.quiet();
  await action();
  const after = await serving.quiet();
  return (name, labels) => sumOf(after, name, labels) - sumOf(before, name, labels);
}

describe('the labels of traffic', () => {
  it('are the same six on every metric about it, with few more', async () => {
    await call(serving.gateway, { body: CHAT_BODY });
    stream(streamEvents(['a'], true));
    await call(serving.gateway, { body: STREAM_BODY });
    await leave(CHAT_BODY);
    serving.provider.answer(json(200, { ...CHAT_ANSWER, usage: undefined }));
    await call(serving.gateway, { body: CHAT_BODY });
    const text = await serving.quiet();
    const more: Record<string, string[]> = {
      gen_ai_client_token_usage_count: ['gen_ai_token_type'],
      flashback_requests_total: ['operation', 'status', 'code'],
      flashback_tokens_total: ['direction'],
    };
    for (const name of [
      'gen_ai_client_token_usage_count',
      'gen_ai_server_request_duration_count',
      'gen_ai_server_time_to_first_token_count',
      'gen_ai_server_time_per_output_token_count',
      'flashback_requests_total',
      'flashback_tokens_total',
      'flashback_requests_without_usage_total',
      'flashback_client_disconnects_total',
    ]) {
      const samples = samplesOf(text, name);
      expect(samples.length, name).toBeGreaterThan(0);
      for (const { labels } of samples) {
        expect(labels, name).toMatchObject(TRAFFIC);
        expect(Object.keys(labels).toSorted(), name).toEqual([...TRAFFIC_NAMES, ...(more[name] ?? [])].toSorted());
      }
    }
  });

  it('name an alias as applications do, not as the provider does', async () => {
    serving.apply({ repositories: { 'team-a/chat': aRepository({ models: { 'alias-1': { llm: 'team-a/main', upstream: 'vendor-1' } } }) } });
    await call(serving.gateway, { body: CHAT_BODY.replace('small-1', 'alias-1') });
    const models = samplesOf(await serving.quiet(), 'flashback_requests_total').map(({ labels }) => labels['model']);
    expect(models).toContain('alias-1');
    expect(models).not.toContain('vendor-1');
  });
});

describe('tokens', () => {
  it('of a chat are counted by direction', async () => {
    const rose = await rise(() => call(serving.gateway, { body: CHAT_BODY }));
    const directions = ['input', 'output', 'cached_input', 'reasoning'];
    expect(directions.map((direction) => rose('flashback_tokens_total', { ...TRAFFIC, direction }))).toEqual([11, 7, 4, 3]);
    expect(rose('gen_ai_client_token_usage_sum', { ...TRAFFIC, gen_ai_token_type: 'input' })).toBe(11);
    expect(rose('gen_ai_client_token_usage_sum', { ...TRAFFIC, gen_ai_token_type: 'output' })).toBe(7);
    expect(rose('flashback_requests_without_usage_total')).toBe(0);
    expect(rose('flashback_requests_total', { ...TRAFFIC, operation: 'chat', status: '200', code: 'none' })).toBe(1);
  });

  it('of a stream are the same, whether the application asked for them or not', async () => {
    stream(streamEvents(['a'], true));
    for (const body of [STREAM_BODY, STREAM_BODY.replace('{', '{"stream_options":{"include_usage":true},')]) {
      const rose = await rise(() => call(serving.gateway, { body }));
      expect(rose('flashback_tokens_total', { direction: 'output' })).toBe(CHAT_USAGE.completion_tokens);
    }
  });

  it('of embeddings are input only', async () => {
    serving.provider.answer(json(200, { object: 'list', data: [], usage: { prompt_tokens: 5, total_tokens: 5 } }));
    const rose = await rise(() => call(serving.gateway, { path: '/v1/embeddings', body: '{"model":"small-1","input":"x"}' }));
    expect(rose('flashback_tokens_total', { direction: 'input' })).toBe(5);
    expect(rose('gen_ai_client_token_usage_count', { gen_ai_token_type: 'input' })).toBe(1);
    expect(rose('gen_ai_client_token_usage_count', { gen_ai_token_type: 'output' })).toBe(0);
    expect(rose('flashback_requests_total', { operation: 'embeddings' })).toBe(1);
  });

  it('that the provider does not report are missed aloud', async () => {
    serving.provider.answer(json(200, { ...CHAT_ANSWER, usage: undefined }));
    const rose = await rise(() => call(serving.gateway, { body: CHAT_BODY }));
    expect(rose('flashback_requests_without_usage_total', TRAFFIC)).toBe(1);
  });

  it('are not missed of a request that failed', async () => {
    serving.provider.answer(json(500, {}));
    const rose = await rise(() => call(serving.gateway, { body: CHAT_BODY }));
    expect(rose('flashback_requests_without_usage_total')).toBe(0);
    expect(rose('flashback_errors_total', { cause: 'provider', code: 'provider_failed' })).toBe(1);
  });
});

describe('times', () => {
  it('to the first token and per token are those of streams', async () => {
    stream(streamEvents(['a'], true), () => clock.advance(2_000));
    const rose = await rise(() => call(serving.gateway, { body: STREAM_BODY }));
    expect(rose('gen_ai_server_time_to_first_token_count', TRAFFIC)).toBe(1);
    expect(rose('gen_ai_server_time_to_first_token_sum', TRAFFIC)).toBe(2);
    expect(rose('gen_ai_server_time_per_output_token_count', TRAFFIC)).toBe(1);
    expect(rose('gen_ai_server_request_duration_sum', TRAFFIC)).toBe(2);
  });

  it('of answers in one piece are only those of the whole', async () => {
    serving.provider.answer((response, received) => {
      clock.advance(3_000);
      json(200, CHAT_ANSWER)(response, received);
    });
    const rose = await rise(() => call(serving.gateway, { body: CHAT_BODY }));
    expect(rose('gen_ai_server_request_duration_sum', TRAFFIC)).toBe(3);
    expect(rose('gen_ai_server_time_to_first_token_count')).toBe(0);
    expect(rose('gen_ai_server_time_per_output_token_count')).toBe(0);
  });
});

/** Starts a request and leaves once the provider has it. */
async function leave(body: string): Promise<void> {
  const called = Promise.withResolvers<void>();
  serving.provider.answer(() => called.resolve());
  const headers = { authorization: `Bearer ${APP_KEY}` };
  const request = httpRequest(`${serving.gateway.baseUrl}/chat/completions`, { method: 'POST', agent: false, headers });
  request.on('error', () => undefined);
  request.end(body);
  await called.promise;
  request.destroy();
  await new Promise((resolve) => request.once('close', resolve));
}

const WITH_PROMPT = CHAT_BODY.replace('Hello', PROMPT);
const STREAM_WITH_PROMPT = STREAM_BODY.replace('Hello', PROMPT);
/** Every way in which a request can end. */
const ENDS: Record<string, () => Promise<unknown>> = {
  'an answer': () => call(serving.gateway, { body: WITH_PROMPT }),
  'a stream': () => {
    stream(streamEvents([PROMPT], true));
    return call(serving.gateway, { body: STREAM_WITH_PROMPT });
  },
  'a list of models': () => call(serving.gateway, { method: 'GET', path: '/v1/models' }),
  'a wrong key': () => call(serving.gateway, { key: UNKNOWN_KEY, body: WITH_PROMPT }),
  'a wrong path': () => call(serving.gateway, { path: `/v1/${PROMPT}`, body: WITH_PROMPT }),
  'a wrong model': () => call(serving.gateway, { body: WITH_PROMPT.replace('small-1', PROMPT) }),
  'a wrong body': () => call(serving.gateway, { body: PROMPT }),
  'an error of the provider': () => {
    serving.provider.answer(json(400, { error: { message: `No: ${PROMPT} ${SECRET}`, code: SECRET } }));
    return call(serving.gateway, { body: WITH_PROMPT });
  },
  'a refused credential': () => {
    serving.provider.answer(json(401, { error: { message: `Incorrect API key: ${SECRET}` } }));
    return call(serving.gateway, { body: WITH_PROMPT });
  },
  'a connection that never comes': () => {
    serving.apply({}, { endpoint: 'http://127.0.0.1:1/v1', credential: { secret: SECRET } });
    return call(serving.gateway, { body: WITH_PROMPT });
  },
  'a cut before the answer': () => {
    serving.provider.answer((response) => response.destroy());
    return call(serving.gateway, { body: WITH_PROMPT });
  },
  'a cut stream': () => {
    serving.provider.answer((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(streamEvents([PROMPT], false)[0]);
      setImmediate(() => response.destroy());
    });
    return call(serving.gateway, { body: STREAM_WITH_PROMPT });
  },
  'a cut JSON answer': () => {
    serving.provider.answer((response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' }).write('{');
      setImmediate(() => response.destroy());
    });
    return call(serving.gateway, { body: WITH_PROMPT }).catch(() => undefined);
  },
  'a caller that left': () => leave(WITH_PROMPT),
  'a caller that left a stream': () => leave(STREAM_WITH_PROMPT),
  'no HTTP at all': () => rawCall(serving.gateway.url, `${PROMPT}\r\n\r\n`),
  'an upload that is refused': () => rawCall(serving.gateway.url, rawHead('/v1/embeddings', 'expect: 100-continue', 'content-length: 99999999')),
};

describe.each(Object.entries(ENDS))('after %s', (_name, end) => {
  it('nothing is in flight, and neither log nor metrics hold a key, a credential or a prompt', async () => {
    await serving.quiet();
    const logged = serving.gateway.logs.length;
    await end();
    const text = (await serving.quiet()) + JSON.stringify(serving.gateway.logs.slice(logged));
    for (const canary of [APP_KEY, UNKNOWN_KEY, SECRET, PROMPT]) expect(text).not.toContain(canary);
  });
});

it('the access log carries the fields of the metrics', async () => {
  await call(serving.gateway, { body: CHAT_BODY, headers: { 'x-request-id': 'log-1' } });
  await serving.quiet();
  expect(serving.gateway.logs.find(({ requestId }) => requestId === 'log-1')).toMatchObject({
    ...TRAFFIC,
    method: 'POST',
    path: '/v1/chat/completions',
    operation: 'chat',
    status: 200,
    stream: false,
    inputTokens: 11,
    outputTokens: 7,
    durationMs: 0,
  });
});

it('the series of a removed key are gone after an hour, and those of others stay', async () => {
  const other = { [hashKey(aKey(20))]: { id: 'key_other', repository: 'team-a/chat' } };
  const app = { [hashKey(APP_KEY)]: { id: 'key_app', repository: 'team-a/chat' } };
  serving.apply({ keys: { ...app, ...other } });
  await call(serving.gateway, { key: aKey(20), body: CHAT_BODY });
  serving.provider.answer(json(500, {}));
  await call(serving.gateway, { key: aKey(20), body: CHAT_BODY });
  await serving.quiet();
  serving.apply({ keys: app });
  clock.advance(3_599_999);
  serving.apply({ keys: app });
  expect(await serving.gateway.metrics()).toContain('key_other');
  clock.advance(1);
  serving.apply({ keys: app });
  const text = await serving.gateway.metrics();
  expect(text).not.toContain('key_other');
  expect(text).toContain('key_app');
});

it('a key that comes back within the hour keeps its series', async () => {
  const app = { [hashKey(APP_KEY)]: { id: 'key_app', repository: 'team-a/chat' } };
  serving.apply({ keys: {} });
  clock.advance(3_000_000);
  serving.apply({ keys: app });
  clock.advance(3_000_000);
  serving.apply({ keys: {} });
  expect(await serving.gateway.metrics()).toContain('key_app');
});

it('every metric of the list is registered under its name', async () => {
  const text = await serving.gateway.metrics();
  for (const [name, { kind, help }] of Object.entries(GATEWAY_METRICS)) {
    expect(text).toContain(`# HELP ${name} ${help}\n# TYPE ${name} ${kind}\n`);
  }
});
