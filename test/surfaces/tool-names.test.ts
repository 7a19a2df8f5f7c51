// Names of tools that one vendor takes and another refuses: each is asked by names of its own rule, and the caller hears its own.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ProviderType } from '../../src/api/resources.ts';
import { MODEL, Stage, type Answer } from './stage.ts';
import { UPSTREAMS } from './upstreams.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start();
});
afterAll(() => stage.close());

const LEGAL: Partial<Record<ProviderType, RegExp>> = {
  Anthropic: /^[a-zA-Z0-9_-]{1,128}$/,
  AWS: /^[a-zA-Z0-9_-]{1,64}$/,
  Google: /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/,
};
const GIVEN = 'places/look';

/** Names of tools that stand in a body of any dialect. */
const namesIn = (body: string): string[] => [...new Set([...body.matchAll(/"name":"([^"]*look[^"]*)"/g)].map(([, name]) => name!))];

/** Calls the tool by the name that it was asked by. */
const callsTool =
  (type: ProviderType): Answer =>
  (response, { body }) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(UPSTREAMS[type].whole('call').replaceAll('"look"', JSON.stringify(namesIn(body)[0])));
  };

it.each(['Anthropic', 'AWS', 'Google'] as const)('a provider of type %s hears names that it takes, callers their own', async (type) => {
  stage.serve(type, callsTool(type));
  const tool = { type: 'function', function: { name: GIVEN, parameters: { type: 'object', properties: {} } } } as const;
  const past = { id: 'call_1', type: 'function', function: { name: GIVEN, arguments: '{}' } } as const;
  const { choices } = await stage.openai.chat.completions.create({
    model: MODEL,
    messages: [
      { role: 'user', content: 'Look.' },
      { role: 'assistant', content: null, tool_calls: [past] },
      { role: 'tool', tool_call_id: 'call_1', content: 'Seen.' },
    ],
    tools: [tool],
    tool_choice: { type: 'function', function: { name: GIVEN } },
  });
  const sent = namesIn(stage.provider.calls.at(-1)!.body);
  expect(sent).toHaveLength(1);
  expect(sent[0]).toMatch(LEGAL[type]!);
  expect(choices[0]?.message.tool_calls?.[0]).toMatchObject({ function: { name: GIVEN } });
  expect(stage.dropped()).toEqual([]);
});
