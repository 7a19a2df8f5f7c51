// A request for a server of this dialect.
import type { WriteContext } from '../../chat/dialect.ts';
import type { ChatRequest } from '../../chat/request.ts';
import { serverOf } from './servers.ts';
import { writeMessages } from './write-messages.ts';
import { writeOptions } from './write-options.ts';
import { writeTools } from './write-tools.ts';

export function writeRequest({ model, messages, tools, options, stream }: ChatRequest, context: WriteContext): Record<string, unknown> {
  const server = serverOf(model, context.vendor);
  return {
    model,
    messages: writeMessages(messages, server, context),
    ...writeTools(tools, options, server, context),
    ...writeOptions(options, server, context),
    // Usage comes with a stream only where it is asked for.
    ...(stream ? { stream: true, stream_options: { include_usage: true } } : {}),
  };
}
