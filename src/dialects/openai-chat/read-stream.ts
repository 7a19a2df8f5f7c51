// A server's stream: chunks, in whatever pieces they come, until `[DONE]`, a reason for the end, or an error.
import type { ChatEvent } from '../../chat/answer.ts';
import type { StreamReader } from '../../chat/dialect.ts';
import { unfoldAnswer } from '../../chat/fold.ts';
import { EventTooLongError, type ServerSentEvent, ServerSentEvents } from '../../chat/server-sent-events.ts';
import type { Citation } from '../../chat/request.ts';
import { isObject, type Json } from '../../chat/json.ts';
import { readAnswerError } from './answer-error.ts';
import { choiceIndex, listOf, readSources, textOf } from './message-values.ts';
import { readAnswer } from './read-answer.ts';
import { StreamChoice } from './stream-choice.ts';
import { readUsage } from './usage.ts';

const MAX_JSON_BYTES = 32 * 1024 * 1024;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Usage of a chunk, wherever the server has it: beside the choices, in one of them, or in Groq's own field. */
function usageEvents(chunk: Json): ChatEvent[] {
  const groq = isObject(chunk['x_groq']) ? chunk['x_groq'] : {};
  const [first] = listOf(chunk['choices']);
  const usage = readUsage(chunk['usage']) ?? readUsage(groq['usage']) ?? readUsage(isObject(first) ? first['usage'] : undefined);
  return usage === undefined ? [] : [{ type: 'usage', usage }];
}

/** JSON in place of a stream: an error, or the whole answer. */
function readWhole(text: string): { events: ChatEvent[]; complete: boolean } {
  const json = parse(text);
  const error = readAnswerError(json);
  if (error !== undefined) return { events: [{ type: 'error', error }], complete: false };
  if (!isObject(json) || !Array.isArray(json['choices'])) return { events: [], complete: false };
  return { events: unfoldAnswer(readAnswer(json)), complete: true };
}

class ChatStreamReader implements StreamReader {
  readonly #events = new ServerSentEvents();
  readonly #choices = new Map<number, StreamChoice>();
  /** Undefined until the first byte that is no space tells. */
  #form: 'events' | 'json' | undefined;
  #json: Buffer[] = [];
  #jsonBytes = 0;
  #started = false;
  /** `[DONE]` or an error: nothing after it counts. */
  #over: 'done' | 'failed' | undefined;
  #sources: Citation[] = [];

  push(chunk: Buffer): ChatEvent[] {
    this.#form ??= formOf(chunk);
    if (this.#form !== 'json') return this.#events.push(chunk).flatMap((event) => this.#read(event));
    this.#jsonBytes += chunk.length;
    if (this.#jsonBytes > MAX_JSON_BYTES) throw new EventTooLongError();
    this.#json.push(chunk);
    return [];
  }

  end(): { events: ChatEvent[]; complete: boolean } {
    if (this.#form === 'json') return readWhole(Buffer.concat(this.#json).toString('utf8'));
    const events = this.#events.end().flatMap((event) => this.#read(event));
    if (this.#over !== undefined) return { events, complete: this.#over === 'done' };
    // Many servers forget the terminator.
    const complete = this.#choices.size > 0 && [...this.#choices.values()].every(({ ended }) => ended);
    return { events: [...events, ...this.#finish(complete)], complete };
  }

  #read({ event, data }: ServerSentEvent): ChatEvent[] {
    if (this.#over !== undefined) return [];
    if (data.trim() === '[DONE]') {
      this.#over = 'done';
      return this.#finish(true);
    }
    const chunk = parse(data);
    const error = readAnswerError(event === 'error' && isObject(chunk) ? { ...chunk, object: 'error' } : chunk);
    if (error !== undefined) {
      this.#over = 'failed';
      return [...(isObject(chunk) ? usageEvents(chunk) : []), { type: 'error', error }];
    }
    return isObject(chunk) ? this.#readChunk(chunk) : [];
  }

  #readChunk(chunk: Json): ChatEvent[] {
    const choices = listOf(chunk['choices']).filter(isObject);
    const events: ChatEvent[] = [];
    // Azure's first chunk has no choices, and neither id nor model.
    if (!this.#started && choices.length > 0) {
      this.#started = true;
      events.push({ type: 'start', id: textOf(chunk['id']), model: textOf(chunk['model']) });
    }
    for (const [position, choice] of choices.entries()) {
      const index = choiceIndex(choice, position);
      let reader = this.#choices.get(index);
      if (reader === undefined) this.#choices.set(index, (reader = new StreamChoice(index)));
      events.push(...reader.push(choice));
    }
    const sources = readSources(chunk);
    if (sources.length > 0) this.#sources = sources;
    return [...events, ...usageEvents(chunk)];
  }

  #finish(complete: boolean): ChatEvent[] {
    return [...this.#choices.values()].flatMap((choice) => choice.finish(complete, this.#sources));
  }
}

function formOf(chunk: Buffer): 'events' | 'json' | undefined {
  const first = chunk.find((byte) => byte > 0x20);
  if (first === undefined) return undefined;
  return first === 0x7b || first === 0x5b ? 'json' : 'events';
}

export function readStream(): StreamReader {
  return new ChatStreamReader();
}
