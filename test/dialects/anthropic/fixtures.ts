// Small requests and answers that the tests of this dialect share.
import { Losses } from '../../../src/chat/losses.ts';
import type { Block, ChatOptions, ChatRequest, FunctionTool, Message, Tool } from '../../../src/chat/request.ts';
import { anthropicProvider } from '../../../src/dialects/anthropic/dialect.ts';

export const text = (words: string): Block => ({ type: 'text', text: words });

/** Messages with their places, from role and blocks or words. */
export function messagesOf(...given: [Message['role'], (Block | string)[] | string][]): Message[] {
  return given.map(([role, content], index) => ({
    role,
    content: (typeof content === 'string' ? [content] : content).map((block) => (typeof block === 'string' ? text(block) : block)),
    at: `messages[${index}]`,
  }));
}

export interface Given {
  model?: string;
  messages?: Message[];
  tools?: Tool[];
  options?: ChatOptions;
  stream?: boolean;
  names?: Partial<Record<keyof ChatOptions, string>>;
}

/** What goes to Anthropic, and what of it was lost. */
export function written({ model = 'claude-sonnet-4-5', messages, tools = [], options = {}, stream = false, names = {} }: Given): {
  body: Record<string, unknown>;
  losses: readonly string[];
} {
  const losses = new Losses();
  const request: ChatRequest = { model, messages: messages ?? messagesOf(['user', 'Hi']), tools, options, stream };
  const body = anthropicProvider.writeRequest(request, { losses, nameOf: (option) => names[option] ?? option });
  return { body, losses: losses.names };
}

export const weather: FunctionTool = {
  type: 'function',
  name: 'get_weather',
  description: 'Looks outside.',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

export const call = (id: string, args = '{"city":"Ulm"}'): Block => ({
  type: 'tool-call',
  id,
  name: 'get_weather',
  arguments: args,
  kind: 'function',
});

export const result = (callId: string, words: string): Block => ({
  type: 'tool-result',
  callId,
  content: [{ type: 'text', text: words }],
});

/** The bytes of a stream of these events. */
export function streamOf(...events: Record<string, unknown>[]): Buffer {
  return Buffer.from(events.map((event) => `event: ${String(event['type'])}\ndata: ${JSON.stringify(event)}\n\n`).join(''));
}
