// Any answer of words and calls, as a provider of each type says it, whole and as a stream.
import type { ProviderType } from '../../src/api/resources.ts';
import { streams, type Answer, type Json } from '../surfaces/stage.ts';
import { frame, sse } from '../surfaces/upstreams.ts';

export interface Said {
  /** Of models whose dialect has signed thoughts, Google's aside. */
  thought?: { text: string; signature: string };
  text?: string;
  calls?: { name: string; arguments: Json }[];
}

interface Spoken {
  whole: Json;
  stream: () => Buffer;
  streamType?: string;
}

const USAGE = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
const CLAUDE_USAGE = { input_tokens: 3, output_tokens: 2 };
const AWS_USAGE = { inputTokens: 3, outputTokens: 2, totalTokens: 5 };
const RESPONSES_USAGE = {
  input_tokens: 3,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 2,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 5,
};
/** Calls without arguments stream none at some providers. */
const piece = (input: Json): string => (Object.keys(input).length === 0 ? '' : JSON.stringify(input));

function openAi({ text, calls = [] }: Said): Spoken {
  const called = calls.map((call, index) => ({
    index,
    id: `call_${index}`,
    type: 'function',
    function: { name: call.name, arguments: JSON.stringify(call.arguments) },
  }));
  const reason = calls.length === 0 ? 'stop' : 'tool_calls';
  const head = { id: 'c1', created: 1, model: 'small-1' };
  const chunk = (delta: Json, finish_reason: string | null = null): Json => ({
    ...head,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason }],
  });
  const message = { role: 'assistant', content: text ?? null, ...(calls.length === 0 ? {} : { tool_calls: called }) };
  return {
    whole: { ...head, object: 'chat.completion', choices: [{ index: 0, message, finish_reason: reason }], usage: USAGE },
    stream: () =>
      Buffer.concat([
        sse([
          chunk({ role: 'assistant', content: text ?? '' }),
          ...called.map((call) => chunk({ tool_calls: [call] })),
          chunk({}, reason),
          { ...head, object: 'chat.completion.chunk', choices: [], usage: USAGE },
        ]),
        Buffer.from('data: [DONE]\n\n'),
      ]),
  };
}

function claude({ thought, text, calls = [] }: Said): Spoken {
  const head = { id: 'msg_1', type: 'message', role: 'assistant', model: 'small-1', stop_sequence: null };
  const stop = { stop_reason: calls.length === 0 ? 'end_turn' : 'tool_use', stop_sequence: null };
  const thinking = thought === undefined ? [] : [{ type: 'thinking', thinking: thought.text, signature: thought.signature }];
  const blocks: [Json, Json][] = [
    ...thinking.map((block): [Json, Json] => [{ ...block, signature: '' }, { type: 'signature_delta', signature: block.signature }]),
    ...(text === undefined ? [] : [[{ type: 'text', text: '' }, { type: 'text_delta', text }] as [Json, Json]]),
    ...calls.map((call, index): [Json, Json] => [
      { type: 'tool_use', id: `toolu_${index}`, name: call.name, input: {} },
      { type: 'input_json_delta', partial_json: piece(call.arguments) },
    ]),
  ];
  const content = [
    ...thinking,
    ...(text === undefined ? [] : [{ type: 'text', text }]),
    ...calls.map((call, index) => ({ type: 'tool_use', id: `toolu_${index}`, name: call.name, input: call.arguments })),
  ];
  return {
    whole: { ...head, ...stop, content, usage: CLAUDE_USAGE },
    stream: () =>
      sse(
        [
          { type: 'message_start', message: { ...head, content: [], stop_reason: null, usage: CLAUDE_USAGE } },
          ...blocks.flatMap(([content_block, delta], index) => [
            { type: 'content_block_start', index, content_block },
            { type: 'content_block_delta', index, delta },
            { type: 'content_block_stop', index },
          ]),
          { type: 'message_delta', delta: stop, usage: CLAUDE_USAGE },
          { type: 'message_stop' },
        ],
        true,
      ),
  };
}

function gemini({ text, calls = [] }: Said): Spoken {
  const parts = [
    ...(text === undefined ? [] : [{ text }]),
    ...calls.map((call) => ({ functionCall: { name: call.name, args: call.arguments } })),
  ];
  const usageMetadata = { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 };
  const whole = { candidates: [{ content: { role: 'model', parts }, index: 0, finishReason: 'STOP' }], usageMetadata };
  return { whole, stream: () => sse([whole]) };
}

function converse({ thought, text, calls = [] }: Said): Spoken {
  const uses = calls.map((call, index) => ({ toolUseId: `tooluse_${index}`, name: call.name, input: call.arguments }));
  const reasoning = thought === undefined ? [] : [{ reasoningContent: { reasoningText: thought } }];
  const content = [...reasoning, ...(text === undefined ? [] : [{ text }]), ...uses.map((toolUse) => ({ toolUse }))];
  const stopReason = calls.length === 0 ? 'end_turn' : 'tool_use';
  const events = content.flatMap((block, contentBlockIndex): [string, Json][] => {
    const stop: [string, Json] = ['contentBlockStop', { contentBlockIndex }];
    if ('text' in block) return [['contentBlockDelta', { contentBlockIndex, delta: block }], stop];
    if ('reasoningContent' in block) {
      const { reasoningText } = block.reasoningContent;
      const deltas = [{ text: reasoningText.text }, { signature: reasoningText.signature }];
      const said = deltas.map((delta): [string, Json] => ['contentBlockDelta', { contentBlockIndex, delta: { reasoningContent: delta } }]);
      return [...said, stop];
    }
    const { input, ...toolUse } = block.toolUse;
    const delta = { toolUse: { input: piece(input) } };
    return [['contentBlockStart', { contentBlockIndex, start: { toolUse } }], ['contentBlockDelta', { contentBlockIndex, delta }], stop];
  });
  return {
    whole: { output: { message: { role: 'assistant', content } }, stopReason, usage: AWS_USAGE, metrics: { latencyMs: 1 } },
    stream: () =>
      Buffer.concat(
        [
          ['messageStart', { role: 'assistant' }] as [string, Json],
          ...events,
          ['messageStop', { stopReason }] as [string, Json],
          ['metadata', { usage: AWS_USAGE, metrics: { latencyMs: 1 } }] as [string, Json],
        ].map((event) => frame(event)),
      ),
    streamType: 'application/vnd.amazon.eventstream',
  };
}

function responses({ text, calls = [] }: Said): Spoken {
  const message = (of: string): Json => ({ type: 'output_text', text: of, annotations: [] });
  const items: Json[] = [
    ...(text === undefined ? [] : [{ id: 'msg_1', type: 'message', status: 'completed', role: 'assistant', content: [message(text)] }]),
    ...calls.map((call, index) => ({
      id: `fc_${index}`,
      type: 'function_call',
      status: 'completed',
      call_id: `call_${index}`,
      name: call.name,
      arguments: JSON.stringify(call.arguments),
    })),
  ];
  const options = { parallel_tool_calls: true, tool_choice: 'auto', tools: [] };
  const common = { id: 'resp_1', object: 'response', created_at: 1, model: 'small-1', ...options };
  const whole = { ...common, status: 'completed', output: items, usage: RESPONSES_USAGE };
  const events = items.flatMap((item, output_index): Json[] => {
    const at = { item_id: item['id'], output_index };
    const done = { type: 'response.output_item.done', output_index, item };
    if (item['type'] === 'function_call')
      return [
        { type: 'response.output_item.added', output_index, item: { ...item, status: 'in_progress', arguments: '' } },
        { type: 'response.function_call_arguments.delta', ...at, delta: item['arguments'] },
        { type: 'response.function_call_arguments.done', ...at, name: item['name'], arguments: item['arguments'] },
        done,
      ];
    const part = { ...at, content_index: 0 };
    return [
      { type: 'response.output_item.added', output_index, item: { ...item, status: 'in_progress', content: [] } },
      { type: 'response.content_part.added', ...part, part: message('') },
      { type: 'response.output_text.delta', ...part, delta: text, logprobs: [] },
      { type: 'response.output_text.done', ...part, text, logprobs: [] },
      { type: 'response.content_part.done', ...part, part: message(text!) },
      done,
    ];
  });
  const all = [
    { type: 'response.created', response: { ...common, status: 'in_progress', output: [] } },
    ...events,
    { type: 'response.completed', response: whole },
  ];
  return { whole, stream: () => sse(all.map((event, sequence_number) => ({ ...event, sequence_number })), true) };
}

const SPEAKERS: Record<ProviderType, (said: Said) => Spoken> = {
  OpenAI: openAi,
  Other: openAi,
  Anthropic: claude,
  Google: gemini,
  AWS: converse,
};

export function say(type: ProviderType, said: Said): Answer {
  return (response, { url, body }) => {
    const { whole, stream, streamType = 'text/event-stream' } = (url.endsWith('/responses') ? responses : SPEAKERS[type])(said);
    const asStream = streams(url, body);
    response.writeHead(200, { 'content-type': asStream ? streamType : 'application/json' });
    response.end(asStream ? stream() : JSON.stringify(whole));
  };
}
