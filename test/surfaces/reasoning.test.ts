// Thoughts: asked for, heard, and sent back untouched with the result of a call by every SDK as it comes.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MODEL, Stage, THINKERS, type Json } from './stage.ts';
import { SCHEMA } from './talks.ts';
import { BACK, SIGNATURE, think, THOUGHT, turnOf, type Thinker } from './thoughts.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start();
});
afterAll(() => stage.close());

const ASKED = 'Look at x.';
const RESULT = 'seen';

/** Asks, hears a call, and answers it with what the SDK made of the first answer; returns the thought as the SDK shows it. */
type Loop = (stage: Stage, asStream: boolean) => Promise<unknown>;

const chat: Loop = async ({ openai }, asStream) => {
  const ask = {
    model: MODEL,
    messages: [{ role: 'user', content: ASKED }],
    tools: [{ type: 'function', function: { name: 'look', parameters: SCHEMA } }],
    reasoning_effort: 'medium',
  } as Parameters<typeof openai.chat.completions.stream>[0];
  const told: string[] = [];
  const stream = asStream ? openai.chat.completions.stream(ask) : undefined;
  stream?.on('chunk', ({ choices }) => told.push((choices[0]?.delta as Json | undefined)?.['reasoning_content'] ?? ''));
  const answer = (await stream?.finalChatCompletion()) ?? (await openai.chat.completions.create({ ...ask, stream: false }));
  const { message } = answer.choices[0]!;
  const result = { role: 'tool' as const, tool_call_id: message.tool_calls![0]!.id, content: RESULT };
  await openai.chat.completions.create({ ...ask, stream: false, messages: [...ask.messages, message, result] });
  // Its stream helper keeps the last piece of fields that it does not know, so applications read the pieces.
  return asStream ? told.join('') : (message as Json)['reasoning_content'];
};

const responses: Loop = async ({ openai }, asStream) => {
  const ask = {
    model: MODEL,
    tools: [{ type: 'function' as const, name: 'look', parameters: SCHEMA, strict: false }],
    reasoning: { effort: 'medium' as const, summary: 'auto' as const },
    include: ['reasoning.encrypted_content' as const],
    store: false,
  };
  const input = [{ role: 'user' as const, content: ASKED }];
  const { output } = asStream
    ? await openai.responses.stream({ ...ask, input }).finalResponse()
    : await openai.responses.create({ ...ask, input });
  const items = output as Json[];
  const result = { type: 'function_call_output', call_id: items.find(({ type }) => type === 'function_call')!['call_id'], output: RESULT };
  await openai.responses.create({ ...ask, input: [...input, ...items, result] as typeof input });
  return items.find(({ type }) => type === 'reasoning')!['summary'][0].text;
};

const messages: Loop = async ({ anthropic }, asStream) => {
  const ask = {
    model: MODEL,
    max_tokens: 4000,
    messages: [{ role: 'user' as const, content: ASKED }],
    tools: [{ name: 'look', input_schema: { ...SCHEMA, type: 'object' as const } }],
    thinking: { type: 'enabled' as const, budget_tokens: 2000 },
  };
  const { content } = asStream ? await anthropic.messages.stream(ask).finalMessage() : await anthropic.messages.create(ask);
  const call = content.find((block) => block.type === 'tool_use')!;
  const result = { type: 'tool_result' as const, tool_use_id: call.id, content: RESULT };
  await anthropic.messages.create({
    ...ask,
    messages: [...ask.messages, { role: 'assistant', content }, { role: 'user', content: [result] }],
  });
  return content.find((block) => block.type === 'thinking')?.thinking;
};

const gemini: Loop = async ({ google }, asStream) => {
  const config = {
    tools: [{ functionDeclarations: [{ name: 'look', parametersJsonSchema: SCHEMA }] }],
    thinkingConfig: { thinkingBudget: 2000, includeThoughts: true },
  };
  const talk = google.chats.create({ model: MODEL, config });
  const answers = [];
  if (asStream) for await (const chunk of await talk.sendMessageStream({ message: ASKED })) answers.push(chunk);
  else answers.push(await talk.sendMessage({ message: ASKED }));
  const parts = answers.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? []);
  const { id, name } = parts.find(({ functionCall }) => functionCall !== undefined)!.functionCall!;
  await talk.sendMessage({
    message: [{ functionResponse: { ...(id === undefined ? {} : { id }), name: name!, response: { output: RESULT } } }],
  });
  return parts.map(({ thought, text = '' }) => (thought === true ? text : '')).join('');
};

const LOOPS: Record<string, Loop> = {
  'openai chat': chat,
  'openai responses': responses,
  'anthropic messages': messages,
  'google chats': gemini,
};

describe.each(Object.keys(LOOPS))('an SDK of %s', (name) => {
  const cases = (Object.keys(THINKERS) as Thinker[]).flatMap((type) => [false, true].map((asStream) => ({ type, asStream })));

  it.each(cases)('brings thoughts of $type back as they came (stream: $asStream)', async ({ type, asStream }) => {
    stage.serve(type, think(type), THINKERS[type]);
    const heard = await LOOPS[name]!(stage, asStream);
    expect(turnOf(type, stage.asked)).toEqual(BACK[type]);
    expect(stage.provider.calls.at(-1)!.body.split(SIGNATURE)).toHaveLength(2);
    expect(heard).toBe(THOUGHT);
  });

  it.each(cases)('asks $type to think (stream: $asStream)', async ({ type, asStream }) => {
    stage.serve(type, think(type), THINKERS[type]);
    await LOOPS[name]!(stage, asStream);
    const { thinking, generationConfig, additionalModelRequestFields } = stage.asked;
    const budget =
      thinking?.budget_tokens ?? additionalModelRequestFields?.thinking?.budget_tokens ?? generationConfig?.thinkingConfig?.thinkingBudget;
    expect(budget).toBeGreaterThan(1023);
  });
});
