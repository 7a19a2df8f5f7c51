// Errors of every type of provider, as every SDK raises them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BEGUN, BROKEN, refusal } from './failures.ts';
import { LISTENERS, raisedBy } from './listeners.ts';
import { MODEL, Stage, streams, TYPES } from './stage.ts';
import { UPSTREAMS } from './upstreams.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start();
});
afterAll(() => stage.close());

/** What the caller gets for the provider's status: our credential is not the caller's, and our provider's faults are not the caller's. */
const STATUSES: [number, number][] = [
  [400, 400],
  [401, 502],
  [403, 403],
  [404, 404],
  [429, 429],
  [500, 502],
  [529, 503],
];
const CLAUDE: Record<number, string> = {
  400: 'invalid_request_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
  502: 'api_error',
  503: 'overloaded_error',
};
const GOOGLE: Record<number, string> = {
  400: 'INVALID_ARGUMENT',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
};

describe.each(Object.keys(LISTENERS))('an SDK of %s', (name) => {
  const listener = LISTENERS[name]!;
  const cases = TYPES.flatMap((type) => STATUSES.map(([status, told]) => ({ type, status, told })));

  it.each(cases)('raises a $told for a $status of a provider of type $type', async ({ type, status, told }) => {
    stage.serve(type, refusal(type, status, 'What went wrong.'));
    const raised = await raisedBy(listener, listener.ask(stage));
    expect(raised).toMatchObject({ status: told, message: expect.stringContaining('What went wrong.') as string });
    if (name.startsWith('anthropic')) expect(raised.error).toMatchObject({ type: 'error', error: { type: CLAUDE[told] } });
    if (name.startsWith('google')) expect(raised.error).toMatchObject({ code: told, status: GOOGLE[told] });
    if (name.startsWith('openai'))
      expect(raised.error).toMatchObject({ type: expect.any(String) as string, code: expect.any(String) as string });
    // Google's SDK does not show headers.
    if (!name.startsWith('google')) expect(raised.retryAfter).toBe(status === 429 ? '7' : null);
  });

  it.each(TYPES)('raises what a provider of type %s says in the middle of a stream', async (type) => {
    const told: string[] = [];
    stage.serve(type, (response, { url }) => {
      const kind = url.endsWith('/responses') ? 'responses' : type;
      response.writeHead(200, { 'content-type': UPSTREAMS[type].streamType });
      response.end(Buffer.concat([BEGUN[kind](), BROKEN[kind]('It broke.')]));
    });
    const raised = await raisedBy(
      listener,
      listener.listen(stage, new AbortController().signal, (word) => told.push(word)),
    );
    expect(told.join('')).toBe('Well');
    expect(raised.message).toContain('It broke.');
  });

  it.each(TYPES)('raises an error where a provider of type %s hangs up in the middle of a stream', async (type) => {
    const told: string[] = [];
    stage.serve(type, (response, { url }) => {
      response.writeHead(200, { 'content-type': UPSTREAMS[type].streamType });
      response.write(BEGUN[url.endsWith('/responses') ? 'responses' : type](), () => response.destroy());
    });
    const raised = await raisedBy(
      listener,
      listener.listen(stage, new AbortController().signal, (word) => told.push(word)),
    );
    expect(told.join('')).toBe('Well');
    expect(raised.message).toContain('stopped in the middle of its answer');
  });

  it.each(TYPES)('ends the call to a provider of type %s when the application leaves its stream', async (type) => {
    const leaving = new AbortController();
    const left = Promise.withResolvers<boolean>();
    stage.serve(type, (response, { url, body }) => {
      response.on('close', () => left.resolve(response.writableFinished));
      response.writeHead(200, { 'content-type': UPSTREAMS[type].streamType });
      if (streams(url, body)) response.write(BEGUN[url.endsWith('/responses') ? 'responses' : type]());
    });
    const listening = listener.listen(stage, leaving.signal, (word) => {
      if (word !== '') leaving.abort();
    });
    await listening.catch(() => undefined);
    expect(await left.promise).toBe(false);
  });
});

it.each(['OpenAI', 'Other'] as const)(
  'an SDK of OpenAI hears the field and the code that a provider of type %s gave, from chats and responses',
  async (type) => {
    for (const name of ['openai chat', 'openai responses']) {
      stage.serve(type, refusal(type, 400, 'No.'));
      const { error } = await raisedBy(LISTENERS[name]!, LISTENERS[name]!.ask(stage));
      expect(error).toEqual({ type: 'invalid_request_error', param: 'the.field', code: 'a_code' });
    }
  },
);

it.each([
  ['Anthropic', { param: null, code: 'provider_rejected_request' }],
  ['Google', { param: 'the.field', code: 'INVALID_ARGUMENT' }],
  ['AWS', { param: null, code: 'ValidationException' }],
] as const)('an SDK of OpenAI hears the field and the code of a provider of type %s as far as it has them', async (type, expected) => {
  for (const name of ['openai chat', 'openai responses']) {
    stage.serve(type, refusal(type, 400, 'No.'));
    const { error } = await raisedBy(LISTENERS[name]!, LISTENERS[name]!.ask(stage));
    expect(error).toMatchObject(expected);
  }
});

it.each(['Anthropic', 'Google', 'AWS'] as const)(
  'an SDK of OpenAI hears which field nobody could send to a provider of type %s',
  async (type) => {
    stage.serve(type);
    const chat = LISTENERS['openai chat']!;
    const ask = { model: MODEL, messages: [{ role: 'nobody', content: 'Hello' }] } as never;
    expect(await raisedBy(chat, stage.openai.chat.completions.create(ask))).toMatchObject({
      status: 400,
      error: { type: 'invalid_request_error', param: 'messages[0].role', code: 'request_invalid' },
    });
  },
);

it('an SDK of Anthropic knows the id of its request, answered or refused', async () => {
  const ask = () => stage.anthropic.messages.create({ model: MODEL, max_tokens: 9, messages: [{ role: 'user', content: 'Hello' }] });
  stage.serve('OpenAI');
  expect((await ask())._request_id).toMatch(/^[0-9a-f-]{36}$/);
  stage.serve('OpenAI', refusal('OpenAI', 400, 'No.'));
  await expect(ask()).rejects.toMatchObject({ requestID: expect.stringMatching(/^[0-9a-f-]{36}$/) as string });
});
