// What the tests of this dialect share.
import type { AnswerHead, WriteContext } from '../../../src/chat/dialect.ts';
import { foldEvents } from '../../../src/chat/fold.ts';
import { Losses } from '../../../src/chat/losses.ts';
import type { ChatAnswer, ChatEvent } from '../../../src/chat/answer.ts';
import type { ChatRequest, Message } from '../../../src/chat/request.ts';
import { googleProvider, googleSurface } from '../../../src/dialects/google/dialect.ts';

/** A request to write, from what matters in a test. `messages` get their places. */
export function chat({
  messages = [],
  ...rest
}: Partial<Omit<ChatRequest, 'messages'>> & { messages?: Omit<Message, 'at'>[] }): ChatRequest {
  return {
    model: 'gemini-2.5-flash',
    tools: [],
    options: {},
    stream: false,
    ...rest,
    messages: messages.map((message, index) => ({ ...message, at: `messages[${index}]` })),
  };
}

// Bodies are looked at member by member, so tests see them as loosely as a provider's parser does.
export type Loose = { [key: string]: Loose } & Loose[];

export function write(request: Parameters<typeof chat>[0]): { body: Loose; losses: readonly string[] } {
  const losses = new Losses();
  const context: WriteContext = { losses, nameOf: (option) => `caller's ${option}` };
  const body: unknown = structuredClone(googleProvider.writeRequest(chat(request), context));
  return { body: body as Loose, losses: losses.names };
}

export interface StreamResult {
  events: ChatEvent[];
  complete: boolean;
  answer: ChatAnswer;
}

export function readAll(pieces: readonly (string | Buffer)[]): StreamResult {
  const reader = googleProvider.readStream();
  const events = pieces.flatMap((piece) => reader.push(Buffer.from(piece)));
  const { events: last, complete } = reader.end();
  events.push(...last);
  return { events, complete, answer: foldEvents(events) };
}

export function sse(chunks: readonly unknown[]): string {
  return chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\r\n\r\n`).join('');
}

/** A chunk with one candidate of these parts. */
export function chunk(parts: unknown[], candidate: object = {}, rest: object = {}): Record<string, unknown> {
  return { candidates: [{ content: { role: 'model', parts }, ...candidate }], responseId: 'r1', modelVersion: 'gemini-2.5-flash', ...rest };
}

export function read(body: Record<string, unknown>): { request: ChatRequest; losses: readonly string[] } {
  const losses = new Losses();
  return { request: googleSurface.readRequest(body, losses), losses: losses.names };
}

/** What a surface's writer needs, with ids that count up. */
export function head(rest: Partial<AnswerHead> = {}): AnswerHead {
  let made = 0;
  return { model: 'my-model', created: 1_700_000_000, newId: () => `id${made++}`, losses: new Losses(), request: {}, ...rest };
}
