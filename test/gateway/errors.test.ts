// Every error of the table: who gets it, with which status, in which words.
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { hashKey } from '../../src/api/api-key.ts';
import { ERRORS, type ErrorCode } from '../../src/errors.ts';
import { PROVIDERS } from '../../src/providers/index.ts';
import { CHAT_BODY, STREAM_BODY, call, errorOf, sdk, type Reply } from '../fake/caller.ts';
import { APP_KEY, aKey, aRepository, startGateway } from '../fake/gateway.ts';
import { sumOf } from '../fake/metrics.ts';
import { CHAT_ANSWER, json, streamEvents } from '../fake/provider.ts';
import { startServing, type Serving } from '../fake/serving.ts';

const CANARIES = {
  credential: 'upstream-credential-canary-1',
  key: 'sk-proj-Canary0123456789',
  masked: 'sk-abc***********wxyz',
  organization: 'org-Canary0123456789',
  project: 'proj_Canary0123456789',
  arn: 'arn:aws:iam::123456789012:user/canary',
};
const TIMEOUTS = { connect: 2_000, response: 5_000, idle: 5_000 };

let serving: Serving;
beforeAll(async () => {
  serving = await startServing();
});
beforeEach(() => {
  serving.gateway.rejected.length = 0;
  serving.provider.answer(json(200, CHAT_ANSWER));
  reset();
});
afterAll(() => serving.close());

const reset = (timeouts: Partial<typeof TIMEOUTS & { total: number }> = {}): void =>
  serving.apply({}, { credential: { secret: CANARIES.credential }, timeouts: { ...TIMEOUTS, ...timeouts } });
const chat = (body = CHAT_BODY): Promise<Reply> => call(serving.gateway, { body });
async function failingWith(status: number, body: unknown, headers: Record<string, string> = {}): Promise<Reply> {
  serving.provider.answer(json(status, body, headers));
  return chat();
}

/** How a request comes to each error. */
const CASES: Record<string, () => Promise<Reply>> = {
  key_missing: () => call(serving.gateway, { key: null, body: CHAT_BODY }),
  key_malformed: () => call(serving.gateway, { key: 'sk-x', body: CHAT_BODY }),
  key_unknown: () => call(serving.gateway, { key: aKey(99), body: CHAT_BODY }),
  key_expired: () => {
    serving.apply({ keys: { [hashKey(APP_KEY)]: { id: 'k', repository: 'team-a/chat', expiresAt: 1 } } });
    return chat();
  },
  key_revoked: () => {
    serving.apply({ keys: {}, revokedKeys: { [hashKey(APP_KEY)]: { id: 'k', repository: 'team-a/chat', revokedAt: 1 } } });
    return chat();
  },
  key_of_other_surface: () => {
    serving.apply({ keys: { [hashKey(APP_KEY)]: { id: 'k', repository: 'team-a/chat', type: 'Anthropic' } } });
    return chat();
  },
  repository_suspended: () => {
    serving.apply({ repositories: { 'team-a/chat': aRepository({ suspended: true }) } });
    return chat();
  },
  surface_not_enabled: () => {
    serving.apply({ repositories: { 'team-a/chat': aRepository({ surfaces: ['Anthropic'] }) } });
    return chat();
  },
  route_not_found: () => call(serving.gateway, { path: '/chat/completions', body: CHAT_BODY }),
  method_not_allowed: () => call(serving.gateway, { method: 'GET' }),
  model_not_found: () => chat('{"model":"nobody"}'),
  provider_not_ready: () => {
    serving.apply({ repositories: { 'team-a/chat': aRepository({ models: {}, unservedLlms: ['team-a/main'] }) } });
    return chat('{"model":"small-1"}');
  },
  model_missing: () => chat('{}'),
  body_not_json: () => chat('nonsense'),
  body_not_form: () => call(serving.gateway, { path: '/v1/audio/transcriptions', body: CHAT_BODY }),
  content_encoding_not_supported: () => call(serving.gateway, { body: CHAT_BODY, headers: { 'content-encoding': 'gzip' } }),
  body_too_large: () => call(serving.gateway, { headers: { 'content-length': '999999999', expect: '100-continue' } }),
  expectation_not_supported: () => call(serving.gateway, { body: CHAT_BODY, headers: { expect: 'a-miracle' } }),
  body_too_complex: () => chat(`{"model":"small-1","x":${'['.repeat(300_000)}`),
  rate_limited: () => failingWith(429, {}),
  provider_rejected_request: () => failingWith(400, {}),
  provider_credentials_rejected: () => failingWith(401, {}),
  provider_failed: () => failingWith(500, {}),
  provider_overloaded: () => failingWith(503, {}),
  provider_timeout: () => {
    reset({ response: 20 });
    serving.provider.answer(() => undefined);
    return chat();
  },
  provider_unreachable: async () => {
    serving.apply({}, { endpoint: `http://127.0.0.1:${await closedPort()}/v1` });
    return chat();
  },
  gateway_not_ready: async () => {
    const empty = await startGateway(undefined);
    const reply = await call(empty, { body: CHAT_BODY });
    await empty.close();
    return reply;
  },
  internal_error: () => {
    vi.spyOn(PROVIDERS.Other!, 'toRequest').mockImplementationOnce(() => {
      throw new Error('a fault of ours');
    });
    return chat();
  },
};

/** Errors that no whole answer can carry, and where they are tested instead. */
const ELSEWHERE: Partial<Record<ErrorCode, string>> = {
  request_malformed: 'client-error.test.ts: the answer is that of a connection',
  request_timeout: 'client-error.test.ts',
  headers_too_large: 'client-error.test.ts',
  gateway_overloaded: 'body-budget.test.ts',
  body_incomplete: 'request-body.test.ts: the caller is gone, so only metrics and log tell',
  provider_stream_broken: 'below: it comes as an event in a stream under way',
  operation_not_supported: 'translation.test.ts: none of the OpenAI dialect lacks one',
  request_invalid: 'translation.test.ts',
  fidelity_lost: 'translation.test.ts',
  content_policy_violation: 'policies/bypass.test.ts',
  policy_unavailable: 'policies/failures.test.ts',
};

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

it('every error of the table is reached here, or is known to be tested elsewhere', () => {
  expect([...Object.keys(CASES), ...Object.keys(ELSEWHERE)].toSorted()).toEqual(Object.keys(ERRORS).toSorted());
});

describe.each(Object.keys(CASES))('%s', (code) => {
  it('comes with its status, the envelope and the request id', async () => {
    const reply = await CASES[code]!();
    const definition = ERRORS[code as ErrorCode];
    expect(reply.status).toBe(definition.status);
    expect(reply.headers['content-type']).toBe('application/json');
    expect(reply.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(Object.keys(JSON.parse(reply.body) as object)).toEqual(['error']);
    expect(errorOf(reply)).toEqual({ message: expect.stringMatching(/./) as string, type: definition.type, param: paramOf(code), code });
  });
});

it.each([
  ['GET', '/v1/chat/completions', 'POST'],
  ['OPTIONS', '/v1/embeddings', 'POST'],
  ['POST', '/v1/models', 'GET'],
  ['DELETE', '/v1/models/small-1', 'GET'],
])('%s %s is answered with the method that the path allows', async (method, path, allowed) => {
  const { status, headers } = await call(serving.gateway, { method, path });
  expect([status, headers['allow']]).toEqual([405, allowed]);
});

it('an error that no method would have avoided allows none', async () => {
  expect((await call(serving.gateway, { method: 'GET', path: '/v1' })).headers).not.toHaveProperty('allow');
});

function paramOf(code: string): string | null {
  return code.startsWith('model_') ? 'model' : null;
}

describe('an error of the provider', () => {
  it('keeps its status, message, type, param and code', async () => {
    const error = { message: 'max_tokens is too large: 9', type: 'invalid_request_error', param: 'max_tokens', code: 'invalid_value' };
    const reply = await failingWith(422, { error });
    expect(reply.status).toBe(422);
    expect(errorOf(reply)).toEqual(error);
    expect(sumOf(await serving.quiet(), 'flashback_requests_total', { status: '422', code: 'provider_rejected_request' })).toBe(1);
  });

  it('loses every credential and account id, wherever it stands', async () => {
    const text = Object.values(CANARIES).join(' and ');
    for (const status of [400, 401, 403, 404, 429, 500, 503]) {
      const reply = await failingWith(status, { error: { message: `Refused: ${text}`, type: text, param: text, code: text } });
      for (const canary of Object.values(CANARIES)) expect(reply.body).not.toContain(canary);
      expect(errorOf(reply).message).toContain('Refused');
    }
    await serving.quiet();
    for (const canary of Object.values(CANARIES)) expect(JSON.stringify(serving.gateway.logs)).not.toContain(canary);
  });

  it('about our credential is a fault behind the gateway and is reported', async () => {
    const reply = await failingWith(401, { error: { message: 'Incorrect API key', code: 'invalid_api_key', type: 'x' } });
    expect(reply.status).toBe(502);
    expect(errorOf(reply)).toMatchObject({ code: 'provider_credentials_rejected', type: 'api_error' });
    expect(errorOf(reply).message).toContain('HTTP 401): Incorrect API key');
    expect(serving.gateway.rejected).toEqual(['team-a/main']);
  });

  it('about anything else reports no credential', async () => {
    for (const status of [400, 403, 404, 429, 500]) await failingWith(status, {});
    expect(serving.gateway.rejected).toEqual([]);
  });

  it('about a right that the account lacks is the answer to this request only', async () => {
    const reply = await failingWith(403, { error: { message: 'Country not supported', code: 'unsupported_country', type: 'request_forbidden' } });
    expect(reply.status).toBe(403);
    expect(errorOf(reply)).toEqual({ message: 'Country not supported', code: 'unsupported_country', type: 'request_forbidden', param: null });
  });

  it('inside a stream keeps its words, but for what names accounts and credentials', async () => {
    const message = `tool failed for ${Object.values(CANARIES).join(' ')}`;
    serving.provider.answer((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(`${streamEvents(['one'], false)[0]}data: ${JSON.stringify({ error: { message } })}\n\n`);
    });
    const reply = await call(serving.gateway, { body: STREAM_BODY });
    expect(reply.body).toContain('tool failed for');
    for (const canary of Object.values(CANARIES)) expect(reply.body).not.toContain(canary);
  });

  it('that goes on and on with provisional answers is given up', async () => {
    reset({ response: 30 });
    let timer: ReturnType<typeof setInterval> | undefined;
    serving.provider.answer((response) => {
      timer = setInterval(() => response.writeEarlyHints({ link: '</x>; rel=preload' }), 5);
      response.on('close', () => clearInterval(timer));
    });
    const reply = await chat();
    clearInterval(timer);
    expect([reply.status, errorOf(reply).code]).toEqual([504, 'provider_timeout']);
  });

  it('that ends its connection in good order inside an event never leaves the caller inside it', async () => {
    serving.provider.answer((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(`${streamEvents(['one'], false)[0]}data: {"choices":[{"delta":{"content":"hal`);
    });
    const reply = await call(serving.gateway, { body: STREAM_BODY });
    expect(reply.body).not.toContain('hal');
    expect(reply.body).toContain('provider_stream_broken');
    expect(reply.body.endsWith('data: [DONE]\n\n')).toBe(true);
  });

  it('in an event stream that nobody asked for keeps account data out just the same', async () => {
    serving.provider.answer((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(`data: ${JSON.stringify({ error: { message: `bad key ${CANARIES.credential}` } })}\n\n`);
    });
    const reply = await chat();
    expect(reply.body).toContain('bad key');
    expect(reply.body).not.toContain(CANARIES.credential);
  });

  it('about its rate keeps the pause to wait', async () => {
    const reply = await failingWith(429, { error: { message: 'slow down', code: 'rate_limit_exceeded' } }, { 'retry-after': '7', 'retry-after-ms': '6500' });
    expect(reply.headers).toMatchObject({ 'retry-after': '7', 'retry-after-ms': '6500' });
    expect(errorOf(reply)).toEqual({ message: 'slow down', type: 'rate_limit_error', param: null, code: 'rate_limit_exceeded' });
  });

  it.each([
    [302, 502, 'provider_failed'],
    [400, 400, 'provider_rejected_request'],
    [404, 404, 'provider_rejected_request'],
    [408, 504, 'provider_timeout'],
    [413, 413, 'provider_rejected_request'],
    [500, 502, 'provider_failed'],
    [502, 502, 'provider_failed'],
    [503, 503, 'provider_overloaded'],
    [504, 504, 'provider_timeout'],
    [529, 503, 'provider_overloaded'],
  ])('of HTTP %d becomes HTTP %d with %s', async (upstream, status, code) => {
    const reply = await failingWith(upstream, {}, upstream === 302 ? { location: 'http://127.0.0.1:1/' } : {});
    expect([reply.status, errorOf(reply).code]).toEqual([status, code]);
  });

  it('that is no JSON is replaced by a sentence with its status', async () => {
    serving.provider.answer((response) => response.writeHead(502, { 'content-type': 'text/html' }).end('<html>nginx</html>'));
    expect(errorOf(await chat()).message).toBe('The provider answered with HTTP 502 and no error message.');
  });

  it('to a stream request is an error, not a stream', async () => {
    serving.provider.answer(json(400, { error: { message: 'no', code: 'c' } }));
    const request = sdk(serving.gateway).chat.completions.create({ model: 'small-1', messages: [], stream: true });
    await expect(request).rejects.toMatchObject({ status: 400, code: 'c' });
  });

  it('whose body breaks off keeps the meaning of its status', async () => {
    serving.provider.answer((response) => {
      response.writeHead(429, { 'content-length': '1000', 'retry-after': '3' }).write('{"error":');
      setImmediate(() => response.destroy());
    });
    const reply = await chat();
    expect([reply.status, errorOf(reply).code, reply.headers['retry-after']]).toEqual([429, 'rate_limited', '3']);
  });

  it('whose body never ends is cut off and answered', async () => {
    const closed = new Promise((resolve) => {
      serving.provider.answer((response) => {
        response.on('close', resolve);
        response.writeHead(500);
        const go = (): void => {
          while (!response.destroyed && response.write('x'.repeat(10_000)));
          if (!response.destroyed) response.once('drain', go);
        };
        go();
      });
    });
    expect((await chat()).status).toBe(502);
    await closed;
  });
});

describe('a provider', () => {
  it('that is not there is named by its resource and never by its address', async () => {
    const port = await closedPort();
    serving.apply({}, { endpoint: `http://127.0.0.1:${port}/v1` });
    const reply = await chat();
    expect(errorOf(reply).message).toBe('No connection to the provider behind main (ECONNREFUSED).');
    expect(reply.body).not.toContain(String(port));
  });

  it('that takes too long altogether is given up, with a status before the answer and with an event in it', async () => {
    reset({ total: 50 });
    serving.provider.answer(() => undefined);
    expect(errorOf(await chat()).code).toBe('provider_timeout');
    serving.provider.answer((response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).write(streamEvents([], false)[0]));
    expect((await chat(STREAM_BODY)).body).toContain('"code":"provider_timeout"');
  });

  it('that falls silent in a stream ends it with an error event and [DONE]', async () => {
    reset({ idle: 20 });
    const [first = ''] = streamEvents([], false);
    serving.provider.answer((response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).write(first));
    const { status, body } = await chat(STREAM_BODY);
    const error = { message: 'The provider behind main did not answer in time.', type: 'api_error', param: null, code: 'provider_timeout' };
    expect(status).toBe(200);
    expect(body).toBe(`${first}data: ${JSON.stringify({ error })}\n\ndata: [DONE]\n\n`);
    expect(sumOf(await serving.quiet(), 'flashback_requests_total', { status: '200', code: 'provider_timeout' })).toBe(2);
  });

  it('that breaks off in the middle of an event never leaves the caller inside it', async () => {
    const [first = '', second = ''] = streamEvents(['x'], false);
    serving.provider.answer((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(first + second.slice(0, -9));
      setImmediate(() => response.destroy());
    });
    const { body } = await chat(STREAM_BODY);
    const [kept, error, done, rest] = body.split('\n\n');
    expect(`${kept}\n\n`).toBe(first);
    expect(JSON.parse(error!.slice('data: '.length))).toMatchObject({ error: { code: 'provider_stream_broken', type: 'api_error' } });
    expect([done, rest]).toEqual(['data: [DONE]', '']);
  });

  it.each([
    ['with a length', { 'content-length': '100' }],
    ['in chunks', {}],
  ])('that breaks off in the middle of JSON %s breaks the connection', async (_how, headers) => {
    serving.provider.answer((response) => {
      response.writeHead(200, { 'content-type': 'application/json', ...headers }).write('{"id":');
      setImmediate(() => response.destroy());
    });
    await expect(chat()).rejects.toThrow(/aborted|hang up|ECONNRESET/);
    await serving.quiet();
    expect(serving.gateway.logs.at(-1)).toMatchObject({ code: 'provider_stream_broken' });
    expect(serving.gateway.logs.at(-1)).not.toHaveProperty('clientGone');
  });
});

describe('an error of the gateway itself', () => {
  it('tells the caller where to look and the log what happened', async () => {
    const reply = await CASES['internal_error']!();
    expect(errorOf(reply).message).toBe(`The gateway failed. Its log has the details under request id ${String(reply.headers['x-request-id'])}.`);
    await serving.quiet();
    const line = serving.gateway.logs.find(({ msg, requestId }) => msg !== 'request' && requestId === reply.headers['x-request-id']);
    expect(JSON.stringify(line)).toContain('a fault of ours');
  });
});

it('the id of the caller comes back on errors too', async () => {
  const reply = await call(serving.gateway, { key: null, body: CHAT_BODY, headers: { 'x-request-id': 'mine-1' } });
  expect(reply.headers['x-request-id']).toBe('mine-1');
});

it('errors are counted by who has to act', async () => {
  const text = await serving.quiet();
  for (const code of Object.keys(CASES) as ErrorCode[]) {
    if (code === 'gateway_not_ready') continue;
    expect(sumOf(text, 'flashback_errors_total', { code, cause: ERRORS[code].cause }), code).toBeGreaterThan(0);
  }
});
