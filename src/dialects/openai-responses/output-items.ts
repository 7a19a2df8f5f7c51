// One item of the output while it grows: each step returns the stream events that it leads to.
import type { AnswerHead } from '../../chat/dialect.ts';
import type { Citation, Signature } from '../../chat/request.ts';
import { writeAnnotation } from './citations.ts';
import { calledName } from './namespaces.ts';
import { wrapSignature } from './signatures.ts';

export type ItemEvent = { type: string } & Record<string, unknown>;
export type ItemStatus = 'in_progress' | 'completed' | 'incomplete';

export interface OutputItem {
  add(text: string): ItemEvent[];
  /** What comes before `output_item.done`. */
  close(): ItemEvent[];
  json(status: ItemStatus): object;
}

interface TextPart {
  type: 'output_text';
  annotations: object[];
  logprobs: unknown[];
  text: string;
}

interface RefusalPart {
  type: 'refusal';
  refusal: string;
}

/** Text blocks that follow each other are one part: clients parse each part as JSON where JSON was asked for. */
export class MessageItem implements OutputItem {
  readonly id: string;
  readonly #at: { item_id: string; output_index: number };
  readonly #parts: (TextPart | RefusalPart)[] = [];
  /** Where the block that is open begins in its part. */
  #base = 0;

  constructor(head: AnswerHead, index: number) {
    this.id = `msg_${head.newId()}`;
    this.#at = { item_id: this.id, output_index: index };
  }

  get hasRefusal(): boolean {
    return this.#parts.some(({ type }) => type === 'refusal');
  }

  /** A block begins. */
  begin(type: 'output_text' | 'refusal'): ItemEvent[] {
    const last = this.#parts.at(-1);
    if (last?.type === type) {
      this.#base = last.type === 'output_text' ? last.text.length : 0;
      return [];
    }
    const closed = this.close();
    this.#base = 0;
    this.#parts.push(type === 'refusal' ? { type, refusal: '' } : { type, annotations: [], logprobs: [], text: '' });
    return [...closed, { type: 'response.content_part.added', ...this.#place(), part: structuredClone(this.#parts.at(-1)) }];
  }

  add(text: string): ItemEvent[] {
    const part = this.#parts.at(-1);
    if (part === undefined) return [];
    if (part.type === 'refusal') {
      part.refusal += text;
      return [{ type: 'response.refusal.delta', ...this.#place(), delta: text }];
    }
    part.text += text;
    return [{ type: 'response.output_text.delta', ...this.#place(), delta: text, logprobs: [] }];
  }

  /** `undefined`: it has no form here. */
  cite(citation: Citation): ItemEvent[] | undefined {
    const part = this.#parts.at(-1);
    if (part?.type !== 'output_text') return undefined;
    const annotation = writeAnnotation(citation, this.#base, part.text.length);
    if (annotation === undefined) return undefined;
    part.annotations.push(annotation);
    const annotationIndex = part.annotations.length - 1;
    return [{ type: 'response.output_text.annotation.added', ...this.#place(), annotation_index: annotationIndex, annotation }];
  }

  /** Of all of its text. */
  setLogprobs(logprobs: unknown[]): void {
    const part = this.#parts.findLast((other) => other.type === 'output_text');
    if (part !== undefined) part.logprobs = logprobs;
  }

  close(): ItemEvent[] {
    const part = this.#parts.at(-1);
    if (part === undefined) return [];
    const done: ItemEvent =
      part.type === 'refusal'
        ? { type: 'response.refusal.done', ...this.#place(), refusal: part.refusal }
        : { type: 'response.output_text.done', ...this.#place(), text: part.text, logprobs: part.logprobs };
    return [done, { type: 'response.content_part.done', ...this.#place(), part: structuredClone(part) }];
  }

  json(status: ItemStatus): object {
    return { id: this.id, type: 'message', status, content: structuredClone(this.#parts), role: 'assistant' };
  }

  #place(): Record<string, unknown> {
    return { ...this.#at, content_index: this.#parts.length - 1 };
  }
}

export class ReasoningItem implements OutputItem {
  readonly #id: string;
  readonly #at: Record<string, unknown>;
  #text = '';
  readonly #isRedacted: boolean;
  #encrypted: string | undefined;

  constructor(id: string, index: number, { encrypted, redacted = false }: { encrypted?: string; redacted?: boolean | undefined } = {}) {
    this.#isRedacted = redacted;
    this.#id = id;
    this.#at = { item_id: id, output_index: index, summary_index: 0 };
    this.#encrypted = encrypted;
  }

  sign(signature: Signature): void {
    this.#encrypted = wrapSignature(signature, { type: this.#isRedacted ? 'redacted' : 'reasoning' });
  }

  add(text: string): ItemEvent[] {
    const first = this.#text === '';
    this.#text += text;
    return [
      ...(first ? [{ type: 'response.reasoning_summary_part.added', ...this.#at, part: { type: 'summary_text', text: '' } }] : []),
      { type: 'response.reasoning_summary_text.delta', ...this.#at, delta: text },
    ];
  }

  close(): ItemEvent[] {
    if (this.#text === '') return [];
    return [
      { type: 'response.reasoning_summary_text.done', ...this.#at, text: this.#text },
      { type: 'response.reasoning_summary_part.done', ...this.#at, part: { type: 'summary_text', text: this.#text } },
    ];
  }

  json(): object {
    return {
      id: this.#id,
      type: 'reasoning',
      summary: this.#text === '' ? [] : [{ type: 'summary_text', text: this.#text }],
      ...(this.#encrypted === undefined ? {} : { encrypted_content: this.#encrypted }),
    };
  }
}

export class CallItem implements OutputItem {
  readonly callId: string;
  readonly #id: string;
  readonly #called: { name: string; namespace?: string };
  readonly #kind: 'function' | 'custom';
  readonly #at: Record<string, unknown>;
  #text = '';

  /** Ids are our own: providers give the same ones in every turn. */
  constructor(head: AnswerHead, index: number, name: string, kind: 'function' | 'custom') {
    this.callId = `call_${head.newId()}`;
    this.#id = `${kind === 'function' ? 'fc' : 'ctc'}_${head.newId()}`;
    this.#called = calledName(name, head.request);
    this.#kind = kind;
    this.#at = { item_id: this.#id, output_index: index };
  }

  add(text: string): ItemEvent[] {
    this.#text += text;
    return [
      {
        type: this.#kind === 'function' ? 'response.function_call_arguments.delta' : 'response.custom_tool_call_input.delta',
        ...this.#at,
        delta: text,
      },
    ];
  }

  close(): ItemEvent[] {
    if (this.#kind === 'custom') return [{ type: 'response.custom_tool_call_input.done', ...this.#at, input: this.#text }];
    // Those who only join the deltas must get an object too.
    const missing = this.#text.trim() === '' ? this.add('{}') : [];
    return [...missing, { type: 'response.function_call_arguments.done', ...this.#at, arguments: this.#text }];
  }

  json(status: ItemStatus): object {
    const body =
      this.#kind === 'function' ? { type: 'function_call', arguments: this.#text } : { type: 'custom_tool_call', input: this.#text };
    return { id: this.#id, ...body, status, call_id: this.callId, ...this.#called };
  }
}
