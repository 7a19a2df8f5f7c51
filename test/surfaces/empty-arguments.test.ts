// A call of a tool that takes nothing: providers say nothing, null or an empty text, and every SDK hears an empty object.
import type { ProviderType } from '../../src/api/resources.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MODEL, Stage, streams, TYPES, type Json } from './stage.ts';
import { frame, sse } from './upstreams.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start();
});
afterAll(() => stage.close());

const call = { id: 'call_1', type: 'function', function: { name: 'now', arguments: '' } };
const chat = { id: 'c', created: 1, model: 'm' };
const claude = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'm',
  stop_sequence: null,
  usage: { input_tokens: 1, output_tokens: 1 },
};
const toolUse = { type: 'tool_use', id: 'toolu_1', name: 'now', input: {} };
const gemini = { candidates: [{ index: 0, content: { role: 'model', parts: [{ functionCall: { name: 'now' } }] }, finishReason: 'STOP' }] };
const usage = { inputTokens: 1, outputTokens: 1, totalTokens: 2 };
const index = { contentBlockIndex: 0 };

const OPENAI: [Json, Buffer] = [
  {
    ...chat,
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', content: null, tool_calls: [call] }, finish_reason: 'tool_calls' }],
  },
  sse([
    {
      ...chat,
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta: { role: 'assistant', tool_calls: [{ index: 0, ...call }] }, finish_reason: null }],
    },
    { ...chat, object: 'chat.completion.chunk', choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] },
  ]),
];
const ANSWERS: Record<ProviderType, [Json, Buffer]> = {
  OpenAI: OPENAI,
  Other: OPENAI,
  Anthropic: [
    { ...claude, content: [toolUse], stop_reason: 'tool_use' },
    sse(
      [
        { type: 'message_start', message: { ...claude, content: [], stop_reason: null } },
        { type: 'content_block_start', index: 0, content_block: toolUse },
        { type: 'content_block_stop', index: 0 },
        { type: 'message_delta', delta: { stop_reason: 'tool_use', stop_sequence: null }, usage: { output_tokens: 1 } },
        { type: 'message_stop' },
      ],
      true,
    ),
  ],
  Google: [gemini, sse([gemini])],
  AWS: [
    { output: { message: { role: 'assistant', content: [{ toolUse: { toolUseId: 't1', name: 'now' } }] } }, stopReason: 'tool_use', usage },
    Buffer.concat(
      (
        [
          ['messageStart', { role: 'assistant' }],
          ['contentBlockStart', { ...index, start: { toolUse: { toolUseId: 't1', name: 'now' } } }],
          ['contentBlockStop', index],
          ['messageStop', { stopReason: 'tool_use' }],
          ['metadata', { usage, metrics: { latencyMs: 1 } }],
        ] as const
      ).map((event) => frame(event)),
    ),
  ],
};

const ASK = { model: MODEL, messages: [{ role: 'user' as const, content: 'What time is it?' }] };
const parameters = { type: 'object' as const, properties: {} };

/** The calls that an SDK hears: name and arguments, parsed where it hands out text. */
const CALLS: Record<string, (stage: Stage, asStream: boolean) => Promise<unknown[]>> = {
  'openai chat': async ({ openai }, asStream) => {
    const ask = { ...ASK, tools: [{ type: 'function' as const, function: { name: 'now', parameters } }] };
    const answer = asStream ? await openai.chat.completions.stream(ask).finalChatCompletion() : await openai.chat.completions.create(ask);
    return (answer.choices[0]!.message.tool_calls as Json[]).map((one) => [
      one['function'].name,
      JSON.parse(one['function'].arguments as string),
    ]);
  },
  'openai responses': async ({ openai }, asStream) => {
    const ask = { model: MODEL, input: 'What time is it?', tools: [{ type: 'function' as const, name: 'now', parameters, strict: false }] };
    const { output } = asStream ? await openai.responses.stream(ask).finalResponse() : await openai.responses.create(ask);
    return output.flatMap((item) => (item.type === 'function_call' ? [[item.name, JSON.parse(item.arguments) as unknown]] : []));
  },
  'anthropic messages': async ({ anthropic }, asStream) => {
    const ask = { ...ASK, max_tokens: 100, tools: [{ name: 'now', input_schema: parameters }] };
    const { content } = asStream ? await anthropic.messages.stream(ask).finalMessage() : await anthropic.messages.create(ask);
    return content.flatMap((block) => (block.type === 'tool_use' ? [[block.name, block.input]] : []));
  },
  'google generateContent': async ({ google }, asStream) => {
    const ask = { model: MODEL, contents: 'What time is it?', config: { tools: [{ functionDeclarations: [{ name: 'now' }] }] } };
    const answers = [];
    if (asStream) for await (const chunk of await google.models.generateContentStream(ask)) answers.push(chunk);
    else answers.push(await google.models.generateContent(ask));
    return answers.flatMap(({ functionCalls = [] }) => functionCalls.map(({ name, args }) => [name, args]));
  },
};

/** Whose bytes pass as they came say what their provider said. */
const NATIVE: Record<string, ProviderType[]> = {
  'openai chat': ['OpenAI', 'Other'],
  'openai responses': ['OpenAI'],
  'anthropic messages': [],
  'google generateContent': ['Google'],
};

describe.each(Object.keys(CALLS))('an SDK of %s', (name) => {
  const cases = TYPES.filter((type) => !NATIVE[name]!.includes(type)).flatMap((type) =>
    [false, true].map((asStream) => ({ type, asStream })),
  );

  it.each(cases)('hears an empty object from a provider of type $type (stream: $asStream)', async ({ type, asStream }) => {
    const [whole, stream] = ANSWERS[type];
    stage.serve(type, (response, { url, body }) => {
      const streamType = type === 'AWS' ? 'application/vnd.amazon.eventstream' : 'text/event-stream';
      response.writeHead(200, { 'content-type': streams(url, body) ? streamType : 'application/json' });
      response.end(streams(url, body) ? stream : JSON.stringify(whole));
    });
    expect(await CALLS[name]!(stage, asStream)).toEqual([['now', {}]]);
  });
});
