// A provider's stream: events with their type in the data, ended by response.completed, .incomplete or .failed. Some providers send plain
// JSON under the content type of a stream: an error, or the whole answer.
import type { AnswerError, ChatEvent } from '../../chat/answer.ts';
import type { StreamReader } from '../../chat/dialect.ts';
import { unfoldAnswer } from '../../chat/fold.ts';
import { ServerSentEvents } from '../../chat/server-sent-events.ts';
import { isObject, type Json } from '../../chat/json.ts';
import { field, objectOf, textOf } from './fields.ts';
import { readAnswer } from './read-answer.ts';
import { finishOf } from './read-output.ts';
import { StreamItems } from './stream-items.ts';
import { readUsage } from './usage.ts';

const LAST = ['response.completed', 'response.incomplete', 'response.failed', 'response.done'];
const MAX_JSON_BYTES = 32 * 1024 * 1024;

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function readError(value: unknown): AnswerError {
  const error = objectOf(value);
  const code = field(error, 'code');
  const type = textOf(field(error, 'type'));
  return {
    message: (typeof value === 'string' ? value : textOf(field(error, 'message'))) || 'The provider failed.',
    type: type === '' || type === 'error' ? null : type,
    code: typeof code === 'number' ? String(code) : textOf(code) || null,
  };
}

export class ResponseStreamReader implements StreamReader {
  readonly #sse = new ServerSentEvents();
  readonly #items = new StreamItems();
  #form: 'unknown' | 'events' | 'json' = 'unknown';
  #json: Buffer[] = [];
  #jsonBytes = 0;
  #started = false;
  /** Its usage comes with response.failed after it, and nothing may follow an error. */
  #error: AnswerError | undefined;
  #ended = false;
  #complete = false;

  push(chunk: Buffer): ChatEvent[] {
    if (this.#form === 'unknown') this.#recognise(chunk);
    if (this.#form !== 'json') return this.#sse.push(chunk).flatMap(({ data }) => this.#take(parse(data)));
    this.#jsonBytes += chunk.length;
    if (this.#jsonBytes <= MAX_JSON_BYTES) this.#json.push(chunk);
    return [];
  }

  end(): { events: ChatEvent[]; complete: boolean } {
    const events =
      this.#form === 'json'
        ? this.#whole(
            parse(
              Buffer.concat(this.#json)
                .toString()
                .replace(/^\uFEFF/, ''),
            ),
          )
        : this.#sse.end().flatMap(({ data }) => this.#take(parse(data)));
    if (!this.#ended) events.push(...this.#items.close(), ...this.#fail());
    return { events, complete: this.#complete };
  }

  /** No line of an event stream begins with a brace. */
  #recognise(chunk: Buffer): void {
    const first = chunk
      .toString('latin1')
      .replace(/^[\s\u00EF\u00BB\u00BF]+/, '')
      .charAt(0);
    if (first !== '') this.#form = first === '{' ? 'json' : 'events';
  }

  #take(event: unknown): ChatEvent[] {
    if (!isObject(event) || this.#ended) return [];
    const type = textOf(field(event, 'type'));
    if (type === 'error' || (type === '' && field(event, 'error') !== undefined)) {
      this.#error = readError(field(event, 'error') ?? event);
      return [];
    }
    const response = objectOf(field(event, 'response'));
    if (LAST.includes(type)) return this.#last(type, response);
    if (type === '') return this.#whole(event);
    return [...this.#start(response), ...this.#items.take(event)];
  }

  #start(response: Json): ChatEvent[] {
    const id = textOf(field(response, 'id'));
    const model = textOf(field(response, 'model'));
    if (this.#started || (id === '' && model === '')) return [];
    this.#started = true;
    return [{ type: 'start', id, model }];
  }

  #last(type: string, response: Json): ChatEvent[] {
    // Providers that tell nothing of the items on the way tell of them now.
    if (this.#items.isEmpty && Array.isArray(field(response, 'output')) && this.#error === undefined && type !== 'response.failed') {
      return this.#whole(response);
    }
    this.#ended = true;
    const events = [...this.#start(response), ...this.#items.close()];
    const usage = readUsage(field(response, 'usage'));
    if (usage !== undefined) events.push({ type: 'usage', usage });
    if (type === 'response.failed') this.#error ??= readError(field(response, 'error'));
    if (this.#error !== undefined) return [...events, ...this.#fail()];
    this.#complete = true;
    return [...events, { type: 'finish', choice: 0, reason: finishOf(response, this.#items.has) }];
  }

  #whole(json: unknown): ChatEvent[] {
    if (!isObject(json)) return [];
    const failed = field(json, 'error');
    if (!Array.isArray(field(json, 'output')) || field(json, 'status') === 'failed') {
      if (failed === undefined) return [];
      this.#ended = true;
      const usage = readUsage(field(json, 'usage'));
      this.#error = readError(failed);
      return [...(usage === undefined ? [] : [{ type: 'usage', usage } as const]), ...this.#fail()];
    }
    const status = field(json, 'status');
    if (status === 'queued' || status === 'in_progress') return [];
    const [start, ...rest] = unfoldAnswer(readAnswer(json));
    this.#ended = true;
    this.#complete = true;
    return this.#started || start === undefined ? rest : [start, ...rest];
  }

  #fail(): ChatEvent[] {
    return this.#error === undefined ? [] : [{ type: 'error', error: this.#error }];
  }
}
