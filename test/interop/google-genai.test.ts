// The Python package `google-genai`, against every type of provider.
import { beforeAll, describe, expect, it } from 'vitest';
import { THOUGHT } from '../surfaces/thoughts.ts';
import { CALL, TOKENS, WORDS } from '../surfaces/upstreams.ts';
import { LOOKED, SIGNED, signedParts, THINKING, unwrappedTurns } from './arrived.ts';
import { COUNT, DONE, PLACE, PNG, VECTORS } from './scenarios.ts';
import { Interop, TYPES, type Script } from './stage.ts';

const SCRIPT: Script = {
  file: 'google_client.py',
  cases: {
    content: 'talks',
    content_as_stream: 'talks',
    call: 'talks',
    call_as_stream: 'talks',
    content_async: 'talks',
    content_async_as_stream: 'talks',
    tools: 'looks',
    tools_as_stream: 'looks',
    thoughts: 'thinks',
    thoughts_as_stream: 'thinks',
    parse: 'fills',
    image: 'says',
    count: 'counts',
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

const CALLED = { id: expect.anything() as unknown, name: CALL.name, arguments: CALL.arguments };
/** Class, code and status that the SDK raises for the provider's status. */
const RAISED: Record<string, [string, number, string]> = {
  refused_400: ['ClientError', 400, 'INVALID_ARGUMENT'],
  refused_401: ['ServerError', 502, 'UNAVAILABLE'],
  refused_403: ['ClientError', 403, 'PERMISSION_DENIED'],
  refused_404: ['ClientError', 404, 'NOT_FOUND'],
  refused_429: ['ClientError', 429, 'RESOURCE_EXHAUSTED'],
  refused_500: ['ServerError', 502, 'UNAVAILABLE'],
  refused_529: ['ServerError', 503, 'UNAVAILABLE'],
};

const hasNone = (operation: string): object => ({
  class: 'ClientError',
  code: 400,
  status: 'INVALID_ARGUMENT',
  message: expect.stringContaining(`has no operation ${operation}`) as string,
});

it('the script has every case', () => {
  expect(interop.cases).toEqual(Object.keys(SCRIPT.cases));
});

it('says nothing that a provider cannot take, except that calls must keep to the schemas of its functions', () => {
  const types = TYPES.filter((type) => type !== 'Google');
  expect(interop.lossy).toEqual(types.flatMap((type) => [`tools.${type}`, `tools_as_stream.${type}`]));
});

describe.each(TYPES)('a provider of type %s', (type) => {
  it.each(['content', 'content_as_stream', 'content_async', 'content_async_as_stream'])('is heard, with its tokens (%s)', (name) => {
    expect(interop.heard(name, type)).toEqual({ text: WORDS, calls: [], finish: 'STOP', tokens: TOKENS });
  });

  it.each(['call', 'call_as_stream'])('calls a tool (%s)', (name) => {
    // Google's own models may name no call, and their answers pass as they came.
    const id = type === 'Google' ? null : (expect.any(String) as string);
    expect(interop.heard(name, type)).toEqual({ text: WORDS, calls: [{ ...CALLED, id }], finish: 'STOP', tokens: TOKENS });
  });

  it.each(['tools', 'tools_as_stream'])('gets the results of functions that the SDK calls itself (%s)', (name) => {
    expect(interop.heard(name, type)['text']).toContain(DONE);
    expect(unwrappedTurns(interop, name, type, 'result')).toEqual(LOOKED);
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
      expect(interop.raised('count', type)).toMatchObject(hasNone('count_tokens'));
    else expect(interop.heard('count', type)).toBe(COUNT);
  });

  it('makes embeddings, or is known to make none', () => {
    if (type === 'Anthropic') expect(interop.raised('embed', type)).toMatchObject(hasNone('batch_embeddings'));
    else expect(interop.heard('embed', type)).toEqual(VECTORS);
  });

  it.each(Object.keys(RAISED))('is told of when it refuses (%s)', (name) => {
    const [kind, code, status] = RAISED[name]!;
    const message = expect.stringContaining('What went wrong.') as string;
    expect(interop.raised(name, type)).toMatchObject({ class: kind, code, status, message });
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
    const models = interop.heard('models', 'OpenAI') as { name: string }[];
    expect(models).toHaveLength(TYPES.length * Object.keys(SCRIPT.cases).length);
    expect(models).toContainEqual(expect.objectContaining({ name: 'models/content.AWS' }));
    expect(interop.heard('one_model', 'Google')).toBe('models/one_model.Google');
  });

  it('does not know other models', () => {
    expect(interop.raised('unknown_model', 'OpenAI')).toMatchObject({ class: 'ClientError', code: 404 });
  });

  it('refuses a key that it did not issue', () => {
    expect(interop.raised('wrong_key', 'OpenAI')).toMatchObject({ class: 'ClientError', code: 401 });
    expect(interop.asked('wrong_key', 'OpenAI')).toEqual([]);
  });
});
