// Events of a provider's stream about its items, as events of the middle, where one block comes after the other. Items may overlap:
// what comes while a call is open waits for the rest of the call; texts and thoughts go on in a new block.
import type { ChatEvent } from '../../chat/answer.ts';
import { Blocks } from '../../chat/blocks.ts';
import type { Json } from '../../chat/json.ts';
import { readAnnotation } from './citations.ts';
import { field, listOf, objectOf, optional, textOf } from './fields.ts';
import { CALL_TYPES, citationsOf, logprobsOf, readCall, readItem } from './read-output.ts';
import { CALLS, indexOf, type Item, keyOf, newItem, type Part, partAt, restOf, TEXTS, type TextKind, type Words } from './stream-item.ts';

export class StreamItems {
  readonly #blocks = new Blocks(0);
  readonly #items = new Map<string, Item>();
  #held: Json[] = [];
  #call: Item | undefined;
  /** The part whose block is open. */
  #part: Part | undefined;
  #logprobs: unknown[] = [];
  #sawRefusal = false;

  get has(): { call: boolean; refusal: boolean } {
    return { call: this.#blocks.sawCall, refusal: this.#sawRefusal };
  }

  get isEmpty(): boolean {
    return this.#items.size === 0;
  }

  take(event: Json): ChatEvent[] {
    const key = keyOf(event);
    if (key === undefined) return [];
    if (this.#call !== undefined && this.#call.key !== key) {
      this.#held.push(event);
      return [];
    }
    const events = this.#apply(event, key);
    return this.#call === undefined ? [...events, ...this.#release()] : events;
  }

  /** Nothing more comes of any item. */
  close(): ChatEvent[] {
    const events = this.#closeBlock();
    while (this.#held.length > 0) {
      this.#call = undefined;
      events.push(...this.#release(), ...this.#closeBlock());
    }
    this.#call = undefined;
    const logprobs = { content: this.#logprobs.splice(0), refusal: null };
    return logprobs.content.length === 0 ? events : [...events, { type: 'logprobs', choice: 0, logprobs }];
  }

  #release(): ChatEvent[] {
    return this.#held.splice(0).flatMap((event) => this.take(event));
  }

  #apply(event: Json, key: string): ChatEvent[] {
    const type = textOf(field(event, 'type'));
    const item = this.#itemAt(key, event);
    if (type === 'response.output_item.added') return this.#added(item, objectOf(field(event, 'item')));
    if (type === 'response.output_item.done') return this.#done(item, objectOf(field(event, 'item')));
    if (type === 'response.output_text.annotation.added') return this.#annotation(item, event);
    if (type === 'response.content_part.done')
      return this.#citations(item, indexOf(event, 'content_index'), objectOf(field(event, 'part')));
    const [, name = '', step] = /^(.*)\.(delta|done)$/.exec(type) ?? [];
    const text = Object.hasOwn(TEXTS, name) ? TEXTS[name] : undefined;
    if (text !== undefined) {
      const index = indexOf(event, text.thoughts === 'summary' ? 'summary_index' : 'content_index');
      if (step === 'delta') this.#takeLogprobs(item, event);
      return this.#words(
        item,
        text,
        index,
        step === 'delta' ? { more: textOf(field(event, 'delta')) } : { all: textOf(field(event, text.done)) },
      );
    }
    const call = Object.hasOwn(CALLS, name) ? CALLS[name] : undefined;
    // Of a call that was never opened there is no name: it comes with its end.
    if (call === undefined || !item.isOpenCall) return [];
    return this.#extend(partAt(item, ''), step === 'delta' ? { more: textOf(field(event, 'delta')) } : { all: textOf(field(event, call)) });
  }

  #itemAt(key: string, event: Json): Item {
    const item = this.#items.get(key) ?? newItem(key, event);
    this.#items.set(key, item);
    return item;
  }

  #added(item: Item, json: Json): ChatEvent[] {
    item.id ??= textOf(field(json, 'id')) || undefined;
    if (!CALL_TYPES.includes(textOf(field(json, 'type'))) || item.isOpenCall) return [];
    const { id, name, kind } = readCall(json, item.index);
    item.isOpenCall = true;
    this.#call = item;
    this.#part = partAt(item, '');
    return this.#blocks.open({ type: 'tool-call', id, name, kind });
  }

  #done(item: Item, json: Json): ChatEvent[] {
    const type = textOf(field(json, 'type'));
    item.id ??= textOf(field(json, 'id')) || undefined;
    if (CALL_TYPES.includes(type)) return this.#callDone(item, json);
    if (type === 'message') return this.#messageDone(item, json);
    if (type === 'reasoning') return this.#reasoningDone(item, json);
    return [...this.#closeBlock(), ...readItem(json, item.index).map((block): ChatEvent => ({ type: 'block', choice: 0, block }))];
  }

  #callDone(item: Item, json: Json): ChatEvent[] {
    const opened = item.isOpenCall ? [] : this.#added(item, json);
    const rest = this.#extend(partAt(item, ''), { all: textOf(field(json, 'arguments')) || textOf(field(json, 'input')) });
    item.isOpenCall = false;
    this.#call = undefined;
    return [...opened, ...rest, ...this.#closeBlock()];
  }

  #messageDone(item: Item, json: Json): ChatEvent[] {
    const events = listOf(field(json, 'content'))
      .map(objectOf)
      .flatMap((part, index) => {
        const isRefusal = field(part, 'type') === 'refusal';
        const name = isRefusal ? 'refusal' : 'text';
        const words = this.#words(item, { kind: name }, index, { all: textOf(field(part, name)) });
        return isRefusal ? words : [...words, ...this.#citations(item, index, part)];
      });
    if (!item.sawLogprobs) this.#logprobs.push(...logprobsOf(json));
    return [...events, ...this.#closeOf(item)];
  }

  #reasoningDone(item: Item, json: Json): ChatEvent[] {
    const events: ChatEvent[] = [];
    for (const thoughts of ['content', 'summary'] as const) {
      for (const [index, part] of listOf(field(json, thoughts)).entries()) {
        events.push(...this.#words(item, { kind: 'reasoning', thoughts }, index, { all: textOf(field(objectOf(part), 'text')) }));
      }
    }
    const value = textOf(field(json, 'encrypted_content'));
    if (value === '') return [...events, ...this.#closeOf(item)];
    if (this.#part !== partAt(item, 'thoughts')) {
      events.push(
        ...this.#closeBlock(),
        ...this.#blocks.open({ type: 'reasoning', ...optional('id', item.id), redacted: item.thoughts === undefined }),
      );
    }
    return [...events, ...this.#blocks.sign('reasoning', { dialect: 'openai-responses', value }), ...this.#closeBlock()];
  }

  /** `more`: the next words. `all`: those that came and maybe others that did not. */
  #words(item: Item, { kind, thoughts }: { kind: TextKind; thoughts?: 'content' | 'summary' }, index: number, words: Words): ChatEvent[] {
    if (kind === 'refusal') this.#sawRefusal = true;
    if (thoughts !== undefined) {
      const isEmpty = (words.more ?? words.all) === '';
      if (isEmpty || (item.thoughts ?? thoughts) !== thoughts) return [];
      item.thoughts = thoughts;
    }
    const source = partAt(item, `${thoughts ?? ''}${index}`);
    const text = restOf(source, words);
    if (text === '') return [];
    const isFirst = source.text === '';
    source.text += text;
    // All thoughts of an item are one block, for they have one signature.
    const part = thoughts === undefined ? source : partAt(item, 'thoughts');
    const opened = this.#part === part ? [] : this.#openText(item, kind, part);
    const border = thoughts === 'summary' && isFirst && part.text !== '' ? '\n\n' : '';
    if (thoughts !== undefined) part.text += border + text;
    return [...opened, ...this.#blocks.extend(border + text)];
  }

  #openText(item: Item, kind: TextKind, part: Part): ChatEvent[] {
    this.#part = part;
    return this.#blocks.open(kind === 'reasoning' ? { type: kind, ...optional('id', item.id) } : { type: kind });
  }

  #extend(part: Part, words: Words): ChatEvent[] {
    const text = restOf(part, words);
    part.text += text;
    return this.#blocks.extend(text);
  }

  #annotation(item: Item, event: Json): ChatEvent[] {
    const part = partAt(item, String(indexOf(event, 'content_index')));
    const citation = readAnnotation(field(event, 'annotation'));
    if (citation === undefined) return [];
    part.citations++;
    return [...(this.#part === part ? [] : this.#openText(item, 'text', part)), ...this.#blocks.cite(citation)];
  }

  /** Those that no event told of. */
  #citations(item: Item, index: number, json: Json): ChatEvent[] {
    const part = partAt(item, String(index));
    const citations = citationsOf(json).slice(part.citations);
    if (citations.length === 0) return [];
    part.citations += citations.length;
    return [
      ...(this.#part === part ? [] : this.#openText(item, 'text', part)),
      ...citations.flatMap((citation) => this.#blocks.cite(citation)),
    ];
  }

  #takeLogprobs(item: Item, event: Json): void {
    const logprobs = listOf(field(event, 'logprobs'));
    item.sawLogprobs ||= logprobs.length > 0;
    this.#logprobs.push(...logprobs);
  }

  /** Items may end after the next one began, whose block stays open then. */
  #closeOf(item: Item): ChatEvent[] {
    return this.#part !== undefined && [...item.parts.values()].includes(this.#part) ? this.#closeBlock() : [];
  }

  #closeBlock(): ChatEvent[] {
    this.#part = undefined;
    return this.#blocks.close();
  }
}
