// What models that think answer: a thought, a hidden one where there are such, a few words, and a call.
import { expect } from 'vitest';
import { streams, type Answer, type Json } from './stage.ts';
import { frame, sse } from './upstreams.ts';

export const THOUGHT = 'First I look, then I tell.';
export const SIGNATURE = 'EpIBCkYIBxgCKkDsaWduYXR1cmU=';
const HIDDEN = 'EmwKAhgBIlDoaWRkZW4=';
const WORDS = 'I look.';

export type Thinker = 'Anthropic' | 'Google' | 'AWS';

/** What must come back with the result of the call, as the provider said it. */
export const TURNS: Record<Thinker, Json[]> = {
  Anthropic: [
    { type: 'thinking', thinking: THOUGHT, signature: SIGNATURE },
    { type: 'redacted_thinking', data: HIDDEN },
    { type: 'text', text: WORDS },
    { type: 'tool_use', id: 'toolu_1', name: 'look', input: { at: 'x' } },
  ],
  Google: [
    { text: THOUGHT, thought: true },
    { text: WORDS },
    { functionCall: { name: 'look', args: { at: 'x' } }, thoughtSignature: SIGNATURE },
  ],
  AWS: [
    { reasoningContent: { reasoningText: { text: THOUGHT, signature: SIGNATURE } } },
    { reasoningContent: { redactedContent: HIDDEN } },
    { text: WORDS },
    { toolUse: { toolUseId: 'tooluse_1', name: 'look', input: { at: 'x' } } },
  ],
};

const halves = (text: string): string[] => [text.slice(0, 7), text.slice(7)];
const ARGUMENTS = JSON.stringify({ at: 'x' });
const CLAUDE = { id: 'msg_1', type: 'message', role: 'assistant', model: 'm', stop_sequence: null };
const CLAUDE_USAGE = { input_tokens: 5, output_tokens: 9 };
const GOOGLE_USAGE = { promptTokenCount: 5, candidatesTokenCount: 3, thoughtsTokenCount: 6, totalTokenCount: 14 };
const AWS_USAGE = { inputTokens: 5, outputTokens: 9, totalTokens: 14 };

function claudeStream(): Buffer {
  const deltas: Json[][] = [
    [...halves(THOUGHT).map((thinking) => ({ type: 'thinking_delta', thinking })), { type: 'signature_delta', signature: SIGNATURE }],
    [],
    halves(WORDS).map((text) => ({ type: 'text_delta', text })),
    halves(ARGUMENTS).map((piece) => ({ type: 'input_json_delta', partial_json: piece })),
  ];
  const starts: Json[] = [
    { type: 'thinking', thinking: '', signature: '' },
    TURNS.Anthropic[1]!,
    { type: 'text', text: '' },
    { ...TURNS.Anthropic[3], input: {} },
  ];
  return sse(
    [
      { type: 'message_start', message: { ...CLAUDE, content: [], stop_reason: null, usage: CLAUDE_USAGE } },
      ...starts.flatMap((block, index) => [
        { type: 'content_block_start', index, content_block: block },
        ...deltas[index]!.map((delta) => ({ type: 'content_block_delta', index, delta })),
        { type: 'content_block_stop', index },
      ]),
      { type: 'message_delta', delta: { stop_reason: 'tool_use', stop_sequence: null }, usage: CLAUDE_USAGE },
      { type: 'message_stop' },
    ],
    true,
  );
}

function converseStream(): Buffer {
  const reasoning = (reasoningContent: Json): Json => ({ reasoningContent });
  const deltas: Json[][] = [
    [...halves(THOUGHT).map((text) => reasoning({ text })), reasoning({ signature: SIGNATURE })],
    [reasoning({ redactedContent: HIDDEN })],
    halves(WORDS).map((text) => ({ text })),
    halves(ARGUMENTS).map((input) => ({ toolUse: { input } })),
  ];
  const frames: [string, Json][] = [['messageStart', { role: 'assistant' }]];
  for (const [contentBlockIndex, pieces] of deltas.entries()) {
    const start = { toolUse: { toolUseId: 'tooluse_1', name: 'look' } };
    if (contentBlockIndex === 3) frames.push(['contentBlockStart', { contentBlockIndex, start }]);
    for (const delta of pieces) frames.push(['contentBlockDelta', { contentBlockIndex, delta }]);
    frames.push(['contentBlockStop', { contentBlockIndex }]);
  }
  frames.push(['messageStop', { stopReason: 'tool_use' }], ['metadata', { usage: AWS_USAGE, metrics: { latencyMs: 1 } }]);
  return Buffer.concat(frames.map((event) => frame(event)));
}

const candidate = (parts: Json[], finishReason?: string): Json => ({
  candidates: [{ content: { role: 'model', parts }, index: 0, ...(finishReason === undefined ? {} : { finishReason }) }],
  usageMetadata: GOOGLE_USAGE,
});

const ANSWERS: Record<Thinker, { whole: Json; stream: () => Buffer; type: string }> = {
  Anthropic: {
    whole: { ...CLAUDE, content: TURNS.Anthropic, stop_reason: 'tool_use', usage: CLAUDE_USAGE },
    stream: claudeStream,
    type: 'text/event-stream',
  },
  Google: {
    whole: candidate(TURNS.Google, 'STOP'),
    stream: () =>
      sse([
        ...halves(THOUGHT).map((text) => candidate([{ text, thought: true }])),
        ...halves(WORDS).map((text) => candidate([{ text }])),
        candidate([TURNS.Google[2]!]),
        candidate([{ text: '' }], 'STOP'),
      ]),
    type: 'text/event-stream',
  },
  AWS: {
    whole: {
      output: { message: { role: 'assistant', content: TURNS.AWS } },
      stopReason: 'tool_use',
      usage: AWS_USAGE,
      metrics: { latencyMs: 1 },
    },
    stream: converseStream,
    type: 'application/vnd.amazon.eventstream',
  },
};

export function think(type: Thinker): Answer {
  const { whole, stream, type: streamType } = ANSWERS[type];
  return (response, { url, body }) => {
    const asStream = streams(url, body);
    response.writeHead(200, { 'content-type': asStream ? streamType : 'application/json' });
    response.end(asStream ? stream() : JSON.stringify(whole));
  };
}

/** The turn of the model in a second request, without the ids of calls, which may change. */
export function turnOf(type: Thinker, body: Json): Json[] {
  if (type === 'Google') {
    const parts = (body['contents'] as Json[]).filter(({ role }) => role === 'model').flatMap(({ parts }) => parts as Json[]);
    // Thoughts that nobody signed need not go back, and streams come in chunks.
    const call = parts.find(({ functionCall }) => functionCall !== undefined)!;
    const { name, args } = call['functionCall'] as Json;
    return [
      { text: parts.map(({ text = '', thought }) => (thought === true ? '' : text)).join('') },
      { functionCall: { name, args }, thoughtSignature: call['thoughtSignature'] },
    ];
  }
  return (body['messages'] as Json[]).find(({ role }) => role === 'assistant')!['content'] as Json[];
}

/** What of it must be there. */
export const BACK: Record<Thinker, unknown[]> = {
  Anthropic: TURNS.Anthropic.map((block) => (block['type'] === 'tool_use' ? { ...block, id: expect.any(String) as unknown } : block)),
  Google: TURNS.Google.slice(1),
  AWS: TURNS.AWS.map(({ toolUse, ...block }) =>
    toolUse === undefined ? block : { toolUse: { ...toolUse, toolUseId: expect.any(String) as unknown } },
  ),
};
