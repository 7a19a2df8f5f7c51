// What a provider of each type says when told what to say: words and calls of tools, in its own dialect, whole and as a stream.
import type { ProviderType } from '../../src/api/resources.ts';
import { streams, type Answer, type Json } from './stage.ts';
import { frame, sse, UPSTREAMS } from './upstreams.ts';

/** `args` undefined: a tool that takes nothing, in the words that this type of provider has for that. */
export type Saying = { text: string } | { call: string; args?: Json };

interface Said {
  whole: Json;
  stream: Buffer;
}

const callsIn = (said: readonly Saying[]): boolean => said.some((one) => 'call' in one);
const halves = (text: string): string[] => [text.slice(0, 5), text.slice(5)].filter((piece) => piece !== '');
const pieces = (args: Json | undefined): string[] => (args === undefined ? [] : halves(JSON.stringify(args)));

const CHAT_USAGE = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };
function chat(said: readonly Saying[]): Said {
  const head = { id: 'c1', created: 1, model: 'small-1' };
  const finish = callsIn(said) ? 'tool_calls' : 'stop';
  const text = said.map((one) => ('text' in one ? one.text : '')).join('');
  const calls = said
    .flatMap((one) => ('call' in one ? [one] : []))
    .map(({ call, args }, index) => ({
      id: `call_${index}`,
      type: 'function',
      function: { name: call, arguments: args === undefined ? '' : JSON.stringify(args) },
    }));
  const message = { role: 'assistant', content: text === '' ? null : text, ...(calls.length === 0 ? {} : { tool_calls: calls }) };
  const chunk = (delta: Json, finish_reason: string | null = null): Json => ({
    ...head,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason }],
  });
  return {
    whole: { ...head, object: 'chat.completion', choices: [{ index: 0, message, finish_reason: finish }], usage: CHAT_USAGE },
    stream: Buffer.concat([
      sse([
        chunk({ role: 'assistant', content: '' }),
        ...halves(text).map((content) => chunk({ content })),
        ...calls.flatMap((call, index) => [
          chunk({ tool_calls: [{ index, ...call, function: { ...call.function, arguments: '' } }] }),
          ...halves(call.function.arguments).map((piece) => chunk({ tool_calls: [{ index, function: { arguments: piece } }] })),
        ]),
        chunk({}, finish),
        { ...head, object: 'chat.completion.chunk', choices: [], usage: CHAT_USAGE },
      ]),
      Buffer.from('data: [DONE]\n\n'),
    ]),
  };
}

function messages(said: readonly Saying[]): Said {
  const usage = { input_tokens: 11, output_tokens: 7 };
  const head = { id: 'msg_1', type: 'message', role: 'assistant', model: 'small-1', stop_sequence: null, usage };
  const reason = callsIn(said) ? 'tool_use' : 'end_turn';
  const content = said.map((one, index) =>
    'text' in one ? { type: 'text', text: one.text } : { type: 'tool_use', id: `toolu_${index}`, name: one.call, input: one.args ?? {} },
  );
  const events = said.flatMap((one, index): Json[] => {
    const empty = 'text' in one ? { text: '' } : { input: {} };
    const deltas =
      'text' in one
        ? halves(one.text).map((text) => ({ type: 'text_delta', text }))
        : ['', ...pieces(one.args)].map((piece) => ({ type: 'input_json_delta', partial_json: piece }));
    return [
      { type: 'content_block_start', index, content_block: { ...content[index], ...empty } },
      ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
      { type: 'content_block_stop', index },
    ];
  });
  return {
    whole: { ...head, content, stop_reason: reason },
    stream: sse(
      [
        { type: 'message_start', message: { ...head, content: [], stop_reason: null } },
        ...events,
        { type: 'message_delta', delta: { stop_reason: reason, stop_sequence: null }, usage: { output_tokens: 7 } },
        { type: 'message_stop' },
      ],
      true,
    ),
  };
}

function gemini(said: readonly Saying[]): Said {
  const usageMetadata = { promptTokenCount: 11, candidatesTokenCount: 7, totalTokenCount: 18 };
  const parts = said.map((one) =>
    'text' in one ? one : { functionCall: { name: one.call, ...(one.args === undefined ? {} : { args: one.args }) } },
  );
  const chunk = (these: Json[], finish?: string): Json => ({
    candidates: [{ index: 0, content: { role: 'model', parts: these }, ...(finish === undefined ? {} : { finishReason: finish }) }],
    usageMetadata,
  });
  return { whole: chunk(parts, 'STOP'), stream: sse([...parts.map((part) => chunk([part])), chunk([{ text: '' }], 'STOP')]) };
}

function converse(said: readonly Saying[]): Said {
  const usage = { inputTokens: 11, outputTokens: 7, totalTokens: 18 };
  const metrics = { latencyMs: 1 };
  const stopReason = callsIn(said) ? 'tool_use' : 'end_turn';
  const content = said.map((one, index) =>
    'text' in one ? one : { toolUse: { toolUseId: `tooluse_${index}`, name: one.call, input: one.args ?? {} } },
  );
  const events = said.flatMap((one, contentBlockIndex): [string, Json][] => {
    const at = { contentBlockIndex };
    const deltas = 'text' in one ? halves(one.text).map((text) => ({ text })) : pieces(one.args).map((input) => ({ toolUse: { input } }));
    const start = 'text' in one ? undefined : { toolUse: { toolUseId: `tooluse_${contentBlockIndex}`, name: one.call } };
    return [
      ...(start === undefined ? [] : [['contentBlockStart', { ...at, start }] as [string, Json]]),
      ...deltas.map((delta): [string, Json] => ['contentBlockDelta', { ...at, delta }]),
      ['contentBlockStop', at],
    ];
  });
  const frames: [string, Json][] = [
    ['messageStart', { role: 'assistant' }],
    ...events,
    ['messageStop', { stopReason }],
    ['metadata', { usage, metrics }],
  ];
  return {
    whole: { output: { message: { role: 'assistant', content } }, stopReason, usage, metrics },
    stream: Buffer.concat(frames.map((event) => frame(event))),
  };
}

function responses(said: readonly Saying[]): Said {
  const usage = {
    input_tokens: 11,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: 7,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 18,
  };
  const output = said.map((one, index): Json => {
    if ('text' in one) {
      const content = [{ type: 'output_text', text: one.text, annotations: [] }];
      return { id: `msg_${index}`, type: 'message', role: 'assistant', status: 'completed', content };
    }
    const text = JSON.stringify(one.args ?? {});
    return { id: `fc_${index}`, type: 'function_call', status: 'completed', call_id: `call_${index}`, name: one.call, arguments: text };
  });
  const whole = { id: 'resp_1', object: 'response', created_at: 1, status: 'completed', model: 'small-1', output, usage };
  const events = output.flatMap((item, index): Json[] => {
    const at = { item_id: item['id'] as string, output_index: index };
    const done = { type: 'response.output_item.done', output_index: index, item };
    if (item['type'] === 'message') {
      const deltas = halves(item['content'][0].text as string);
      return [
        { type: 'response.output_item.added', output_index: index, item: { ...item, status: 'in_progress', content: [] } },
        ...deltas.map((delta) => ({ type: 'response.output_text.delta', ...at, content_index: 0, delta })),
        done,
      ];
    }
    return [
      { type: 'response.output_item.added', output_index: index, item: { ...item, status: 'in_progress', arguments: '' } },
      ...halves(item['arguments'] as string).map((delta) => ({ type: 'response.function_call_arguments.delta', ...at, delta })),
      { type: 'response.function_call_arguments.done', ...at, arguments: item['arguments'] as string },
      done,
    ];
  });
  const begun = { type: 'response.created', response: { ...whole, status: 'in_progress', output: [], usage: null } };
  const all = [begun, ...events, { type: 'response.completed', response: whole }];
  return {
    whole,
    stream: sse(
      all.map((event, index) => ({ ...event, sequence_number: index })),
      true,
    ),
  };
}

const SPEAKERS: Record<ProviderType, (said: readonly Saying[]) => Said> = {
  OpenAI: chat,
  Other: chat,
  Anthropic: messages,
  Google: gemini,
  AWS: converse,
};

/** Says each list once, in order, and the last one for ever. */
export function say(type: ProviderType, ...turns: (readonly Saying[])[]): Answer {
  let at = 0;
  return (response, { url, body }) => {
    const said = turns[Math.min(at++, turns.length - 1)]!;
    const { whole, stream } = (url.endsWith('/responses') ? responses : SPEAKERS[type])(said);
    const asStream = streams(url, body);
    response.writeHead(200, { 'content-type': asStream ? UPSTREAMS[type].streamType : 'application/json' });
    response.end(asStream ? stream : JSON.stringify(whole));
  };
}
