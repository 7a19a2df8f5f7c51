// The Python package `langchain-openai`, against every type of provider.
import { beforeAll, describe, expect, it } from 'vitest';
import { THOUGHT } from '../surfaces/thoughts.ts';
import { CALL, TOKENS, WORDS } from '../surfaces/upstreams.ts';
import { conversation, LOOKED, SIGNED, signedParts, THINKING } from './arrived.ts';
import { DONE, PLACE, PNG, VECTORS, type Scenario } from './scenarios.ts';
import { Interop, TYPES, type Script } from './stage.ts';

const APIS = ['chat', 'responses'];
const OF_EACH: [string, Scenario][] = [
  ['', 'talks'],
  ['_as_stream', 'talks'],
  ['_call', 'talks'],
  ['_call_as_stream', 'talks'],
  ['_tools', 'looks'],
  ['_tools_as_stream', 'looks'],
  ['_fill', 'fills'],
  ['_fill_by_call', 'fills'],
  ['_image', 'says'],
];

const SCRIPT: Script = {
  file: 'langchain_client.py',
  cases: {
    ...Object.fromEntries(APIS.flatMap((api) => OF_EACH.map(([what, scenario]) => [api + what, scenario]))),
    chat_async: 'talks',
    chat_async_as_stream: 'talks',
    thoughts: 'thinks',
    thoughts_as_stream: 'thinks',
    embed: 'embeds',
    refused_400: 'refuses with 400',
    refused_401: 'refuses with 401',
    refused_429: 'refuses with 429',
    refused_500: 'refuses with 500',
    breaks: 'breaks',
    hangs_up: 'hangs up',
  },
};

let interop: Interop;
beforeAll(async () => {
  interop = await Interop.run(SCRIPT);
});

const CALLED = { id: expect.any(String) as string, name: CALL.name, arguments: CALL.arguments };
const FINISHES: Record<string, [string, string]> = { chat: ['stop', 'tool_calls'], responses: ['completed', 'completed'] };
/** Class and status that it raises for the provider's status. */
const RAISED: Record<string, [string, number]> = {
  refused_400: ['OpenAIInvalidRequestError', 400],
  refused_401: ['OpenAIAPIError', 502],
  refused_429: ['OpenAIRateLimitError', 429],
  refused_500: ['OpenAIAPIError', 502],
};

it('the script has every case', () => {
  expect(interop.cases).toEqual(Object.keys(SCRIPT.cases));
});

it('says nothing that a provider cannot take, except that there shall be one call alone', () => {
  const types = TYPES.filter((type) => type === 'AWS' || type === 'Google');
  expect(interop.lossy).toEqual(types.flatMap((type) => APIS.map((api) => `${api}_fill_by_call.${type}`)));
});

describe.each(TYPES)('a provider of type %s', (type) => {
  describe.each(APIS)('by the API of %s', (api) => {
    const [finish, finishOfCall] = FINISHES[api]!;

    it.each(['', '_as_stream', ...(api === 'chat' ? ['_async', '_async_as_stream'] : [])])('is heard, with its tokens (%s)', (how) => {
      expect(interop.heard(api + how, type)).toEqual({ text: WORDS, calls: [], finish, tokens: TOKENS });
    });

    it.each(['_call', '_call_as_stream'])('calls a tool (%s)', (how) => {
      expect(interop.heard(api + how, type)).toEqual({ text: WORDS, calls: [CALLED], finish: finishOfCall, tokens: TOKENS });
    });

    it.each(['_tools', '_tools_as_stream'])('gets the results of parallel calls in their order (%s)', (how) => {
      expect(interop.heard(api + how, type)).toMatchObject({ text: DONE });
      expect(conversation(interop, api + how, type).turns).toEqual(LOOKED);
    });

    it.each(['_fill', '_fill_by_call'])('fills the form of a pydantic model (%s)', (how) => {
      expect(interop.heard(api + how, type)).toEqual(PLACE);
      expect(interop.lastCall(api + how, type).body).toMatch(/people/);
    });

    it('sees an image', () => {
      expect(interop.heard(`${api}_image`, type)).toMatchObject({ text: WORDS });
      expect(interop.lastCall(`${api}_image`, type).body).toContain(PNG);
    });
  });

  it('makes embeddings, or is known to make none', () => {
    if (type === 'Anthropic')
      expect(interop.raised('embed', type)).toMatchObject({ class: 'BadRequestError', code: 'operation_not_supported' });
    else expect(interop.heard('embed', type)).toEqual(VECTORS);
  });

  it.each(Object.keys(RAISED))('is told of when it refuses (%s)', (name) => {
    const [kind, status] = RAISED[name]!;
    const message = expect.stringContaining('What went wrong.') as string;
    expect(interop.raised(name, type)).toMatchObject({ class: kind, status_code: status, message });
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
