// A stream in Anthropic's form: message_start, blocks one after the other, message_delta, message_stop.
import type { ChatEvent, FinishReason, OpenBlock, Usage } from '../../chat/answer.ts';
import type { AnswerHead, DialectError, StreamWriter } from '../../chat/dialect.ts';
import type { Block, Citation, Signature } from '../../chat/request.ts';
import { isObject } from '../../chat/json.ts';
import { writeError } from './error.ts';
import { stopReasonOf, usageParam } from './write-answer.ts';
import { carrierParam, citationParam, citedWords, inputOf, thinkingParam } from './write-block.ts';
import type { Param } from './write-content.ts';

/** The block that is open in the input. It may not be in the output yet: empty ones never come out. */
interface Current {
  block: OpenBlock;
  isOut: boolean;
  text: string;
  /** Those that came before the words. A block without words must not come out, since callers send it back and are refused. */
  citations: Citation[];
  signature?: Signature;
}

function event(type: string, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

export class AnthropicStreamWriter implements StreamWriter {
  readonly #head: AnswerHead;
  #started = false;
  #index = -1;
  #current: Current | undefined;
  #finish: FinishReason = 'stop';
  #stopSequence: string | undefined;
  #sawCall = false;
  #sawRefusal = false;
  #usage: Usage | undefined;

  constructor(head: AnswerHead) {
    this.#head = head;
  }

  write(given: ChatEvent): string {
    if (given.type === 'error') return '';
    const start = this.#start();
    if ('choice' in given && given.choice !== 0) {
      this.#head.losses.add(`choices[${given.choice}]`);
      return start;
    }
    return start + this.#take(given);
  }

  end(): string {
    // A call of an answer that was stopped is not to be carried out.
    const finish = this.#sawCall && this.#finish !== 'content-filter' ? 'tool-calls' : this.#finish;
    const delta = { stop_reason: stopReasonOf(finish, this.#sawRefusal), stop_sequence: this.#stopSequence ?? null };
    const last = event('message_delta', { delta, usage: usageParam(this.#usage) });
    return this.#start() + this.#close() + last + event('message_stop', {});
  }

  fail(error: DialectError): string {
    return `event: error\ndata: ${JSON.stringify(writeError(error))}\n\n`;
  }

  #start(): string {
    if (this.#started) return '';
    this.#started = true;
    const message = {
      id: `msg_${this.#head.newId()}`,
      type: 'message',
      role: 'assistant',
      model: this.#head.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: usageParam(this.#usage),
    };
    return event('message_start', { message });
  }

  #take(given: Exclude<ChatEvent, { type: 'error' }>): string {
    switch (given.type) {
      case 'open':
        return this.#open(given.block);
      case 'delta':
        return this.#delta(given.text);
      case 'signature':
        if (this.#current !== undefined) this.#current.signature = given.signature;
        return '';
      case 'citation':
        return this.#cite(given.citation);
      case 'close':
        return this.#close();
      case 'block':
        return this.#close() + this.#whole(given.block);
      case 'finish':
        this.#finish = given.reason;
        this.#stopSequence = given.stopSequence;
        return '';
      case 'usage':
        this.#usage = given.usage;
        return '';
      default:
        return '';
    }
  }

  #open(block: OpenBlock): string {
    const before = this.#close();
    this.#current = { block, isOut: false, text: '', citations: [] };
    if (block.type === 'refusal') this.#sawRefusal = true;
    if (block.type !== 'tool-call') return before;
    this.#sawCall = true;
    return before + this.#out();
  }

  /** Begins the open block in the output. */
  #out(): string {
    if (this.#current === undefined || this.#current.isOut) return '';
    this.#current.isOut = true;
    const { block } = this.#current;
    switch (block.type) {
      case 'tool-call':
        return this.#begin({ type: 'tool_use', id: `toolu_${this.#head.newId()}`, name: block.name, input: {} });
      case 'reasoning':
        return this.#begin({ type: 'thinking', thinking: '', signature: '' });
      default:
        return this.#begin({ type: 'text', text: '' });
    }
  }

  #begin(block: Param): string {
    this.#index++;
    return event('content_block_start', { index: this.#index, content_block: block });
  }

  #piece(delta: Param): string {
    return event('content_block_delta', { index: this.#index, delta });
  }

  #stop(): string {
    return event('content_block_stop', { index: this.#index });
  }

  #cite(given: Citation): string {
    const current = this.#current;
    if (current?.block.type !== 'text') return '';
    if (current.text === '') {
      current.citations.push(given);
      return '';
    }
    const citation = citationParam(given, citedWords(given, current.text));
    if (citation !== undefined) return this.#piece({ type: 'citations_delta', citation });
    this.#head.losses.add('content.citations');
    return '';
  }

  #citeHeld(current: Current): string {
    const held = current.citations;
    if (held.length === 0) return '';
    current.citations = [];
    return held.map((citation) => this.#cite(citation)).join('');
  }

  #delta(text: string): string {
    const current = this.#current;
    if (current === undefined || text === '') return '';
    const { block } = current;
    switch (block.type) {
      case 'text':
      case 'refusal':
        current.text += text;
        return this.#out() + this.#piece({ type: 'text_delta', text }) + this.#citeHeld(current);
      case 'reasoning':
        return block.redacted === true ? '' : this.#out() + this.#piece({ type: 'thinking_delta', thinking: text });
      default:
        if (block.kind === 'function') return this.#piece({ type: 'input_json_delta', partial_json: text });
        // Text becomes the string in an object, which has an end of its own.
        current.text += text;
        return '';
    }
  }

  #close(): string {
    const current = this.#current;
    if (current === undefined) return '';
    if (current.citations.length > 0) this.#head.losses.add('content.citations');
    const written = this.#rest(current);
    this.#current = undefined;
    return written;
  }

  /** What is still to be said of a block. */
  #rest(current: Current): string {
    const { block, signature } = current;
    if (block.type === 'reasoning') {
      const [param] = thinkingParam({ ...block, text: '', ...(signature === undefined ? {} : { signature }) });
      if (block.redacted === true) return param === undefined ? '' : this.#begin(param) + this.#stop();
      if (param === undefined) return current.isOut ? this.#stop() : '';
      return this.#out() + this.#piece({ type: 'signature_delta', signature: param['signature'] }) + this.#stop();
    }
    const isCustom = block.type === 'tool-call' && block.kind === 'custom';
    const input = isCustom ? JSON.stringify(inputOf({ kind: 'custom', arguments: current.text })) : '';
    const args = isCustom ? this.#piece({ type: 'input_json_delta', partial_json: input }) : '';
    const ended = current.isOut ? args + this.#stop() : '';
    const [carrier] = carrierParam(signature === undefined ? {} : { signature });
    if (carrier === undefined) return ended;
    const opened = this.#begin({ ...carrier, signature: '' });
    return ended + opened + this.#piece({ type: 'signature_delta', signature: carrier['signature'] }) + this.#stop();
  }

  #whole(block: Block): string {
    if (block.type === 'other' && block.dialect === 'anthropic' && isObject(block.value)) return this.#begin(block.value) + this.#stop();
    this.#head.losses.add(`content[${this.#index + 1}]`);
    return '';
  }
}
