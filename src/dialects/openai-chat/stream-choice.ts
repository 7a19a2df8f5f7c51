// One choice of a server's stream. Blocks must come one after the other, so that what comes before a call is whole has to wait.
import type { ChatEvent, FinishReason } from '../../chat/answer.ts';
import { Blocks } from '../../chat/blocks.ts';
import type { Citation, Signature } from '../../chat/request.ts';
import { isObject, type Json } from '../../chat/json.ts';
import { readFinish } from './finish.ts';
import { audioBlock, listOf, readCitation, readContentWords, readImages, readThoughtWords, textOf } from './message-values.ts';
import { readOwnExtraContent } from './signatures.ts';
import { isWhole, type StreamCall, StreamCalls } from './stream-calls.ts';
import { StreamThoughts } from './stream-thoughts.ts';

type Step = () => ChatEvent[];

export class StreamChoice {
  readonly #choice: number;
  readonly #blocks: Blocks;
  readonly #thoughts: StreamThoughts;
  readonly #calls = new StreamCalls();
  /** The call whose block is open. */
  #live: StreamCall | undefined;
  #waiting: Step[] = [];
  #reason: unknown;
  #hasRefusal = false;
  #hasCitations = false;
  #speech: Buffer[] = [];
  #logprobs: { content: unknown[]; refusal: unknown[] } | undefined;

  constructor(choice: number) {
    this.#choice = choice;
    this.#blocks = new Blocks(choice);
    this.#thoughts = new StreamThoughts(this.#blocks);
  }

  /** The server said why it ended. */
  get ended(): boolean {
    return this.#reason !== undefined;
  }

  push(choice: Json): ChatEvent[] {
    // Some servers send a whole message as their only event.
    const delta = isObject(choice['delta']) ? choice['delta'] : isObject(choice['message']) ? choice['message'] : {};
    const events = [...this.#words(delta), ...this.#extras(delta), ...this.#toolCalls(delta)];
    if (typeof choice['finish_reason'] === 'string') this.#reason = choice['finish_reason'];
    this.#keepLogprobs(choice['logprobs']);
    return events;
  }

  /** `streamIsWhole`: the stream came to its end; else a reason is told only where the server did. */
  finish(streamIsWhole: boolean, sources: readonly Citation[]): ChatEvent[] {
    const events: ChatEvent[] = [];
    while (this.#waiting.length > 0) {
      this.#live = undefined;
      events.push(...this.#waiting.shift()!());
    }
    events.push(...this.#thoughts.leave());
    if (!this.#hasCitations && this.#blocks.openType === 'text') events.push(...sources.flatMap((source) => this.#blocks.cite(source)));
    events.push(...this.#blocks.close());
    if (this.#speech.length > 0) {
      events.push({ type: 'block', choice: this.#choice, block: audioBlock(Buffer.concat(this.#speech).toString('base64')) });
    }
    if (this.#logprobs !== undefined) events.push({ type: 'logprobs', choice: this.#choice, logprobs: this.#logprobsOfAll() });
    if (streamIsWhole || this.ended) events.push({ type: 'finish', choice: this.#choice, reason: this.#finishReason() });
    return events;
  }

  #finishReason(): FinishReason {
    return readFinish(this.#reason, { hasCalls: this.#blocks.sawCall, hasRefusal: this.#hasRefusal });
  }

  /** Now, or after the call that is open. */
  #next(step: Step): ChatEvent[] {
    if (this.#waiting.length > 0 || (this.#live !== undefined && !isWhole(this.#live))) {
      this.#waiting.push(step);
      return [];
    }
    return this.#take(step);
  }

  #take(step: Step): ChatEvent[] {
    if (this.#live !== undefined) this.#live.state = 'closed';
    this.#live = undefined;
    return step();
  }

  #words(delta: Json): ChatEvent[] {
    const events: ChatEvent[] = [];
    const details = listOf(delta['reasoning_details']);
    for (const detail of details) events.push(...this.#next(() => this.#thoughts.detail(detail)));
    // The details say the same and more.
    const thought = details.length > 0 ? undefined : readThoughtWords(delta);
    for (const words of [...(thought === undefined ? [] : [thought]), ...readContentWords(delta['content'])]) {
      if (words.text === '') continue;
      if (words.type === 'reasoning') events.push(...this.#next(() => this.#thoughts.words(words.text, words.field)));
      else events.push(...this.#next(() => this.#add('text', words.text)));
    }
    const refusal = textOf(delta['refusal']);
    if (refusal === '') return events;
    this.#hasRefusal = true;
    return [...events, ...this.#next(() => this.#add('refusal', refusal))];
  }

  #add(type: 'text' | 'refusal', text: string): ChatEvent[] {
    return [...this.#thoughts.leave(), ...this.#blocks.add(type, text)];
  }

  #extras(delta: Json): ChatEvent[] {
    const events: ChatEvent[] = [];
    for (const annotation of listOf(delta['annotations'])) {
      const citation = readCitation(annotation);
      if (citation === undefined) continue;
      this.#hasCitations = true;
      events.push(...this.#next(() => [...this.#thoughts.leave(), ...this.#blocks.cite(citation)]));
    }
    for (const block of readImages(delta)) {
      const step: Step = () => [...this.#thoughts.leave(), ...this.#blocks.close(), { type: 'block', choice: this.#choice, block }];
      events.push(...this.#next(step));
    }
    const audio = isObject(delta['audio']) ? delta['audio'] : {};
    // Each piece is base64 of its own.
    if (textOf(audio['data']) !== '') this.#speech.push(Buffer.from(textOf(audio['data']), 'base64'));
    const transcript = textOf(audio['transcript']);
    if (transcript !== '') events.push(...this.#next(() => this.#add('text', transcript)));
    const signature = readOwnExtraContent(delta['extra_content']);
    if (signature !== undefined) events.push(...this.#next(() => [...this.#thoughts.leave(), ...this.#blocks.sign('text', signature)]));
    return events;
  }

  #toolCalls(delta: Json): ChatEvent[] {
    const older = delta['function_call'];
    const values = [...listOf(delta['tool_calls']), ...(isObject(older) ? [{ index: -1, function: older }] : [])];
    return values.flatMap((value) => this.#toolCall(value));
  }

  #toolCall(value: unknown): ChatEvent[] {
    const read = this.#calls.read(value);
    if (read === undefined) return [];
    const { call, text, signature } = read;
    if (call === this.#live) return [...this.#blocks.extend(text), ...this.#sign(signature), ...this.#goOn()];
    if (call.state !== 'unnamed' || call.name === '') return [];
    call.state = 'waiting';
    return this.#next(() => this.#open(call));
  }

  #open(call: StreamCall): ChatEvent[] {
    const { id, name, kind, text, signature } = call;
    call.state = 'open';
    const left = this.#thoughts.leave();
    this.#live = call;
    return [...left, ...this.#blocks.open({ type: 'tool-call', id, name, kind }), ...this.#blocks.extend(text), ...this.#sign(signature)];
  }

  #sign(signature: Signature | undefined): ChatEvent[] {
    return signature === undefined ? [] : [{ type: 'signature', choice: this.#choice, signature }];
  }

  /** What waited for the call that is open. */
  #goOn(): ChatEvent[] {
    const events: ChatEvent[] = [];
    while (this.#waiting.length > 0 && (this.#live === undefined || isWhole(this.#live))) {
      events.push(...this.#take(this.#waiting.shift()!));
    }
    return events;
  }

  #keepLogprobs(value: unknown): void {
    if (!isObject(value)) return;
    this.#logprobs ??= { content: [], refusal: [] };
    this.#logprobs.content.push(...listOf(value['content']));
    this.#logprobs.refusal.push(...listOf(value['refusal']));
  }

  #logprobsOfAll(): object {
    const { content = [], refusal = [] } = this.#logprobs ?? {};
    return { content: content.length === 0 ? null : content, refusal: refusal.length === 0 ? null : refusal };
  }
}
