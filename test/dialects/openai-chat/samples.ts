// Shared by the tests of this dialect: heads and requests with little in them.
import type { AnswerHead } from '../../../src/chat/dialect.ts';
import { Losses } from '../../../src/chat/losses.ts';
import type { ChatRequest } from '../../../src/chat/request.ts';
import { openAiChatSurface } from '../../../src/dialects/openai-chat/dialect.ts';

export function head(request: Record<string, unknown> = {}): AnswerHead {
  let ids = 0;
  return { model: 'asked-for', created: 1_700_000_000, newId: () => `id${ids++}`, losses: new Losses(), request };
}

/** Reads a body that has a model and, unless it says otherwise, one message. */
export function read(body: Record<string, unknown>): { request: ChatRequest; losses: readonly string[] } {
  const losses = new Losses();
  const request = openAiChatSurface.readRequest({ model: 'm', messages: [{ role: 'user', content: 'Hi' }], ...body }, losses);
  return { request, losses: losses.names };
}
