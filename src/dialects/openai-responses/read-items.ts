// The items of `input` as messages. What the model said in one turn is many items here and one message in other dialects.
import { RequestError } from '../../chat/dialect.ts';
import type { Losses } from '../../chat/losses.ts';
import type { Block, Message, ReasoningBlock, ToolResultContent } from '../../chat/request.ts';
import { isObject, type Json } from '../../chat/json.ts';
import { field, listOf, neededString, objectOf, oneOf, optional, stringAt, textOf, unknownFields } from './fields.ts';
import { qualifiedName } from './namespaces.ts';
import { readOther, readParts } from './read-content.ts';
import { unwrapSignature } from './signatures.ts';
import { readTools, type PlacedTool } from './tools.ts';

const ROLES = ['user', 'assistant', 'system', 'developer'] as const;
/** Of a kind of item: what is read, or says nothing to others: ids, states, and hints to the model that wrote it. */
const KNOWN: Record<string, readonly string[]> = {
  message: ['type', 'role', 'content', 'id', 'status', 'phase'],
  function_call: ['type', 'call_id', 'name', 'namespace', 'arguments', 'id', 'status'],
  custom_tool_call: ['type', 'call_id', 'name', 'namespace', 'input', 'id', 'status'],
  function_call_output: ['type', 'call_id', 'output', 'id', 'status', 'name', 'namespace'],
  custom_tool_call_output: ['type', 'call_id', 'output', 'id', 'status'],
  reasoning: ['type', 'id', 'summary', 'content', 'encrypted_content', 'status'],
};

/** Paragraphs of thought, of the thoughts themselves where they are told and else of the summaries. */
export function reasoningText(item: Json): string {
  const texts = (name: string): string[] => listOf(field(item, name)).map((part) => textOf(field(objectOf(part), 'text')));
  const thoughts = texts('content').join('');
  return thoughts === '' ? texts('summary').join('\n\n') : thoughts;
}

function isResultContent(block: Block): block is ToolResultContent {
  return block.type === 'text' || block.type === 'image' || block.type === 'document';
}

export interface Input {
  messages: Message[];
  /** Tools that came in the middle of the conversation. */
  tools: PlacedTool[];
}

class InputReader {
  readonly input: Input = { messages: [], tools: [] };
  readonly #losses: Losses;
  /** The turn of the model that is going on. */
  #turn: Message | undefined;
  #turnHasMessage = false;
  /** Calls of kinds that only this dialect has, by their ids, and how to tell of them as of any call once the application has answered. */
  readonly #ownCalls = new Map<string, () => void>();

  constructor(losses: Losses) {
    this.#losses = losses;
  }

  read(item: unknown, at: string): void {
    if (!isObject(item)) throw new RequestError(at, `${at} must be an object with type or role.`);
    const type = stringAt(item, 'type', `${at}.`) ?? 'message';
    if (Object.hasOwn(KNOWN, type)) unknownFields(item, KNOWN[type] ?? [], `${at}.`, (name) => this.#losses.add(name));
    switch (type) {
      case 'message':
        return this.#message(item, at);
      case 'function_call':
      case 'custom_tool_call':
        return this.#say(toolCall(item, type, at), at);
      case 'function_call_output':
      case 'custom_tool_call_output':
        return this.#result(item, at);
      case 'reasoning':
        return this.#reasoning(item, at);
      case 'item_reference':
        throw new RequestError(at, `${at} refers to an item that is not kept here: send the whole item, as SDKs do if store is false.`);
      case 'additional_tools':
        this.input.tools.push(...readTools(item, `${at}.`, this.#losses));
        return;
      default:
        return this.#other(item, type, at);
    }
  }

  #message(item: Json, at: string): void {
    const role = oneOf(neededString(item, 'role', `${at}.`), ROLES, `${at}.role`);
    const content = readParts(item, 'content', at, this.#losses);
    if (role !== 'assistant') return this.#add({ role: role === 'user' ? 'user' : 'system', content, at });
    // Two messages in a row are two turns, else their border would be lost.
    if (this.#turnHasMessage) this.#turn = undefined;
    for (const [index, block] of content.entries()) this.#say(block, at, `${at}.content[${index}]`);
    this.#turnHasMessage = true;
  }

  #result(item: Json, at: string): void {
    const content = readParts(item, 'output', at, this.#losses).filter((block, index) => {
      if (!isResultContent(block)) this.#losses.add(`${at}.output[${index}]`);
      return isResultContent(block);
    });
    const callId = neededString(item, 'call_id', `${at}.`);
    const name = field(item, 'name') === undefined ? {} : { name: qualifiedName(item, `${at}.`) };
    this.#ownCalls.get(callId)?.();
    this.#add({
      role: 'user',
      content: [{ type: 'tool-result', callId, ...name, content }],
      at,
    });
  }

  #reasoning(item: Json, at: string): void {
    const text = reasoningText(item);
    const encrypted = stringAt(item, 'encrypted_content', `${at}.`) ?? '';
    const id = stringAt(item, 'id', `${at}.`);
    const block: ReasoningBlock = { type: 'reasoning', text, ...optional('id', id) };
    if (encrypted === '') return this.#say(block, at);
    const { signature, place } = unwrapSignature(encrypted);
    if (place.type === 'reasoning' || place.type === 'redacted') {
      const isHidden = place.type === 'redacted' || (signature.dialect === 'openai-responses' && text === '');
      return this.#say({ ...block, signature, ...(isHidden ? { redacted: true } : {}) }, at);
    }
    const signed = this.#turn?.content.findLast((other) =>
      place.type === 'call' ? other.type === 'tool-call' && other.id === place.id : other.type === 'text',
    );
    if (signed?.type === 'tool-call' || signed?.type === 'text') signed.signature = signature;
    else if (place.type === 'text') this.#say({ type: 'text', text: '', signature }, at);
  }

  /** What only this dialect has. What the application answers is the user's, all else came from the model. */
  #other(item: Json, type: string, at: string): void {
    const block = readOther(item, type);
    if (/(?:_output|_response)$/.test(type)) this.#add({ role: 'user', content: [block], at });
    else {
      this.#say(block, at);
      this.#keepOwnCall(item, type, this.#turn!.content);
    }
  }

  #keepOwnCall(item: Json, type: string, content: Block[]): void {
    const id = field(item, 'call_id');
    if (typeof id !== 'string' || id === '') return;
    const place = content.length - 1;
    const args = JSON.stringify(objectOf(field(item, 'arguments')));
    this.#ownCalls.set(id, () => {
      content[place] = { type: 'tool-call', id, name: type.replace(/_call$/, ''), arguments: args, kind: 'function' };
    });
  }

  /** `path`: where the caller wrote it. */
  #say(block: Block, at: string, path = at): void {
    if (this.#turn === undefined) {
      const turn: Message = { role: 'assistant', content: [], at };
      this.#add(turn);
      this.#turn = turn;
    }
    this.#losses.place(`${this.#turn.at}.content[${this.#turn.content.length}]`, path);
    this.#turn.content.push(block);
  }

  #add(message: Message): void {
    this.#turn = undefined;
    this.#turnHasMessage = false;
    this.input.messages.push(message);
  }
}

function toolCall(item: Json, type: 'function_call' | 'custom_tool_call', at: string): Block {
  const kind = type === 'function_call' ? 'function' : 'custom';
  const text = stringAt(item, kind === 'function' ? 'arguments' : 'input', `${at}.`) ?? '';
  return {
    type: 'tool-call',
    id: neededString(item, 'call_id', `${at}.`),
    name: qualifiedName(item, `${at}.`),
    arguments: kind === 'function' && text.trim() === '' ? '{}' : text,
    kind,
  };
}

export function readInput(body: Json, losses: Losses): Input {
  const reader = new InputReader(losses);
  const instructions = stringAt(body, 'instructions', '');
  if (instructions !== undefined && instructions !== '') {
    reader.input.messages.push({ role: 'system', content: [{ type: 'text', text: instructions }], at: 'instructions' });
  }
  const input = field(body, 'input');
  if (typeof input === 'string') {
    reader.input.messages.push({ role: 'user', content: [{ type: 'text', text: input }], at: 'input' });
  } else if (Array.isArray(input)) {
    for (const [index, item] of input.entries()) reader.read(item, `input[${index}]`);
  } else {
    throw new RequestError('input', 'input must be a string or a list of items.');
  }
  if (reader.input.messages.length === 0) {
    throw new RequestError('input', 'input must have at least one message, or there must be instructions.');
  }
  return reader.input;
}
