// The shortest call of each SDK, whole and as a stream: what it says word by word, and what it raises.
import { APIError as AnthropicError } from '@anthropic-ai/sdk';
import { ApiError as GoogleError } from '@google/genai';
import { APIError as OpenAiError } from 'openai';
import { MODEL, type Json, type Stage } from './stage.ts';

export interface Raised {
  status: number | undefined;
  message: string;
  /** As the dialect writes it: what is in its envelope. */
  error: Json;
  retryAfter: string | null;
}

export interface Listener {
  ask(stage: Stage): Promise<unknown>;
  /** The words of a stream; `heard` gets each as it comes. */
  listen(stage: Stage, signal: AbortSignal, heard: (word: string) => void): Promise<void>;
  /** What the SDK makes of an error; anything else is thrown again. */
  raised(error: unknown): Raised;
}

const HELLO = [{ role: 'user' as const, content: 'Hello' }];

function ofOpenAi(error: unknown): Raised {
  if (!(error instanceof OpenAiError)) throw error;
  const { status, message, code, param, type, headers } = error;
  return { status: status as number | undefined, message, error: { code, param, type }, retryAfter: headers?.get('retry-after') ?? null };
}

export const LISTENERS: Record<string, Listener> = {
  'openai chat': {
    ask: ({ openai }) => openai.chat.completions.create({ model: MODEL, messages: HELLO }),
    listen: async ({ openai }, signal, heard) => {
      const stream = await openai.chat.completions.create({ model: MODEL, messages: HELLO, stream: true }, { signal });
      for await (const { choices } of stream) heard(choices[0]?.delta.content ?? '');
    },
    raised: ofOpenAi,
  },
  'openai responses': {
    ask: ({ openai }) => openai.responses.create({ model: MODEL, input: 'Hello' }),
    listen: async ({ openai }, signal, heard) => {
      const stream = await openai.responses.create({ model: MODEL, input: 'Hello', stream: true }, { signal });
      for await (const event of stream) {
        if (event.type === 'response.output_text.delta') heard(event.delta);
        // Its SDK hands these out like any other event.
        if (event.type === 'error') throw new OpenAiError(undefined, event, event.message, undefined);
        if (event.type === 'response.failed')
          throw new OpenAiError(undefined, event.response.error ?? {}, event.response.error?.message, undefined);
      }
    },
    raised: ofOpenAi,
  },
  'anthropic messages': {
    ask: ({ anthropic }) => anthropic.messages.create({ model: MODEL, max_tokens: 100, messages: HELLO }),
    listen: async ({ anthropic }, signal, heard) => {
      const stream = await anthropic.messages.create({ model: MODEL, max_tokens: 100, messages: HELLO, stream: true }, { signal });
      for await (const event of stream)
        if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') heard(event.delta.text);
    },
    raised: (error) => {
      if (!(error instanceof AnthropicError)) throw error;
      const { status, message, error: body, headers } = error;
      return { status: status as number | undefined, message, error: body as Json, retryAfter: headers?.get('retry-after') ?? null };
    },
  },
  'google generateContent': {
    ask: ({ google }) => google.models.generateContent({ model: MODEL, contents: 'Hello' }),
    listen: async ({ google }, abortSignal, heard) => {
      const stream = await google.models.generateContentStream({ model: MODEL, contents: 'Hello', config: { abortSignal } });
      for await (const { candidates } of stream) heard(candidates?.[0]?.content?.parts?.[0]?.text ?? '');
    },
    raised: (error) => {
      if (!(error instanceof GoogleError)) throw error;
      const text = error.message.slice(error.message.indexOf('{'));
      const body = (JSON.parse(text) as Json)['error'] as Json;
      return { status: error.status, message: body['message'] as string, error: body, retryAfter: null };
    },
  },
};

export async function raisedBy(listener: Listener, call: Promise<unknown>): Promise<Raised> {
  try {
    await call;
  } catch (error) {
    return listener.raised(error);
  }
  throw new Error('the SDK raised nothing');
}
