// A stream of Anthropic's.
import type { ChatEvent } from '../../chat/answer.ts';
import { Blocks } from '../../chat/blocks.ts';
import type { StreamReader } from '../../chat/dialect.ts';
import { unfoldAnswer } from '../../chat/fold.ts';
import { ServerSentEvents, type ServerSentEvent } from '../../chat/server-sent-events.ts';
import { isObject, own, type Json } from '../../chat/json.ts';
import { readFinish } from './finish.ts';
import { readAnswer, readError } from './read-answer.ts';
import { argumentsOf, otherBlock, readCitation, refusalOf } from './read-block.ts';
import { mergeUsage, readUsage } from './usage.ts';
import { listAt, objectAt, parsed, stringAt } from './values.ts';

/** A block that goes on as one piece: its start, and what came for it since. */
interface Gathered {
  kind: string;
  start: Json;
  input: string;
  rest: Record<string, unknown>;
}

/** Nearly every event of a stream is this one, with words that need no unescaping: to look for it costs an eighth of parsing. */
const WORDS = /^\{"type":"content_block_delta","index":\d+,"delta":\{"type":"text_delta","text":"([ !#-[\]-\uffff]*)"\} *\} *$/;

export class AnthropicStreamReader implements StreamReader {
  readonly #events = new ServerSentEvents();
  readonly #blocks = new Blocks(0);
  /** The whole body, where it is JSON and no stream. */
  #json: Buffer[] | undefined;
  #isFirst = true;
  #usage: Json = {};
  #other: Gathered | undefined;
  /** Of the tool call that is open, in case no piece of it follows. */
  #input: unknown;
  #sawInput = false;
  #finished = false;
  #stopped = false;
  #failed = false;

  push(chunk: Buffer): ChatEvent[] {
    if (this.#isFirst && chunk.length > 0) {
      const start = chunk.toString('latin1').trimStart();
      if (start === '') return [];
      this.#isFirst = false;
      if (start.startsWith('{')) this.#json = [];
    }
    if (this.#json === undefined) return this.#takeAll(this.#events.push(chunk));
    this.#json.push(chunk);
    return [];
  }

  end(): { events: ChatEvent[]; complete: boolean } {
    const events = this.#json === undefined ? this.#takeAll(this.#events.end()) : this.#whole(this.#json);
    if (!this.#failed) events.push(...this.#endBlock());
    return { events, complete: this.#stopped && !this.#failed };
  }

  #whole(chunks: readonly Buffer[]): ChatEvent[] {
    const json = parsed(Buffer.concat(chunks).toString('utf8'));
    if (!isObject(json)) return [];
    const error = readError(json);
    if (error !== undefined) return this.#fail(json);
    if (own(json, 'type') !== 'message') return [];
    this.#stopped = true;
    return unfoldAnswer(readAnswer(json));
  }

  #takeAll(events: readonly ServerSentEvent[]): ChatEvent[] {
    const taken: ChatEvent[] = [];
    for (const { data } of events) taken.push(...this.#take(data));
    return taken;
  }

  #take(data: string): ChatEvent[] {
    if (this.#failed || this.#stopped) return [];
    const words = this.#other === undefined ? WORDS.exec(data)?.[1] : undefined;
    if (words !== undefined) return this.#blocks.add('text', words);
    const event = parsed(data);
    if (!isObject(event)) return [];
    switch (stringAt(event, 'type')) {
      case 'message_start':
        return this.#start(objectAt(event, 'message') ?? {});
      case 'content_block_start':
        return this.#startBlock(objectAt(event, 'content_block') ?? {});
      case 'content_block_delta':
        return this.#delta(objectAt(event, 'delta') ?? {});
      case 'content_block_stop':
        return this.#endBlock();
      case 'message_delta':
        return this.#messageDelta(event);
      case 'message_stop':
        this.#stopped = true;
        return this.#endBlock();
      default:
        return this.#fail(event);
    }
  }

  /** Nothing for events that are no errors: there will be new kinds. */
  #fail(event: Json): ChatEvent[] {
    const error = readError(event);
    if (error === undefined) return [];
    this.#failed = true;
    return [{ type: 'error', error }];
  }

  #start(message: Json): ChatEvent[] {
    const start: ChatEvent = { type: 'start', id: stringAt(message, 'id') ?? '', model: stringAt(message, 'model') ?? '' };
    return [start, ...this.#count(objectAt(message, 'usage') ?? {})];
  }

  #count(counts: Json): ChatEvent[] {
    this.#usage = mergeUsage(this.#usage, counts);
    const usage = readUsage(this.#usage);
    return usage === undefined ? [] : [{ type: 'usage', usage }];
  }

  #startBlock(block: Json): ChatEvent[] {
    const before = this.#endBlock();
    const kind = stringAt(block, 'type') ?? '';
    switch (kind) {
      case 'text':
        return [
          ...before,
          ...this.#blocks.open({ type: 'text' }),
          ...this.#blocks.add('text', stringAt(block, 'text') ?? ''),
          ...listAt(block, 'citations').flatMap((citation) => this.#cite(citation)),
        ];
      case 'thinking':
        return [
          ...before,
          ...this.#blocks.open({ type: 'reasoning' }),
          ...this.#blocks.add('reasoning', stringAt(block, 'thinking') ?? ''),
          ...this.#sign(stringAt(block, 'signature')),
        ];
      case 'redacted_thinking':
        return [...before, ...this.#blocks.open({ type: 'reasoning', redacted: true }), ...this.#sign(stringAt(block, 'data'))];
      case 'tool_use':
        return [...before, ...this.#startCall(block)];
      default:
        if (kind !== '') this.#other = { kind, start: block, input: '', rest: {} };
        return before;
    }
  }

  #startCall(block: Json): ChatEvent[] {
    const name = stringAt(block, 'name') ?? '';
    const id = stringAt(block, 'id') ?? '';
    this.#input = own(block, 'input');
    this.#sawInput = false;
    return this.#blocks.open({ type: 'tool-call', id: id === '' ? `toolu_${name}` : id, name, kind: 'function' });
  }

  #delta(delta: Json): ChatEvent[] {
    if (this.#other !== undefined) return this.#gather(this.#other, delta);
    switch (stringAt(delta, 'type')) {
      case 'text_delta':
        return this.#blocks.add('text', stringAt(delta, 'text') ?? '');
      case 'thinking_delta':
        return this.#blocks.add('reasoning', stringAt(delta, 'thinking') ?? '');
      case 'signature_delta':
        return this.#sign(stringAt(delta, 'signature'));
      case 'citations_delta':
        return this.#cite(own(delta, 'citation'));
      case 'input_json_delta': {
        const text = stringAt(delta, 'partial_json') ?? '';
        if (this.#blocks.openType !== 'tool-call') return [];
        if (text !== '') this.#sawInput = true;
        return this.#blocks.extend(text);
      }
      default:
        return [];
    }
  }

  #gather(other: Gathered, delta: Json): ChatEvent[] {
    if (stringAt(delta, 'type') === 'input_json_delta') other.input += stringAt(delta, 'partial_json') ?? '';
    else other.rest = { ...other.rest, ...delta, type: other.kind };
    return [];
  }

  #sign(value: string | undefined): ChatEvent[] {
    return value === undefined || value === '' ? [] : this.#blocks.sign('reasoning', { dialect: 'anthropic', value });
  }

  #cite(value: unknown): ChatEvent[] {
    return readCitation(value).flatMap((citation) => this.#blocks.cite(citation));
  }

  #endBlock(): ChatEvent[] {
    const other = this.#other;
    this.#other = undefined;
    if (other !== undefined) {
      const input = other.input.trim() === '' ? {} : { input: parsed(other.input) ?? other.input };
      return [{ type: 'block', choice: 0, block: otherBlock(other.kind, { ...other.start, ...other.rest, ...input }) }];
    }
    const isCall = this.#blocks.openType === 'tool-call';
    const whole = isCall && !this.#sawInput && isObject(this.#input) ? this.#blocks.extend(argumentsOf(this.#input)) : [];
    return [...whole, ...this.#blocks.close()];
  }

  #messageDelta(event: Json): ChatEvent[] {
    const delta = objectAt(event, 'delta') ?? {};
    const reason = stringAt(delta, 'stop_reason');
    const counted = this.#count(objectAt(event, 'usage') ?? {});
    if (reason === undefined || this.#finished) return counted;
    this.#finished = true;
    const refused = reason === 'refusal' ? refusalOf(objectAt(delta, 'stop_details')) : undefined;
    const stopSequence = stringAt(delta, 'stop_sequence');
    return [
      ...this.#endBlock(),
      ...this.#blocks.add('refusal', refused ?? ''),
      ...this.#blocks.close(),
      {
        type: 'finish',
        choice: 0,
        reason: readFinish(reason, this.#blocks.sawCall),
        ...(stopSequence === undefined ? {} : { stopSequence }),
      },
      ...counted,
    ];
  }
}
