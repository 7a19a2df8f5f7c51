// Messages of the middle as items: messages, calls and results by themselves, each reasoning item directly before what it led to.
import type { WriteContext } from '../../chat/dialect.ts';
import type { Block, Message, ReasoningBlock, ToolCallBlock, ToolResultBlock } from '../../chat/request.ts';
import { type IdRule, withLegalIds } from '../../chat/tool-ids.ts';
import { isObject } from '../../chat/json.ts';
import { optional } from './fields.ts';
import { writeOutput, writePart } from './write-content.ts';

const CALL_IDS: IdRule = { legal: /^[A-Za-z0-9_-]{1,64}$/, make: (index) => `call_${index}` };

interface Item {
  json: object;
  /** `needs`: refused unless something of the model follows it. `model`: something of the model. */
  kind: 'needs' | 'model' | 'other';
  at: string;
}

class ItemWriter {
  readonly items: Item[] = [];
  readonly #context: WriteContext;
  readonly #customCalls = new Set<string>();
  #parts: object[] = [];

  constructor(context: WriteContext) {
    this.#context = context;
  }

  write(message: Message): void {
    if (message.name !== undefined) this.#context.losses.add(`${message.at}.name`);
    for (const [index, block] of message.content.entries()) this.#block(block, message, `${message.at}.content[${index}]`);
    this.#flush(message);
  }

  #block(block: Block, message: Message, at: string): void {
    const own = (json: object, kind: Item['kind']): void => {
      this.#flush(message);
      this.items.push({ json, kind, at });
    };
    switch (block.type) {
      case 'reasoning':
        if (block.signature?.dialect === 'openai-responses') own(reasoningItem(block, block.signature.value), 'needs');
        return;
      case 'tool-call':
        return own(this.#call(block), 'model');
      case 'tool-result':
        return own(this.#result(block, at), 'other');
      case 'other':
        if (block.dialect === 'openai-responses' && isObject(block.value))
          own(block.value, message.role === 'assistant' ? 'model' : 'other');
        else this.#context.losses.add(at);
        return;
      default: {
        const parts = message.role === 'assistant' ? assistantPart(block) : writePart(block);
        if (parts === undefined) this.#context.losses.add(at);
        else this.#parts.push(...parts);
        if (block.type === 'document' && block.citations === true) this.#context.losses.add(`${at}.citations`);
      }
    }
  }

  #flush({ role, at }: Message): void {
    if (this.#parts.length === 0) return;
    this.items.push({ json: { type: 'message', role, content: this.#parts }, kind: role === 'assistant' ? 'model' : 'other', at });
    this.#parts = [];
  }

  #call({ id, name, kind, arguments: text }: ToolCallBlock): object {
    if (kind === 'function') return { type: 'function_call', call_id: id, name, arguments: text };
    this.#customCalls.add(id);
    return { type: 'custom_tool_call', call_id: id, name, input: text };
  }

  #result(block: ToolResultBlock, at: string): object {
    const type = this.#customCalls.has(block.callId) ? 'custom_tool_call_output' : 'function_call_output';
    return { type, call_id: block.callId, output: writeOutput(block, (index) => this.#context.losses.add(`${at}.content[${index}]`)) };
  }
}

function assistantPart(block: Block): object[] | undefined {
  if (block.type === 'refusal') return [{ type: 'refusal', refusal: block.text }];
  if (block.type !== 'text') return undefined;
  return block.text === '' ? [] : [{ type: 'output_text', text: block.text }];
}

/** Summaries are for people: the provider reads the encrypted part. */
function reasoningItem({ id, text }: ReasoningBlock, encrypted: string): object {
  return {
    type: 'reasoning',
    ...optional('id', id),
    summary: text === '' ? [] : [{ type: 'summary_text', text }],
    encrypted_content: encrypted,
  };
}

/** "Item of type 'reasoning' was provided without its required following item": thoughts that led to nothing cannot go back. */
function paired(items: readonly Item[], context: WriteContext): object[] {
  const kept: object[] = [];
  let isFollowed = false;
  for (const { json, kind, at } of items.toReversed()) {
    if (kind === 'needs' && !isFollowed) {
      context.losses.add(at);
      continue;
    }
    isFollowed = kind !== 'other';
    kept.push(json);
  }
  return kept.toReversed();
}

export function writeItems(messages: readonly Message[], context: WriteContext): object[] {
  const writer = new ItemWriter(context);
  for (const message of withLegalIds(messages, CALL_IDS)) writer.write(message);
  return paired(writer.items, context);
}
