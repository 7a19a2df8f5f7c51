// A conversation that goes on with a model of another provider: nobody can read the thoughts of the first one.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MODEL, Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start();
});
afterAll(() => stage.close());

const turn = (encrypted: string): object => ({
  model: MODEL,
  store: false,
  input: [
    { type: 'message', role: 'user', content: 'Look.' },
    { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'Hm.' }], encrypted_content: encrypted },
    { type: 'function_call', call_id: 'call_1', name: 'look', arguments: '{}' },
    { type: 'function_call_output', call_id: 'call_1', output: 'seen' },
  ],
});

const say = (encrypted: string): Promise<unknown> =>
  stage.openai.responses.create(turn(encrypted) as Parameters<typeof stage.openai.responses.create>[0]);

it.each(['anthropic:c2ln', 'google@call_1:c2ln', 'google@text:c2ln', 'bedrock@redacted:c2ln', 'openai-chat:c2ln'])(
  'the Responses API of OpenAI gets the conversation without %s',
  async (encrypted) => {
    stage.serve('OpenAI');
    await say(encrypted);
    expect(stage.provider.calls.at(-1)!.url).toBe('/v1/responses');
    expect(stage.asked['input']).toMatchObject([
      { role: 'user' },
      { type: 'function_call', call_id: 'call_1', name: 'look', arguments: '{}' },
      { type: 'function_call_output', call_id: 'call_1', output: 'seen' },
    ]);
    expect(stage.asked['input']).toHaveLength(3);
    expect(stage.dropped()).toEqual([]);
  },
);

it.each(['gAAAAABo', 'anthropic', 'x-google:c2ln'])(
  'the Responses API of OpenAI gets its own thoughts byte by byte: %s',
  async (encrypted) => {
    stage.serve('OpenAI');
    await say(encrypted);
    expect(stage.asked).toEqual(turn(encrypted));
  },
);
