// A stream for a caller: chunks as OpenAI's SDKs expect them, from the first role to `[DONE]`.
import type { ChatEvent, Usage } from '../../chat/answer.ts';
import type { AnswerHead, DialectError, StreamWriter } from '../../chat/dialect.ts';
import { isObject } from '../../chat/json.ts';
import { writeError } from './error.ts';
import { writeUsage } from './usage.ts';
import { ChoiceWriter, type ChunkChoice } from './write-choice.ts';

const DONE = 'data: [DONE]\n\n';

function wantsUsage({ request }: AnswerHead): boolean {
  const options = Object.hasOwn(request, 'stream_options') ? request['stream_options'] : undefined;
  return isObject(options) && options['include_usage'] === true;
}

/** Nearly every chunk is words and nothing else; the rest of it is always the same. */
function jsonOf(choice: ChunkChoice): string {
  const { index, delta, logprobs, finish_reason: reason } = choice;
  if (logprobs !== null || reason !== null) return JSON.stringify(choice);
  return `{"index":${index},"delta":${JSON.stringify(delta)},"logprobs":null,"finish_reason":null}`;
}

class ChatStreamWriter implements StreamWriter {
  readonly #head: AnswerHead;
  readonly #prefix: string;
  readonly #suffix: string;
  readonly #wantsUsage: boolean;
  readonly #choices = new Map<number, ChoiceWriter>();
  #usage: Usage | undefined;

  constructor(head: AnswerHead) {
    this.#head = head;
    this.#wantsUsage = wantsUsage(head);
    const common = { id: `chatcmpl-${head.newId()}`, object: 'chat.completion.chunk', created: head.created, model: head.model };
    // The same in every chunk: no need to make it again for each word.
    this.#prefix = `data: ${JSON.stringify(common).slice(0, -1)},"choices":`;
    this.#suffix = `]${this.#wantsUsage ? ',"usage":null' : ''}}\n\n`;
  }

  write(event: ChatEvent): string {
    switch (event.type) {
      case 'start':
        return this.#begin(0);
      case 'usage':
        this.#usage = event.usage;
        return '';
      case 'error':
        // Told by fail().
        return '';
      default: {
        let written = this.#begin(event.choice);
        for (const choice of this.#choices.get(event.choice)!.write(event)) written += this.#chunk(choice);
        return written;
      }
    }
  }

  end(): string {
    if (!this.#wantsUsage || this.#usage === undefined) return DONE;
    return `${this.#prefix}[],"usage":${JSON.stringify(writeUsage(this.#usage))}}\n\n${DONE}`;
  }

  fail(error: DialectError): string {
    return `data: ${JSON.stringify(writeError(error))}\n\n${DONE}`;
  }

  /** SDKs take the role from the first delta of a choice. */
  #begin(index: number): string {
    if (this.#choices.has(index)) return '';
    const choice = new ChoiceWriter(index, this.#head);
    this.#choices.set(index, choice);
    return this.#chunk(choice.begin());
  }

  #chunk(choice: ChunkChoice): string {
    return `${this.#prefix}[${jsonOf(choice)}${this.#suffix}`;
  }
}

export function writeStream(head: AnswerHead): StreamWriter {
  return new ChatStreamWriter(head);
}
