// What Anthropic and Google send where OpenAI's callers wait for an answer: the same words and counts in their dialects.

export const STREAM_CHUNKS = 100;
export const PROMPT_TOKENS = 180;
export const ANSWER_TOKENS = STREAM_CHUNKS;
export const WORDS: readonly string[] = Array.from({ length: STREAM_CHUNKS }, (_, index) => ` word${index}`);

export function padded(length: number): string {
  return 'The quick brown fox jumps over the lazy dog. '.repeat(Math.ceil(length / 45)).slice(0, length);
}

interface ForeignAnswer {
  whole(text: string): Buffer[];
  /** Event by event. */
  stream: Buffer[];
}

const MESSAGE = { id: 'msg_0123456789abcdefghijkl', type: 'message', role: 'assistant', model: 'claude-sonnet-4-5' };

function anthropicUsage(output: number): object {
  const cache = { cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };
  return { input_tokens: PROMPT_TOKENS, ...cache, output_tokens: output, service_tier: 'standard' };
}

function anthropicEvent(type: string, rest: object): Buffer {
  return Buffer.from(`event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`);
}

const anthropic: ForeignAnswer = {
  whole: (text) => {
    const end = { stop_reason: 'end_turn', stop_sequence: null, usage: anthropicUsage(ANSWER_TOKENS) };
    return [Buffer.from(JSON.stringify({ ...MESSAGE, content: [{ type: 'text', text }], ...end }))];
  },
  stream: [
    Buffer.concat([
      anthropicEvent('message_start', {
        message: { ...MESSAGE, content: [], stop_reason: null, stop_sequence: null, usage: anthropicUsage(1) },
      }),
      anthropicEvent('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
      anthropicEvent('ping', {}),
    ]),
    ...WORDS.map((text) => anthropicEvent('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })),
    anthropicEvent('content_block_stop', { index: 0 }),
    anthropicEvent('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: ANSWER_TOKENS } }),
    anthropicEvent('message_stop', {}),
  ],
};

/** Google repeats everything in every chunk, and counts along. */
function googleChunk(text: string, tokens: number, finish: object): string {
  return JSON.stringify({
    candidates: [{ content: { parts: [{ text }], role: 'model' }, ...finish, index: 0 }],
    usageMetadata: {
      promptTokenCount: PROMPT_TOKENS,
      candidatesTokenCount: tokens,
      totalTokenCount: PROMPT_TOKENS + tokens,
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: PROMPT_TOKENS }],
    },
    modelVersion: 'gemini-2.5-flash',
    responseId: '0123456789abcdefghijkl',
  });
}

const STOP = { finishReason: 'STOP' };

const google: ForeignAnswer = {
  whole: (text) => [Buffer.from(googleChunk(text, ANSWER_TOKENS, STOP))],
  stream: WORDS.map((text, index) => {
    const chunk = googleChunk(text, Math.min(index + 1, ANSWER_TOKENS), index === WORDS.length - 1 ? STOP : {});
    return Buffer.from(`data: ${chunk}\r\n\r\n`);
  }),
};

export const FOREIGN_ANSWERS = { Anthropic: anthropic, Google: google } as const;
