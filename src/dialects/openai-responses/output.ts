// The output of a response as it grows: items in order, and the stream events that tell of them. Whole answers are made the same way.
import type { ChatEvent, OpenBlock } from '../../chat/answer.ts';
import type { AnswerHead } from '../../chat/dialect.ts';
import type { Block, Citation, Signature } from '../../chat/request.ts';
import { isObject } from '../../chat/json.ts';
import { field, listOf } from './fields.ts';
import { CallItem, type ItemEvent, type ItemStatus, MessageItem, type OutputItem, ReasoningItem } from './output-items.ts';
import { wrapSignature } from './signatures.ts';

/** What a text block is while nothing has come of it: blocks that stay empty make no message. */
type TextType = 'output_text' | 'refusal';

export class Output {
  /** Those that are done. */
  readonly items: object[] = [];
  hasRefusal = false;
  readonly #head: AnswerHead;
  #item: OutputItem | undefined;
  #pendingText: TextType | undefined;
  /** Of text and calls, which have no field for them: items of their own, once the present one is done. */
  #signatures: string[] = [];
  #logprobs: unknown[] = [];
  readonly #ids = new Set<string>();

  constructor(head: AnswerHead) {
    this.#head = head;
  }

  apply(event: ChatEvent): ItemEvent[] {
    if ('choice' in event && event.choice > 0) {
      // One answer is all that can be asked for, and all that there is room for.
      this.#head.losses.add('choices');
      return [];
    }
    switch (event.type) {
      case 'open':
        return this.#open(event.block);
      case 'delta':
        return this.#delta(event.text);
      case 'signature':
        this.#sign(event.signature);
        return [];
      case 'citation':
        return this.#cite(event.citation);
      case 'block':
        return this.#whole(event.block);
      case 'logprobs':
        this.#setLogprobs(event.logprobs);
        return [];
      default:
        return [];
    }
  }

  /** Closes the item that is open. Only now, since the reason of the end says whether it is whole. */
  close(status: ItemStatus = 'completed'): ItemEvent[] {
    const item = this.#item;
    this.#item = undefined;
    const events: ItemEvent[] = [];
    if (item !== undefined) {
      if (item instanceof MessageItem && this.#logprobs.length > 0) item.setLogprobs(this.#logprobs.splice(0));
      events.push(...item.close(), ...this.#done(item.json(status)));
    }
    for (const encrypted of this.#signatures.splice(0)) {
      const carrier = new ReasoningItem(`rs_${this.#head.newId()}`, this.items.length, { encrypted });
      events.push(this.#added(carrier.json()), ...this.#done(carrier.json()));
    }
    return events;
  }

  /** The items so far, with the open one as it is. */
  partial(): object[] {
    return this.#item === undefined ? [...this.items] : [...this.items, this.#item.json('incomplete')];
  }

  #added(item: object): ItemEvent {
    return { type: 'response.output_item.added', output_index: this.items.length, item };
  }

  #done(item: object): ItemEvent[] {
    this.items.push(item);
    return [{ type: 'response.output_item.done', output_index: this.items.length - 1, item }];
  }

  #begin(item: OutputItem): ItemEvent[] {
    this.#item = item;
    return [this.#added(item.json('in_progress'))];
  }

  #open(block: OpenBlock): ItemEvent[] {
    this.#pendingText = undefined;
    switch (block.type) {
      case 'text':
        this.#pendingText = 'output_text';
        return [];
      case 'refusal':
        this.#pendingText = 'refusal';
        this.hasRefusal = true;
        return [];
      case 'reasoning': {
        const closed = this.close();
        const id = this.#idOf(block.id?.startsWith('rs_') === true ? block.id : undefined, 'rs');
        return [...closed, ...this.#begin(new ReasoningItem(id, this.items.length, { redacted: block.redacted }))];
      }
      case 'tool-call': {
        const closed = this.close();
        return [...closed, ...this.#begin(new CallItem(this.#head, this.items.length, block.name, block.kind))];
      }
      default:
        return block satisfies never;
    }
  }

  /** Something comes of the text block that was opened. */
  #beginText(): ItemEvent[] {
    const type = this.#pendingText;
    if (type === undefined) return [];
    this.#pendingText = undefined;
    if (this.#item instanceof MessageItem) return this.#item.begin(type);
    const closed = this.close();
    const item = new MessageItem(this.#head, this.items.length);
    return [...closed, ...this.#begin(item), ...item.begin(type)];
  }

  #delta(text: string): ItemEvent[] {
    const begun = this.#beginText();
    return [...begun, ...(this.#item?.add(text) ?? [])];
  }

  #sign(signature: Signature): void {
    const item = this.#item;
    if (this.#pendingText !== undefined || item instanceof MessageItem) this.#signatures.push(wrapSignature(signature, { type: 'text' }));
    else if (item instanceof CallItem) this.#signatures.push(wrapSignature(signature, { type: 'call', id: item.callId }));
    else if (item instanceof ReasoningItem) item.sign(signature);
  }

  #cite(citation: Citation): ItemEvent[] {
    const begun = this.#beginText();
    const cited = this.#item instanceof MessageItem ? this.#item.cite(citation) : undefined;
    if (cited === undefined) this.#head.losses.add('output[].content[].annotations');
    return [...begun, ...(cited ?? [])];
  }

  #whole(block: Block): ItemEvent[] {
    const item = this.#itemOf(block);
    if (item === undefined) {
      this.#head.losses.add(`output[].${block.type === 'other' ? block.kind : block.type}`);
      return [];
    }
    const closed = this.close();
    this.#pendingText = undefined;
    return [...closed, this.#added(item), ...this.#done(item)];
  }

  #itemOf(block: Block): object | undefined {
    if (block.type === 'image' && block.source.type === 'base64') {
      return { id: `ig_${this.#head.newId()}`, type: 'image_generation_call', status: 'completed', result: block.source.data };
    }
    if (block.type !== 'other' || block.dialect !== 'openai-responses' || !isObject(block.value)) return undefined;
    return { ...block.value, id: this.#idOf(field(block.value, 'id'), 'item') };
  }

  /** The provider's, unless it says the same one twice: clients tell items apart by it. */
  #idOf(given: unknown, prefix: string): string {
    const id = typeof given === 'string' && given !== '' && !this.#ids.has(given) ? given : `${prefix}_${this.#head.newId()}`;
    this.#ids.add(id);
    return id;
  }

  #setLogprobs(logprobs: unknown): void {
    if (isObject(logprobs)) this.#logprobs = [...listOf(field(logprobs, 'content'))];
  }
}
