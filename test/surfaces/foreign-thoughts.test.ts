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

const toResponses = (encrypted: string): Promise<unknown> =>
  stage.openai.responses.create(turn(encrypted) as Parameters<typeof stage.openai.responses.create>[0]);

it.each(['anthropic:c2ln', 'google@call_1:c2ln', 'google@text:c2ln', 'bedrock@redacted:c2ln', 'openai-chat:c2ln'])(
  'the Responses API of OpenAI gets the conversation without %s',
  async (encrypted) => {
    stage.serve('OpenAI');
    await toResponses(encrypted);
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

it('the Responses API of OpenAI gets all else of such a conversation as it came', async () => {
  stage.serve('OpenAI');
  const [user, thought, call, result] = (turn('anthropic:c2ln') as { input: object[] }).input;
  const own = { type: 'reasoning', id: 'rs_2', summary: [], encrypted_content: 'gAAAAABo' };
  const more = {
    truncation: 'auto', max_tool_calls: 3, previous_response_id: 'resp_1', include: ['web_search_call.action.sources'],
    tools: [{ type: 'namespace', name: 'crm', description: 'd', tools: [] }, { type: 'function', name: 'look', defer_loading: true }],
  };
  const ask = { model: MODEL, ...more, input: [user, thought, own, { ...call, namespace: 'crm' }, result] };
  await stage.openai.responses.create(ask as Parameters<typeof stage.openai.responses.create>[0]);
  expect(stage.asked).toEqual({ ...ask, input: [user, own, { ...call, namespace: 'crm' }, result] });
  expect(stage.dropped()).toEqual([]);
});

it.each(['gAAAAABo', 'anthropic', 'x-google:c2ln'])(
  'the Responses API of OpenAI gets its own thoughts byte by byte: %s',
  async (encrypted) => {
    stage.serve('OpenAI');
    await toResponses(encrypted);
    expect(stage.asked).toEqual(turn(encrypted));
  },
);

const HI = { role: 'user' as const, content: 'Hi' };
const AGAIN = { role: 'user' as const, content: 'Again' };
const SAID = { text: 'Hello', thought: 'Hm.' };

function toAnthropic(signature: string): Promise<unknown> {
  const content = [
    { type: 'thinking' as const, thinking: SAID.thought, signature },
    { type: 'text' as const, text: SAID.text },
  ];
  return stage.anthropic.messages.create({ model: MODEL, max_tokens: 100, messages: [HI, { role: 'assistant', content }, AGAIN] });
}

function toGoogle(thoughtSignature: string): Promise<unknown> {
  const parts = [{ text: SAID.thought, thought: true, thoughtSignature }, { text: SAID.text }];
  const user = (text: string): object => ({ role: 'user', parts: [{ text }] });
  return stage.google.models.generateContent({ model: MODEL, contents: [user('Hi'), { role: 'model', parts }, user('Again')] });
}

function toChat(format: string, stream: boolean): Promise<unknown> {
  const details = [{ type: 'reasoning.text', text: SAID.thought, signature: 'c2ln', format, index: 0 }];
  const message = { role: 'assistant' as const, content: SAID.text, reasoning_content: SAID.thought, reasoning_details: details };
  return stage.openai.chat.completions.create({ model: MODEL, messages: [HI, message, AGAIN], stream });
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

it.each(['google:c2ln', 'bedrock:c2ln', 'openai-responses+:c2ln'])(
  'Anthropic gets the conversation without %s, and its own byte by byte',
  async (signature) => {
    stage.serve('Anthropic');
    await toAnthropic(signature);
    expect(stage.asked['messages'][1].content).toEqual([{ type: 'text', text: SAID.text }]);
    expect(stage.dropped()).toEqual([]);
    await toAnthropic('c2ln');
    expect(stage.asked['messages'][1].content[0]).toEqual({ type: 'thinking', thinking: SAID.thought, signature: 'c2ln' });
  },
);

it.each(['anthropic:c2ln', 'openai-responses@redacted:c2ln'])(
  'Google gets the conversation without %s, and its own byte by byte',
  async (signature) => {
    stage.serve('Google');
    await toGoogle(base64(signature));
    expect(stage.asked['contents'][1].parts).toEqual([{ text: SAID.text }]);
    await toGoogle(base64('its own'));
    expect(stage.asked['contents'][1].parts[0]).toEqual({ text: SAID.thought, thought: true, thoughtSignature: base64('its own') });
  },
);

it.each(['anthropic', 'google', 'bedrock', 'openai-responses'])(
  'a server of chat completions gets the conversation without thoughts of %s',
  async (format) => {
    for (const stream of [false, true]) {
      stage.serve('OpenAI');
      await toChat(format, stream);
      expect(stage.asked['messages'][1]).toEqual({ role: 'assistant', content: SAID.text });
      expect(stage.asked['stream_options']).toEqual(stream ? { include_usage: true } : undefined);
      expect(stage.dropped()).toEqual([]);
    }
  },
);

it.each(['thoughts:W10=', 'bedrock:c2ln'])('a server of chat completions gets calls without what others put on them: %s', async (value) => {
  stage.serve('OpenAI');
  const call = { id: 'call_1', type: 'function' as const, function: { name: 'look', arguments: '{}' } };
  const signed = (thought_signature: string): object => ({ ...call, extra_content: { google: { thought_signature } } });
  const result = { role: 'tool' as const, tool_call_id: 'call_1', content: 'seen' };
  const ask = (sent: object): Promise<unknown> => {
    const message = { role: 'assistant' as const, content: null, tool_calls: [sent as typeof call] };
    return stage.openai.chat.completions.create({ model: MODEL, messages: [HI, message, result] });
  };
  await ask(signed(value));
  expect(stage.asked['messages'][1].tool_calls).toEqual([{ ...call, id: expect.any(String) as string }]);
  expect(stage.dropped()).toEqual([]);
  await ask(signed('c2ln'));
  expect(stage.asked['messages'][1].tool_calls).toEqual([signed('c2ln')]);
});

it('a server of chat completions gets its own thoughts byte by byte', async () => {
  stage.serve('Other');
  await toChat('anthropic-claude-v1', false);
  expect(stage.asked['messages'][1]).toMatchObject({
    reasoning_content: SAID.thought,
    reasoning_details: [{ format: 'anthropic-claude-v1' }],
  });
});
