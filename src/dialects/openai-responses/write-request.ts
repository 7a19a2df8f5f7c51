// A request of the middle as the body of POST /v1/responses.
import type { WriteContext } from '../../chat/dialect.ts';
import type { ChatRequest } from '../../chat/request.ts';
import { writeItems } from './write-items.ts';
import { writeOptions } from './write-options.ts';

export function writeRequest(request: ChatRequest, context: WriteContext): Record<string, unknown> {
  return {
    model: request.model,
    input: writeItems(request.messages, context),
    ...writeOptions(request, context),
    ...(request.stream ? { stream: true } : {}),
  };
}
