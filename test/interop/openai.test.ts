// The Python package `openai`, against every type of provider.
import { beforeAll, describe, expect, it } from 'vitest';
import { THOUGHT } from '../surfaces/thoughts.ts';
import { CALL, TOKENS, WORDS } from '../surfaces/upstreams.ts';
import { conversation, LOOKED, SIGNED, signedParts, THINKING } from './arrived.ts';
import { DONE, PLACE, PNG, VECTORS } from './scenarios.ts';
import { Interop, TYPES, type Script } from './stage.ts';

const SCRIPT: Script = {
  file: 'openai_client.py',
  cases: {
    chat: 'talks',
    chat_as_stream: 'talks',
    chat_call: 'talks',
    chat_call_as_stream: 'talks',
    chat_async: 'talks',
    chat_async_as_stream: 'talks',
    chat_tools: 'looks',
    chat_tools_as_stream: 'looks',
    chat_thoughts: 'thinks',
    chat_parse: 'fills',
    chat_image: 'says',
    responses: 'talks',
    responses_as_stream: 'talks',
    responses_call: 'talks',
    responses_call_as_stream: 'talks',
    responses_tools: 'looks',
    responses_thoughts: 'thinks',
    responses_parse: 'fills',
    embed: 'embeds',
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
  },
};

let interop: Interop;
beforeAll(async () => {
  interop = await Interop.run(SCRIPT);
});

const CALLED = { id: expect.any(String) as string, name: CALL.name, arguments: CALL.arguments };
/** Class and status that the SDK raises for the provider's status. */
const RAISED: Record<string, [string, number]> = {
  refused_400: ['BadRequestError', 400],
  refused_401: ['InternalServerError', 502],
  refused_403: ['PermissionDeniedError', 403],
  refused_404: ['NotFoundError', 404],
  refused_429: ['RateLimitError', 429],
  refused_500: ['InternalServerError', 502],
  refused_529: ['InternalServerError', 503],
};

it('the script has every case', () => {
  expect(interop.cases).toEqual(Object.keys(SCRIPT.cases));
});

it('says nothing that a provider cannot take', () => {
  expect(interop.lossy).toEqual([]);
});

describe.each(TYPES)('a provider of type %s', (type) => {
  it.each(['chat', 'chat_as_stream', 'chat_async'])('is heard, with its tokens (%s)', (name) => {
    expect(interop.heard(name, type)).toEqual({ text: WORDS, calls: [], finish: 'stop', tokens: TOKENS });
  });

  it('is heard word by word by the async client', () => {
    expect(interop.heard('chat_async_as_stream', type)).toMatchObject({ text: WORDS });
  });

  it.each(['responses', 'responses_as_stream'])('is heard, with its tokens (%s)', (name) => {
    expect(interop.heard(name, type)).toEqual({ text: WORDS, calls: [], finish: 'completed', tokens: TOKENS });
  });

  it.each(['chat_call', 'chat_call_as_stream', 'responses_call', 'responses_call_as_stream'])('calls a tool (%s)', (name) => {
    const finish = name.startsWith('chat') ? 'tool_calls' : 'completed';
    expect(interop.heard(name, type)).toEqual({ text: WORDS, calls: [CALLED], finish, tokens: TOKENS });
  });

  it.each(['chat_tools', 'chat_tools_as_stream', 'responses_tools'])('gets the results of parallel calls in their order (%s)', (name) => {
    expect(interop.heard(name, type)).toMatchObject({ text: DONE });
    expect(conversation(interop, name, type).turns).toEqual(LOOKED);
  });

  it.each(['chat_parse', 'responses_parse'])('fills the form of a pydantic model (%s)', (name) => {
    expect(interop.heard(name, type)).toEqual(PLACE);
    expect(interop.lastCall(name, type).body).toMatch(/people/);
  });

  it('sees an image', () => {
    expect(interop.heard('chat_image', type)).toMatchObject({ text: WORDS });
    expect(interop.lastCall('chat_image', type).body).toContain(PNG);
  });

  it('makes embeddings, or is known to make none', () => {
    if (type === 'Anthropic')
      expect(interop.raised('embed', type)).toMatchObject({ class: 'BadRequestError', code: 'operation_not_supported', param: 'model' });
    else expect(interop.heard('embed', type)).toEqual({ vectors: VECTORS, tokens: 5 });
  });

  it.each(Object.keys(RAISED))('is told of when it refuses (%s)', (name) => {
    const [kind, status] = RAISED[name]!;
    expect(interop.raised(name, type)).toMatchObject({
      class: kind,
      status_code: status,
      type: expect.any(String) as string,
      code: expect.any(String) as string,
      message: expect.stringContaining('What went wrong.') as string,
    });
  });

  it.each([
    ['breaks', 'It broke.'],
    ['hangs_up', 'stopped in the middle of its answer'],
  ])('is told of when it fails in the middle of a stream (%s)', (name, message) => {
    expect(interop.heard(name, type)).toEqual({
      text: 'Well',
      raised: expect.objectContaining({ class: 'APIError', message: expect.stringContaining(message) as string }) as unknown,
    });
  });
});

describe.each(THINKING)('thoughts of a provider of type %s', (type) => {
  it.each(['chat_thoughts', 'responses_thoughts'])('are shown, and come back as they were signed (%s)', (name) => {
    expect(interop.heard(name, type)).toMatchObject({ thought: THOUGHT, text: DONE });
    expect(signedParts(type, interop.asked(name, type).at(-1)!)).toEqual(SIGNED[type]);
  });
});

describe('the gateway itself', () => {
  it('lists the models, and whose they are', () => {
    const models = interop.heard('models', 'OpenAI') as { id: string }[];
    expect(models).toHaveLength(TYPES.length * Object.keys(SCRIPT.cases).length);
    expect(models).toContainEqual({ id: 'chat.AWS', owned_by: 'chat.AWS' });
    expect(interop.heard('one_model', 'Google')).toBe('one_model.Google');
  });

  it('does not know other models', () => {
    expect(interop.raised('unknown_model', 'OpenAI')).toMatchObject({ class: 'NotFoundError', status_code: 404, code: 'model_not_found' });
  });

  it('refuses a key that it did not issue', () => {
    expect(interop.raised('wrong_key', 'OpenAI')).toMatchObject({ class: 'AuthenticationError', status_code: 401 });
    expect(interop.asked('wrong_key', 'OpenAI')).toEqual([]);
  });
});
