// The Python package `anthropic`, against every type of provider.
import { beforeAll, describe, expect, it } from 'vitest';
import { THOUGHT } from '../surfaces/thoughts.ts';
import { CALL, TOKENS, WORDS } from '../surfaces/upstreams.ts';
import { conversation, LOOKED, SIGNED, signedParts, THINKING } from './arrived.ts';
import { COUNT, DONE, PLACE, PNG } from './scenarios.ts';
import { Interop, TYPES, type Script } from './stage.ts';

const SCRIPT: Script = {
  file: 'anthropic_client.py',
  cases: {
    message: 'talks',
    message_as_stream: 'talks',
    message_call: 'talks',
    message_call_as_stream: 'talks',
    message_async: 'talks',
    message_async_as_stream: 'talks',
    tools: 'looks',
    tools_as_stream: 'looks',
    tool_runner: 'looks',
    thoughts: 'thinks',
    thoughts_as_stream: 'thinks',
    parse: 'fills',
    image: 'says',
    count: 'counts',
    refused_400: 'refuses with 400',
    refused_401: 'refuses with 401',
    refused_403: 'refuses with 403',
    refused_404: 'refuses with 404',
    refused_429: 'refuses with 429',
    refused_500: 'refuses with 500',
    refused_529: 'refuses with 529',
    breaks: 'breaks',
    hangs_up: 'hangs up',
    models: 'says',
    one_model: 'says',
    unknown_model: 'says',
    wrong_key: 'says',
    bearer: 'says',
  },
};

let interop: Interop;
beforeAll(async () => {
  interop = await Interop.run(SCRIPT);
});

const CALLED = { id: expect.stringMatching(/^toolu_/) as string, name: CALL.name, arguments: CALL.arguments };
/** Class, status and type that the SDK raises for the provider's status. */
const RAISED: Record<string, [string, number, string]> = {
  refused_400: ['BadRequestError', 400, 'invalid_request_error'],
  refused_401: ['InternalServerError', 502, 'api_error'],
  refused_403: ['PermissionDeniedError', 403, 'permission_error'],
  refused_404: ['NotFoundError', 404, 'not_found_error'],
  refused_429: ['RateLimitError', 429, 'rate_limit_error'],
  refused_500: ['InternalServerError', 502, 'api_error'],
  refused_529: ['ServiceUnavailableError', 503, 'overloaded_error'],
};
const errorOf = (type: string, message: string): unknown => ({
  type: 'error',
  error: expect.objectContaining({ type, message: expect.stringContaining(message) as string }) as unknown,
});

it('the script has every case', () => {
  expect(interop.cases).toEqual(Object.keys(SCRIPT.cases));
});

it('says nothing that a provider cannot take', () => {
  expect(interop.lossy).toEqual([]);
});

describe.each(TYPES)('a provider of type %s', (type) => {
  it.each(['message', 'message_as_stream', 'message_async', 'bearer'])('is heard, with its tokens (%s)', (name) => {
    expect(interop.heard(name, type)).toEqual({ text: WORDS, calls: [], finish: 'end_turn', tokens: TOKENS });
  });

  it('is heard word by word by the async client', () => {
    expect(interop.heard('message_async_as_stream', type)).toMatchObject({ text: WORDS });
  });

  it.each(['message_call', 'message_call_as_stream'])('calls a tool (%s)', (name) => {
    expect(interop.heard(name, type)).toEqual({ text: WORDS, calls: [CALLED], finish: 'tool_use', tokens: TOKENS });
  });

  it.each(['tools', 'tools_as_stream', 'tool_runner'])('gets the results of parallel calls in their order (%s)', (name) => {
    expect(interop.heard(name, type)).toMatchObject({ text: DONE });
    expect(conversation(interop, name, type).turns).toEqual(LOOKED);
  });

  it('is asked without a thread by the tool runner, which hears that none is kept', () => {
    const asked = interop.asked('tool_runner', type);
    expect(asked).toHaveLength(2);
    for (const body of asked) expect(body).not.toHaveProperty('thread');
  });

  it('fills the form of a pydantic model', () => {
    expect(interop.heard('parse', type)).toEqual(PLACE);
    expect(interop.lastCall('parse', type).body).toMatch(/people/);
  });

  it('sees an image', () => {
    expect(interop.heard('image', type)).toMatchObject({ text: WORDS });
    expect(interop.lastCall('image', type).body).toContain(PNG);
  });

  it('counts tokens, or is known not to', () => {
    if (type === 'OpenAI' || type === 'Other')
      expect(interop.raised('count', type)).toMatchObject({
        class: 'BadRequestError',
        body: errorOf('invalid_request_error', 'count_tokens'),
      });
    else expect(interop.heard('count', type)).toBe(COUNT);
  });

  it.each(Object.keys(RAISED))('is told of when it refuses (%s)', (name) => {
    const [kind, status, error] = RAISED[name]!;
    expect(interop.raised(name, type)).toMatchObject({ class: kind, status_code: status, body: errorOf(error, 'What went wrong.') });
  });

  it.each([
    ['breaks', 'It broke.'],
    ['hangs_up', 'stopped in the middle of its answer'],
  ])('is told of when it fails in the middle of a stream (%s)', (name, message) => {
    expect(interop.heard(name, type)).toEqual({
      text: 'Well',
      raised: expect.objectContaining({ message: expect.stringContaining(message) as string }) as unknown,
    });
  });
});

describe.each(THINKING)('thoughts of a provider of type %s', (type) => {
  it.each(['thoughts', 'thoughts_as_stream'])('are shown, and come back as they were signed (%s)', (name) => {
    expect(interop.heard(name, type)).toMatchObject({ thought: THOUGHT, text: DONE });
    expect(signedParts(type, interop.asked(name, type).at(-1)!)).toEqual(SIGNED[type]);
  });
});

describe('the gateway itself', () => {
  it('lists the models', () => {
    const models = interop.heard('models', 'OpenAI') as { id: string }[];
    expect(models).toHaveLength(TYPES.length * Object.keys(SCRIPT.cases).length);
    expect(models).toContainEqual({ id: 'message.AWS', type: 'model' });
    expect(interop.heard('one_model', 'Google')).toBe('one_model.Google');
  });

  it('does not know other models', () => {
    expect(interop.raised('unknown_model', 'OpenAI')).toMatchObject({ class: 'NotFoundError', status_code: 404 });
  });

  it('refuses a key that it did not issue', () => {
    expect(interop.raised('wrong_key', 'OpenAI')).toMatchObject({ class: 'AuthenticationError', status_code: 401 });
    expect(interop.asked('wrong_key', 'OpenAI')).toEqual([]);
  });
});
