// Streams for callers of streamGenerateContent: server-sent events, or one JSON array where `alt=sse` was not asked for.
import type { ChatEvent, OpenBlock, Usage } from '../../chat/answer.ts';
import type { AnswerHead, StreamWriter } from '../../chat/dialect.ts';
import type { Citation, Signature } from '../../chat/request.ts';
import { writeError } from './error.ts';
import { writeFinish } from './finish.ts';
import { groundingOf } from './grounding.ts';
import { defined, type JsonObject } from './json.ts';
import { writeLogprobs } from './logprobs.ts';
import { writeUsage } from './usage.ts';
import { answerPart, callPart, textPart } from './write-answer-parts.ts';

interface ChoiceState {
  open: OpenBlock | undefined;
  /** Of the block that is open. */
  text: string;
  signature?: Signature;
  citations: Citation[];
  cited: { text: string; citations: Citation[] }[];
  finishReason: string | undefined;
  logprobsResult: JsonObject | undefined;
}

/** Turns events into chunks; how chunks become bytes is the same question for all of them. */
class Chunks {
  readonly #head: AnswerHead;
  readonly #choices = new Map<number, ChoiceState>();
  #id = '';
  #usage: Usage | undefined;

  constructor(head: AnswerHead) {
    this.#head = head;
  }

  read(event: ChatEvent): JsonObject[] {
    switch (event.type) {
      case 'start':
        this.#id = event.id;
        return [];
      case 'usage':
        this.#usage = event.usage;
        return [];
      case 'error':
        return [];
      default:
        return this.#readOfChoice(event, this.#choiceAt(event.choice)).map((part) =>
          this.#chunk([{ content: content(part), index: event.choice }]),
        );
    }
  }

  /** Google puts the reason and the usage on the last chunk. */
  last(): JsonObject {
    const candidates = [...this.#choices].map(([index, { finishReason, logprobsResult, cited }]) =>
      defined({
        content: content({ text: '' }),
        finishReason: finishReason ?? 'OTHER',
        index,
        groundingMetadata: groundingOf(cited),
        logprobsResult,
      }),
    );
    return this.#chunk(candidates, this.#usage === undefined ? {} : { usageMetadata: writeUsage(this.#usage) });
  }

  #readOfChoice(event: Extract<ChatEvent, { choice: number }>, choice: ChoiceState): JsonObject[] {
    const { open, signature } = choice;
    const signed = signature === undefined ? {} : { signature };
    switch (event.type) {
      case 'open':
        Object.assign(choice, { open: event.block, text: '', citations: [] });
        delete choice.signature;
        return [];
      case 'delta':
        choice.text += event.text;
        // Arguments are an object here, which is only there when it is whole.
        return open === undefined || open.type === 'tool-call' ? [] : [textPart(open.type, event.text)];
      case 'signature':
        choice.signature = event.signature;
        return [];
      case 'citation':
        choice.citations.push(event.citation);
        return [];
      case 'close':
        choice.open = undefined;
        if (open?.type === 'tool-call') return [callPart({ ...open, ...signed, arguments: choice.text }, this.#head)];
        if (choice.citations.length > 0) choice.cited.push({ text: choice.text, citations: choice.citations });
        if (open === undefined || signature === undefined) return [];
        return [textPart(open.type, '', signature, open.type === 'reasoning' && open.redacted === true)];
      case 'block':
        return [answerPart(event.block, this.#head)].filter((part) => part !== undefined);
      case 'logprobs':
        choice.logprobsResult = writeLogprobs(event.logprobs);
        return [];
      case 'finish':
        choice.finishReason = writeFinish(event.reason);
        return [];
      default:
        return event satisfies never;
    }
  }

  #choiceAt(index: number): ChoiceState {
    const known = this.#choices.get(index);
    if (known !== undefined) return known;
    const made: ChoiceState = {
      open: undefined,
      text: '',
      citations: [],
      cited: [],
      finishReason: undefined,
      logprobsResult: undefined,
    };
    this.#choices.set(index, made);
    return made;
  }

  #chunk(candidates: JsonObject[], rest: JsonObject = {}): JsonObject {
    this.#id ||= this.#head.newId();
    return { candidates, ...rest, modelVersion: this.#head.model, responseId: this.#id };
  }
}

function content(part: JsonObject): JsonObject {
  return { parts: [part], role: 'model' };
}

export function writeStream(head: AnswerHead): StreamWriter {
  const chunks = new Chunks(head);
  const frame = (chunk: object): string => `data: ${JSON.stringify(chunk)}\r\n\r\n`;
  return {
    write: (event) => chunks.read(event).map(frame).join(''),
    end: () => frame(chunks.last()),
    fail: (error) => frame(writeError(error)),
  };
}

/** The same as one JSON array, complete in every case. */
export function writeArrayStream(head: AnswerHead): StreamWriter {
  const chunks = new Chunks(head);
  let before = '[';
  const frame = (chunk: object): string => {
    const text = `${before}${JSON.stringify(chunk)}`;
    before = ',\r\n';
    return text;
  };
  return {
    write: (event) => chunks.read(event).map(frame).join(''),
    end: () => `${frame(chunks.last())}]`,
    fail: (error) => `${frame(writeError(error))}]`,
  };
}
