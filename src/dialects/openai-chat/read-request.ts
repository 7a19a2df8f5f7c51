// A caller's request in OpenAI's Chat Completions dialect.
import type { Losses } from '../../chat/losses.ts';
import type { ChatRequest } from '../../chat/request.ts';
import { Fields, type Json } from './fields.ts';
import { readMessages } from './read-messages.ts';
import { readOptions } from './read-options.ts';
import { readTools } from './read-tools.ts';

/** @throws RequestError */
export function readRequest(json: Json, losses: Losses): ChatRequest {
  const body = new Fields(json, '');
  const model = body.name('model');
  const stream = body.flag('stream') ?? false;
  // The writer of the stream reads it; nobody else can hold it.
  body.object('stream_options');
  const request = { model, messages: readMessages(body, losses), tools: readTools(body, losses), options: readOptions(body, losses), stream };
  body.tellRest(losses);
  return request;
}
