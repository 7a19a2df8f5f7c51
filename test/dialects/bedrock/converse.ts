// Short ways to write requests, and streams as Bedrock frames them.
import { EventStreamCodec } from '@smithy/eventstream-codec';
import type { ChatEvent } from '../../../src/chat/answer.ts';
import { Losses } from '../../../src/chat/losses.ts';
import type { Block, ChatOptions, ChatRequest, Message } from '../../../src/chat/request.ts';
import { bedrockProvider } from '../../../src/dialects/bedrock/dialect.ts';

export const CLAUDE = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
export const NOVA = 'us.amazon.nova-pro-v1:0';
export const LLAMA = 'us.meta.llama4-maverick-17b-instruct-v1:0';

export function message(role: Message['role'], content: Block[] | string, at = 'messages[0]'): Message {
  return { role, content: typeof content === 'string' ? [{ type: 'text', text: content }] : content, at };
}

export const HELLO = message('user', 'Hello');

/** The body, and what was told to be lost; options are called as in the middle. */
export function write(request: Partial<ChatRequest>): { body: Record<string, unknown>; losses: readonly string[] } {
  const losses = new Losses();
  const whole: ChatRequest = { model: CLAUDE, messages: [HELLO], tools: [], options: {}, stream: false, ...request };
  const body = bedrockProvider.writeRequest(whole, { losses, nameOf: (option) => option });
  return { body, losses: losses.names };
}

export function writeOptions(options: ChatOptions, model = CLAUDE): ReturnType<typeof write> {
  return write({ model, options });
}

const CODEC = new EventStreamCodec(
  (bytes) => (typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('utf8')),
  (text) => Buffer.from(text, 'utf8'),
);

export function frame(headers: Record<string, string>, payload: unknown): Buffer {
  const typed = Object.entries(headers).map(([name, value]) => [name, { type: 'string' as const, value }]);
  return Buffer.from(CODEC.encode({ headers: Object.fromEntries(typed), body: Buffer.from(JSON.stringify(payload)) }));
}

export function event(type: string, payload: object): Buffer {
  const headers = { ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' };
  // Padding, as every event has it.
  return frame(headers, { ...payload, p: 'abcdefghijkl' });
}

export interface Read {
  events: ChatEvent[];
  complete: boolean;
}

/** `cuts`: borders between chunks, in any order. */
export function read(bytes: Buffer, cuts: readonly number[] = []): Read {
  const reader = bedrockProvider.readStream();
  const borders = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
  const events = borders.slice(1).flatMap((border, index) => reader.push(bytes.subarray(borders[index], border)));
  const rest = reader.end();
  return { events: [...events, ...rest.events], complete: rest.complete };
}
