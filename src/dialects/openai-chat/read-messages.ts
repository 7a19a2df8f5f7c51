// Messages of a caller. Results of tools, which have messages of their own here, become blocks of a user message.
import { RequestError } from '../../chat/dialect.ts';
import type { Losses } from '../../chat/losses.ts';
import type { Block, Message, ReasoningBlock, ToolCallBlock, ToolResultBlock, ToolResultContent } from '../../chat/request.ts';
import { readCarried } from './carried-thoughts.ts';
import { Fields } from './fields.ts';
import { readCacheMark, readContent, readParts } from './read-content.ts';
import { readExtraContent, readReasoningDetail } from './signatures.ts';

/** Stands for an id that a provider left empty; the order tells such calls apart. */
const NAMELESS = 'call';

/** What later messages need from earlier ones. */
class Conversation {
  readonly #names = new Map<string, string>();
  #functionCalls = 0;

  called(id: string, name: string): void {
    this.#names.set(id, name);
  }

  nameOf(id: string): string | undefined {
    return this.#names.get(id);
  }

  /** `function_call` has no id; its result is that of the latest. */
  nextFunctionId(): string {
    return `call_function_${this.#functionCalls++}`;
  }

  get latestFunctionId(): string {
    return `call_function_${Math.max(this.#functionCalls - 1, 0)}`;
  }
}

/** Servers want a JSON text; a few SDKs send the object. */
function readArguments(fields: Fields, key: string): string {
  const value = fields.take(key);
  if (value === undefined) return '{}';
  if (typeof value === 'object') return JSON.stringify(value);
  const text = fields.requiredText(key);
  return text.trim() === '' ? '{}' : text;
}

function readCall(value: unknown, path: string, losses: Losses): ToolCallBlock {
  const call = new Fields(value, path);
  const id = call.text('id') || NAMELESS;
  const signature = readExtraContent(call.take('extra_content'));
  const mark = readCacheMark(call);
  call.skip('index');
  const kind = call.text('type') === 'custom' ? 'custom' : 'function';
  const body = call.requiredObject(kind);
  const name = body.name('name');
  const text = kind === 'custom' ? body.requiredText('input') : readArguments(body, 'arguments');
  body.skip('parsed_arguments');
  body.tellRest(losses);
  call.tellRest(losses);
  return { type: 'tool-call', id, name, kind, arguments: text, ...(signature === undefined ? {} : { signature }), ...mark };
}

function readReasoning(message: Fields, calls: readonly unknown[]): ReasoningBlock[] {
  const details = message.list('reasoning_details') ?? [];
  const text = message.text('reasoning_content') ?? message.text('reasoning') ?? '';
  message.skip('reasoning');
  const blocks = details.map(readReasoningDetail).filter((block) => block !== undefined);
  // The details hold the same words and more.
  if (blocks.length > 0) return blocks;
  const carried = readCarried(calls, text);
  return carried.length > 0 || text === '' ? carried : [{ type: 'reasoning', text }];
}

/** Empty text beside something else is how SDKs write that there is none. */
function withoutEmptyText(blocks: readonly Block[]): Block[] {
  return blocks.filter((block) => block.type !== 'text' || block.text !== '' || block.cache !== undefined);
}

/** The content of the middle is many fields here. */
function tellPlaces(blocks: readonly Block[], fields: Record<string, readonly Block[]>, at: string, losses: Losses): void {
  for (const [place, block] of blocks.entries()) {
    const [name, list] = Object.entries(fields).find((field) => field[1].includes(block)) ?? [];
    if (name !== undefined) losses.place(`${at}.content[${place}]`, `${at}.${name}[${list!.indexOf(block)}]`);
  }
}

function readAssistant(message: Fields, conversation: Conversation, losses: Losses): Block[] {
  const content = readContent(message, losses) ?? [];
  const refusal = message.text('refusal') ?? '';
  const said = message.list('tool_calls') ?? [];
  const calls = said.map((call, index) => readCall(call, `${message.at('tool_calls')}[${index}]`, losses));
  const older = message.object('function_call');
  if (older !== undefined) {
    const id = conversation.nextFunctionId();
    calls.push({ type: 'tool-call', id, name: older.name('name'), kind: 'function', arguments: readArguments(older, 'arguments') });
  }
  for (const { id, name } of calls) conversation.called(id, name);
  // Pictures that a model made: there is no place for them in the content.
  const images = readParts(message.list('images') ?? [], message.at('images'), losses);
  const blocks: Block[] = [
    ...readReasoning(message, said),
    ...withoutEmptyText(content),
    ...(refusal === '' ? [] : [{ type: 'refusal', text: refusal } as const]),
    ...images,
    ...calls,
  ];
  tellPlaces(blocks, { content, images, tool_calls: calls }, message.path, losses);
  const signature = readExtraContent(message.take('extra_content'));
  // What SDKs add to answers and send back with them: models never see it.
  message.skip('annotations', 'parsed', 'id', 'status');
  if (signature === undefined) return blocks;
  const at = blocks.findLastIndex(({ type }) => type === 'text');
  // Google signs an empty last text where the thoughts led to none.
  if (at === -1) return [...blocks, { type: 'text', text: '', signature }];
  return blocks.map((block, index) => (index === at && block.type === 'text' ? { ...block, signature } : block));
}

function readResult(message: Fields, id: string, name: string | undefined, losses: Losses): ToolResultBlock {
  const content: ToolResultContent[] = [];
  for (const [index, block] of (readContent(message, losses) ?? []).entries()) {
    if (block.type === 'text' || block.type === 'image' || block.type === 'document') content.push(block);
    else losses.add(`${message.at('content')}[${index}]`);
  }
  return { type: 'tool-result', callId: id, ...(name === undefined ? {} : { name }), content };
}

function readToolMessage(message: Fields, conversation: Conversation, losses: Losses): Block[] {
  const id = message.requiredText('tool_call_id') || NAMELESS;
  return [readResult(message, id, message.text('name') ?? conversation.nameOf(id), losses)];
}

function readBlocks(role: string, message: Fields, conversation: Conversation, losses: Losses): Block[] {
  switch (role) {
    case 'assistant':
      return readAssistant(message, conversation, losses);
    case 'tool':
      return readToolMessage(message, conversation, losses);
    case 'function':
      return [readResult(message, conversation.latestFunctionId, message.name('name'), losses)];
    default: {
      const content = readContent(message, losses);
      if (content !== undefined) return content;
      throw new RequestError(message.at('content'), `${message.at('content')} must be a string or a list of content parts.`);
    }
  }
}

const ROLES: Readonly<Record<string, Message['role']>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  assistant: 'assistant',
  tool: 'user',
  function: 'user',
};

/** A mark on the message is one on its last block. */
function withMark(blocks: Block[], message: Fields): Block[] {
  const mark = readCacheMark(message);
  const last = blocks.at(-1);
  if (mark.cache === undefined || last === undefined) return blocks;
  if (!['text', 'image', 'document', 'tool-call', 'tool-result'].includes(last.type)) return blocks;
  return [...blocks.slice(0, -1), { ...last, ...mark }];
}

function readMessage(value: unknown, at: string, conversation: Conversation, losses: Losses): Message {
  const message = new Fields(value, at);
  const said = message.name('role');
  const role = Object.hasOwn(ROLES, said) ? ROLES[said] : undefined;
  if (role === undefined) {
    throw new RequestError(message.at('role'), `${message.at('role')} must be one of ${Object.keys(ROLES).join(', ')}.`);
  }
  const content = withMark(readBlocks(said, message, conversation, losses), message);
  const name = message.text('name') ?? '';
  message.tellRest(losses);
  return { role, content, ...(name === '' || said === 'tool' || said === 'function' ? {} : { name }), at };
}

export function readMessages(body: Fields, losses: Losses): Message[] {
  const messages = body.list('messages');
  if (messages === undefined || messages.length === 0) {
    throw new RequestError('messages', 'messages must be a list with at least one message.');
  }
  const conversation = new Conversation();
  return messages.map((message, index) => readMessage(message, `${body.at('messages')}[${index}]`, conversation, losses));
}
