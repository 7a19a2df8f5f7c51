// A caller's body of generateContent or streamGenerateContent. The address holds the model and whether to stream: the route puts
// them into the body as `model` and `stream`, or into the request that is read.
import { RequestError } from '../../chat/dialect.ts';
import type { Losses } from '../../chat/losses.ts';
import type { ChatOptions, ChatRequest, Message } from '../../chat/request.ts';
import { CallIds } from './call-ids.ts';
import { Fields } from './fields.ts';
import { joinModelTurns } from './model-turns.ts';
import { readOptions } from './read-options.ts';
import { readPart } from './read-part.ts';
import { readToolConfig, readTools } from './read-tools.ts';

/** `function` is an older word for the role of function responses. */
const ROLES: Record<string, Message['role']> = { user: 'user', model: 'assistant', function: 'user' };

function roleOf(content: Fields): Message['role'] {
  const role = content.text('role') || 'user';
  if (Object.hasOwn(ROLES, role)) return ROLES[role]!;
  throw new RequestError(content.at('role'), `${content.at('role')} must be user or model; system text belongs into systemInstruction.`);
}

function readContent(content: Fields, ids: CallIds, losses: Losses): Message {
  const role = roleOf(content);
  const blocks = content.list('parts').map((part) => readPart(part, ids, losses));
  content.tellRest(losses);
  return { role, content: blocks, at: content.path };
}

function readSystem(body: Fields, losses: Losses): Message[] {
  const at = body.at('systemInstruction');
  const given = body.take('systemInstruction');
  if (given === undefined) return [];
  if (typeof given === 'string') return [{ role: 'system', content: [{ type: 'text', text: given }], at }];
  const content = new Fields(given, at);
  // Its role means nothing.
  content.take('role');
  const blocks = content.list('parts').map((part) => readPart(part, new CallIds(), losses));
  content.tellRest(losses);
  return [{ role: 'system', content: blocks, at }];
}

/** One for one, before turns of the model are joined. */
export function readContents(body: Fields, losses: Losses): Message[] {
  const ids = new CallIds();
  return body.list('contents').map((content) => readContent(content, ids, losses));
}

export function readRequest(given: Readonly<Record<string, unknown>>, losses: Losses): ChatRequest {
  const body = new Fields(given, '');
  const model = (body.text('model') ?? '').replace(/^models\//, '');
  const stream = body.flag('stream') ?? false;
  const system = readSystem(body, losses);
  const contents = readContents(body, losses);
  if (contents.length === 0) throw new RequestError('contents', 'contents must be a list with at least one content.');
  const tools = readTools(body, losses);
  const { toolChoice, own: toolOwn } = readToolConfig(body, losses);
  const { options, own } = readOptions(body, losses);
  body.tellRest(losses);
  const fields = { ...own, ...toolOwn };
  const all: ChatOptions = {
    ...options,
    ...(toolChoice === undefined ? {} : { toolChoice }),
    ...(Object.keys(fields).length === 0 ? {} : { own: { dialect: 'google', fields } }),
  };
  return { model, messages: [...system, ...joinModelTurns(contents)], tools, options: all, stream };
}
