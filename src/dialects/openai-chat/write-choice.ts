// One choice of a stream: turns its events into deltas. What SDKs put together by overwriting, or refuse in pieces (details of
// thoughts, annotations, images), comes once, before the finish.
import type { ChatEvent, OpenBlock } from '../../chat/answer.ts';
import type { AnswerHead } from '../../chat/dialect.ts';
import type { Citation, ReasoningBlock, Signature } from '../../chat/request.ts';
import { carry } from './carried-thoughts.ts';
import { isVague, writeFinish } from './finish.ts';
import { writeExtraContent } from './signatures.ts';
import { isOlderCaller, writeAudio, writeCitation, writeImage, writeReasoningDetails } from './write-message.ts';

/** A member of `choices` in a chunk. */
export interface ChunkChoice {
  index: number;
  delta: object;
  logprobs: unknown;
  finish_reason: string | null;
}

type EventOf<T extends ChatEvent['type']> = Extract<ChatEvent, { type: T }>;
type ChoiceEvent = Extract<ChatEvent, { choice: number }>;

export class ChoiceWriter {
  readonly #index: number;
  readonly #head: AnswerHead;
  readonly #isOlder: boolean;
  #open: OpenBlock | undefined;
  #calls = 0;
  /** The first delta of a call. SDKs look for a signature nowhere else, so it waits until it is clear whether there is one. */
  #held: object | undefined;
  #callHasText = false;
  #textLength = 0;
  #blockStart = 0;
  #citations: Citation[] = [];
  #hasRefusal = false;
  #thoughts: ReasoningBlock[] = [];
  #textSignature: Signature | undefined;
  #annotations: object[] = [];
  #images: object[] = [];
  #logprobs: unknown = null;
  #finished = false;

  constructor(index: number, head: AnswerHead) {
    this.#index = index;
    this.#head = head;
    this.#isOlder = isOlderCaller(head);
  }

  begin(): ChunkChoice {
    return this.#chunk({ role: 'assistant', content: '', refusal: null });
  }

  write(event: ChoiceEvent): ChunkChoice[] {
    if (this.#held === undefined || event.type === 'signature') return this.#write(event);
    return [...this.#release(), ...this.#write(event)];
  }

  #write(event: ChoiceEvent): ChunkChoice[] {
    switch (event.type) {
      case 'open':
        return this.#begin(event.block);
      case 'delta':
        return this.#extend(event.text);
      case 'signature':
        return this.#sign(event.signature);
      case 'citation':
        this.#citations.push(event.citation);
        return [];
      case 'close':
        return this.#close();
      case 'block':
        return this.#whole(event);
      case 'logprobs':
        this.#logprobs = event.logprobs;
        return [];
      case 'finish':
        return this.#finish(event);
    }
  }

  #chunk(delta: object): ChunkChoice {
    return { index: this.#index, delta, logprobs: null, finish_reason: null };
  }

  #release(extra: object = this.#calls === 1 ? carry(writeReasoningDetails(this.#thoughts)) : {}): ChunkChoice[] {
    const held = this.#held;
    this.#held = undefined;
    return this.#call({ ...held, ...extra });
  }

  #call(call: object): ChunkChoice[] {
    return [this.#chunk({ tool_calls: [{ index: this.#calls - 1, ...call }] })];
  }

  #begin(block: OpenBlock): ChunkChoice[] {
    this.#open = block;
    this.#blockStart = this.#textLength;
    if (block.type === 'refusal') this.#hasRefusal = true;
    if (block.type === 'reasoning') this.#thoughts.push({ ...block, text: '' });
    if (block.type !== 'tool-call') return [];
    const { name, kind } = block;
    this.#calls += 1;
    this.#callHasText = false;
    if (this.#isOlder) return this.#older({ name, arguments: '' });
    const empty = kind === 'custom' ? { custom: { name, input: '' } } : { function: { name, arguments: '' } };
    this.#held = { id: `call_${this.#head.newId()}`, type: kind, ...empty };
    return [];
  }

  #older(call: object): ChunkChoice[] {
    if (this.#calls === 1) return [this.#chunk({ function_call: call })];
    this.#head.losses.add(`choices[${this.#index}].message.tool_calls[${this.#calls - 1}]`);
    return [];
  }

  #extend(text: string): ChunkChoice[] {
    switch (this.#open?.type) {
      case 'text':
        this.#textLength += text.length;
        return [this.#chunk({ content: text })];
      case 'refusal':
        return [this.#chunk({ refusal: text })];
      case 'reasoning':
        this.#thoughts.at(-1)!.text += text;
        return [this.#chunk({ reasoning_content: text })];
      case 'tool-call':
        if (text.trim() !== '') this.#callHasText = true;
        if (this.#isOlder) return this.#older({ arguments: text });
        return this.#call(this.#open.kind === 'custom' ? { custom: { input: text } } : { function: { arguments: text } });
      case undefined:
        return [];
    }
  }

  #sign(signature: Signature): ChunkChoice[] {
    if (this.#open?.type === 'text') this.#textSignature = signature;
    else if (this.#open?.type === 'reasoning') this.#thoughts.at(-1)!.signature = signature;
    else if (this.#open?.type === 'tool-call' && !this.#isOlder) return this.#signCall(this.#open.kind, signature);
    return [];
  }

  /** SDKs refuse a delta of a call that says nothing of a function. */
  #signCall(kind: 'function' | 'custom', signature: Signature): ChunkChoice[] {
    const extra = { extra_content: writeExtraContent(signature) };
    if (this.#held !== undefined) return this.#release(extra);
    return this.#call({ ...(kind === 'custom' ? { custom: { input: '' } } : { function: { arguments: '' } }), ...extra });
  }

  #close(): ChunkChoice[] {
    const block = this.#open;
    // A tool without arguments: its caller parses them all the same.
    const rest = block?.type === 'tool-call' && block.kind === 'function' && !this.#callHasText ? this.#extend('{}') : [];
    const span = { start: this.#blockStart, end: this.#textLength };
    for (const citation of this.#citations) {
      const annotation = writeCitation(citation, span);
      if (annotation === undefined) this.#lose('annotations');
      else this.#annotations.push(annotation);
    }
    this.#citations = [];
    this.#open = undefined;
    return rest;
  }

  #whole({ block }: EventOf<'block'>): ChunkChoice[] {
    const image = writeImage(block);
    const audio = writeAudio(block, this.#head);
    if (audio !== undefined) return [this.#chunk({ audio })];
    if (image === undefined) this.#lose(block.type === 'other' ? block.kind : block.type);
    else this.#images.push(image);
    return [];
  }

  #lose(what: string): void {
    this.#head.losses.add(`choices[${this.#index}].message.${what}`);
  }

  #finish({ reason }: EventOf<'finish'>): ChunkChoice[] {
    if (this.#finished) return [];
    this.#finished = true;
    if (isVague(reason)) this.#head.losses.add(`choices[${this.#index}].finish_reason`);
    const details = writeReasoningDetails(this.#thoughts);
    const last = {
      ...(details.length === 0 ? {} : { reasoning_details: details }),
      ...(this.#annotations.length === 0 ? {} : { annotations: this.#annotations }),
      ...(this.#images.length === 0 ? {} : { images: this.#images }),
      ...(this.#textSignature === undefined ? {} : { extra_content: writeExtraContent(this.#textSignature) }),
    };
    const said = writeFinish(reason, { hasCalls: this.#calls > 0, hasRefusal: this.#hasRefusal });
    const end: ChunkChoice = {
      ...this.#chunk({}),
      logprobs: this.#logprobs,
      finish_reason: said === 'tool_calls' && this.#isOlder ? 'function_call' : said,
    };
    return Object.keys(last).length === 0 ? [end] : [this.#chunk(last), end];
  }
}
