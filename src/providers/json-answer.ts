// Answers in one piece of JSON that are no chat: read whole, and written anew for the caller.
import type { Usage } from '../chat/answer.ts';
import type { AnswerReader } from './provider.ts';
import { WholeBody } from './whole-body.ts';

export interface ConvertedAnswer {
  body: object;
  usage?: Usage | undefined;
}

export class JsonAnswer implements AnswerReader {
  readonly contentType = 'application/json';
  readonly isEventStream = false;
  readonly keepsLength = false;
  readonly failed = false;
  brokeOff = false;
  readonly #convert: (json: unknown) => ConvertedAnswer;
  readonly #body = new WholeBody();
  #usage: Usage | undefined;

  /** `convert` throws where the JSON is not what was asked for. */
  constructor(convert: (json: unknown) => ConvertedAnswer) {
    this.#convert = convert;
  }

  push(chunk: Buffer): undefined {
    this.#body.push(chunk);
  }

  end(): string | undefined {
    try {
      const { body, usage } = this.#convert(JSON.parse(this.#body.text()));
      this.#usage = usage;
      return JSON.stringify(body);
    } catch {
      this.brokeOff = true;
      return undefined;
    }
  }

  usage(): Usage | undefined {
    return this.#usage;
  }

  fail(): string {
    return '';
  }
}
