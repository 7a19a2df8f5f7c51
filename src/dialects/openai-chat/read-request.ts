// A caller's request in OpenAI's Chat Completions dialect.
import type { Losses } from '../../chat/losses.ts';
import type { ChatRequest } from '../../chat/request.ts';
import { isObject, type Json } from '../../chat/json.ts';
import { Fields } from './fields.ts';
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
  const messages = readMessages(body, losses);
  const tools = readTools(body, losses);
  const options = readOptions(body, losses);
  const fields = body.rest(losses);
  // Even without members it asks for a search.
  const search = json['web_search_options'];
  if (isObject(search) && Object.keys(search).length === 0) losses.add('web_search_options');
  if (fields !== undefined) options.own = { dialect: 'openai-chat', fields };
  return { model, messages, tools, options, stream };
}
