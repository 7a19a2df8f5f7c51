// What a provider of each type answers to two questions, whole and as a stream: a few words, and a call of a tool after some
// words. Written by hand after each vendor's documentation.
import { EventStreamCodec } from '@smithy/eventstream-codec';
import type { ProviderType } from '../../src/api/resources.ts';

export const WORDS = 'Grüße 🙂';
export const CALL = { name: 'look', arguments: { at: 'x', deep: { n: [1] } } };
/** In OpenAI's convention. */
export const TOKENS = { input: 11, output: 7, cached: 4 };

export type Question = 'words' | 'call';

export interface Upstream {
  /** Body of the whole answer. */
  whole(question: Question): string;
  stream(question: Question): Buffer;
  streamType: string;
}

const ARGUMENTS = JSON.stringify(CALL.arguments);
export const sse = (events: readonly object[], named = false): Buffer =>
  Buffer.from(events.map((event) => `${named ? `event: ${String((event as { type?: string }).type)}\n` : ''}data: ${JSON.stringify(event)}\n\n`).join(''));

const OPENAI_USAGE = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18, prompt_tokens_details: { cached_tokens: 4 } };
const openAiMessage = (question: Question): object => ({
  role: 'assistant',
  content: WORDS,
  ...(question === 'call' ? { tool_calls: [{ id: 'call_1', type: 'function', function: { name: CALL.name, arguments: ARGUMENTS } }] } : {}),
});
const openAiChunk = (delta: object, finish: string | null = null): object => ({
  id: 'c1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'small-1',
  choices: [{ index: 0, delta, finish_reason: finish }],
});
const OPENAI: Upstream = {
  streamType: 'text/event-stream',
  whole: (question) =>
    JSON.stringify({
      id: 'c1',
      object: 'chat.completion',
      created: 1,
      model: 'small-1',
      choices: [{ index: 0, message: openAiMessage(question), finish_reason: question === 'call' ? 'tool_calls' : 'stop' }],
      usage: OPENAI_USAGE,
    }),
  stream: (question) =>
    Buffer.concat([
      sse([
        openAiChunk({ role: 'assistant', content: '' }),
        ...[...WORDS].map((content) => openAiChunk({ content })),
        ...(question === 'call'
          ? [
              openAiChunk({ tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: CALL.name, arguments: '' } }] }),
              ...[...ARGUMENTS].map((piece) => openAiChunk({ tool_calls: [{ index: 0, function: { arguments: piece } }] })),
            ]
          : []),
        openAiChunk({}, question === 'call' ? 'tool_calls' : 'stop'),
        { id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'small-1', choices: [], usage: OPENAI_USAGE },
      ]),
      Buffer.from('data: [DONE]\n\n'),
    ]),
};

const CLAUDE_USAGE = { input_tokens: 7, cache_read_input_tokens: 4, cache_creation_input_tokens: 0, output_tokens: 7 };
const CLAUDE = { id: 'msg_1', type: 'message', role: 'assistant', model: 'small-1', stop_sequence: null };
const claudeStop = (question: Question): string => (question === 'call' ? 'tool_use' : 'end_turn');
const ANTHROPIC: Upstream = {
  streamType: 'text/event-stream; charset=utf-8',
  whole: (question) =>
    JSON.stringify({
      ...CLAUDE,
      stop_reason: claudeStop(question),
      usage: CLAUDE_USAGE,
      content: [
        { type: 'text', text: WORDS },
        ...(question === 'call' ? [{ type: 'tool_use', id: 'toolu_1', name: CALL.name, input: CALL.arguments }] : []),
      ],
    }),
  stream: (question) =>
    sse(
      [
        { type: 'message_start', message: { ...CLAUDE, content: [], stop_reason: null, usage: { ...CLAUDE_USAGE, output_tokens: 1 } } },
        { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
        { type: 'ping' },
        ...[...WORDS].map((text) => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })),
        { type: 'content_block_stop', index: 0 },
        ...(question === 'call'
          ? [
              { type: 'content_block_start', index: 1, content_block: { type: 'tool_use', id: 'toolu_1', name: CALL.name, input: {} } },
              ...['', ...ARGUMENTS].map((piece) => ({ type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: piece } })),
              { type: 'content_block_stop', index: 1 },
            ]
          : []),
        { type: 'message_delta', delta: { stop_reason: claudeStop(question), stop_sequence: null }, usage: { output_tokens: 7 } },
        { type: 'message_stop' },
      ],
      true,
    ),
};

const GEMINI_USAGE = { promptTokenCount: 11, candidatesTokenCount: 5, thoughtsTokenCount: 2, cachedContentTokenCount: 4, totalTokenCount: 18 };
const candidate = (parts: readonly object[], finish?: string): object => ({
  candidates: [{ content: { role: 'model', parts }, index: 0, ...(finish === undefined ? {} : { finishReason: finish }) }],
  usageMetadata: GEMINI_USAGE,
  modelVersion: 'small-1',
  responseId: 'r1',
});
const geminiCall = (question: Question): object[] => (question === 'call' ? [{ functionCall: { name: CALL.name, args: CALL.arguments } }] : []);
const GOOGLE: Upstream = {
  streamType: 'text/event-stream',
  whole: (question) => JSON.stringify(candidate([{ text: WORDS }, ...geminiCall(question)], 'STOP')),
  stream: (question) => {
    const parts = [...[...WORDS].map((text) => ({ text })), ...geminiCall(question)];
    const events = [...parts.map((part) => candidate([part])), candidate([{ text: '' }], 'STOP')];
    return Buffer.from(events.map((event) => `data: ${JSON.stringify(event)}\r\n\r\n`).join(''));
  },
};

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes as Uint8Array).toString('utf8'),
  (text) => Buffer.from(text),
);
export const frame = ([kind, body]: readonly [string, object], message: 'event' | 'exception' = 'event'): Buffer =>
  Buffer.from(
    codec.encode({
      headers: {
        ':message-type': { type: 'string', value: message },
        [`:${message}-type`]: { type: 'string', value: kind },
        ':content-type': { type: 'string', value: 'application/json' },
      },
      body: Buffer.from(JSON.stringify({ ...body, p: 'abcd' })),
    }),
  );
const BEDROCK_USAGE = { inputTokens: 7, outputTokens: 7, totalTokens: 18, cacheReadInputTokens: 4, cacheWriteInputTokens: 0 };
const AWS: Upstream = {
  streamType: 'application/vnd.amazon.eventstream',
  whole: (question) =>
    JSON.stringify({
      output: {
        message: {
          role: 'assistant',
          content: [
            { text: WORDS },
            ...(question === 'call' ? [{ toolUse: { toolUseId: 'tooluse_1', name: CALL.name, input: CALL.arguments } }] : []),
          ],
        },
      },
      stopReason: claudeStop(question),
      usage: BEDROCK_USAGE,
      metrics: { latencyMs: 1 },
    }),
  stream: (question) =>
    Buffer.concat(
      (
        [
          ['messageStart', { role: 'assistant' }],
          ...[...WORDS].map((text) => ['contentBlockDelta', { contentBlockIndex: 0, delta: { text } }] as const),
          ['contentBlockStop', { contentBlockIndex: 0 }],
          ...(question === 'call'
            ? ([
                ['contentBlockStart', { contentBlockIndex: 1, start: { toolUse: { toolUseId: 'tooluse_1', name: CALL.name } } }],
                ...[...ARGUMENTS].map((input) => ['contentBlockDelta', { contentBlockIndex: 1, delta: { toolUse: { input } } }] as const),
                ['contentBlockStop', { contentBlockIndex: 1 }],
              ] as const)
            : []),
          ['messageStop', { stopReason: claudeStop(question) }],
          ['metadata', { usage: BEDROCK_USAGE, metrics: { latencyMs: 1 } }],
        ] as const
      ).map((event) => frame(event)),
    ),
};

const RESPONSES_USAGE = {
  input_tokens: 11,
  input_tokens_details: { cached_tokens: 4 },
  output_tokens: 7,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 18,
};
const responsesItems = (question: Question): object[] => [
  { id: 'msg_1', type: 'message', status: 'completed', role: 'assistant', content: [{ type: 'output_text', text: WORDS, annotations: [] }] },
  ...(question === 'call' ? [{ id: 'fc_1', type: 'function_call', status: 'completed', call_id: 'call_1', name: CALL.name, arguments: ARGUMENTS }] : []),
];
const response = (status: string, output: object[]): object => ({
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  status,
  model: 'small-1',
  output,
  parallel_tool_calls: true,
  tool_choice: 'auto',
  tools: [],
  ...(status === 'completed' ? { usage: RESPONSES_USAGE } : {}),
});
/** What OpenAI has besides chats. */
export const RESPONSES: Upstream = {
  streamType: 'text/event-stream',
  whole: (question) => JSON.stringify(response('completed', responsesItems(question))),
  stream: (question) => {
    const [message, call] = responsesItems(question);
    const at = { item_id: 'msg_1', output_index: 0, content_index: 0 };
    const events: { type: string; [member: string]: unknown }[] = [
      { type: 'response.created', response: response('in_progress', []) },
      { type: 'response.output_item.added', output_index: 0, item: { ...message, status: 'in_progress', content: [] } },
      { type: 'response.content_part.added', ...at, part: { type: 'output_text', text: '', annotations: [] } },
      ...[...WORDS].map((delta) => ({ type: 'response.output_text.delta', ...at, delta })),
      { type: 'response.output_text.done', ...at, text: WORDS },
      { type: 'response.content_part.done', ...at, part: { type: 'output_text', text: WORDS, annotations: [] } },
      { type: 'response.output_item.done', output_index: 0, item: message },
    ];
    if (call !== undefined) {
      events.push({ type: 'response.output_item.added', output_index: 1, item: { ...call, status: 'in_progress', arguments: '' } });
      for (const delta of ARGUMENTS) events.push({ type: 'response.function_call_arguments.delta', item_id: 'fc_1', output_index: 1, delta });
      events.push({ type: 'response.function_call_arguments.done', item_id: 'fc_1', output_index: 1, arguments: ARGUMENTS });
      events.push({ type: 'response.output_item.done', output_index: 1, item: call });
    }
    events.push({ type: 'response.completed', response: response('completed', responsesItems(question)) });
    return sse(events.map((event, index) => ({ ...event, sequence_number: index })), true);
  },
};

export const UPSTREAMS: Record<ProviderType, Upstream> = { OpenAI: OPENAI, Other: OPENAI, Anthropic: ANTHROPIC, Google: GOOGLE, AWS };

/** The question that a request asks: one with tools wants a call. */
export function questionOf(body: string): Question {
  return body.includes(`"${CALL.name}"`) ? 'call' : 'words';
}
