// What one dialect can do: four pure converters towards callers and four towards providers. A folder of src/dialects/ exports
// those that it has, as one object of these types.
import type { ChatAnswer, ChatEvent } from './answer.ts';
import type { Losses } from './losses.ts';
import type { ChatOptions, ChatRequest, DialectName } from './request.ts';
import type { NameRule } from './tool-names.ts';

/** An error as it goes to a caller, in no dialect. */
export interface DialectError {
  status: number;
  message: string;
  /** Kind of error in OpenAI's words, for example `invalid_request_error`; dialects map it to theirs. */
  type: string;
  code: string | null;
  param: string | null;
  requestId: string;
}

/** Thrown by readers of requests: the caller's fault, in words that name the field and what it should be. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  /** Path of the field, for example `messages[0].content`. */
  readonly param: string;

  constructor(param: string, message: string) {
    super(message);
    this.param = param;
  }
}

/** What a writer of answers needs besides the answer. */
export interface AnswerHead {
  /** Model name that the application asked for. */
  model: string;
  /** Seconds since the epoch. */
  created: number;
  /** Makes the ids of answers and tool calls: 24 random letters and digits, new each time. */
  newId(): string;
  losses: Losses;
  /** The caller's body. */
  request: Readonly<Record<string, unknown>>;
}

/** Turns events into the bytes of a stream, in order. */
export interface StreamWriter {
  write(event: ChatEvent): string;
  /** The end after an answer that was complete. */
  end(): string;
  /** The end of an answer that broke off. */
  fail(error: DialectError): string;
}

/** Reads the bytes of a provider's stream, however they are cut. */
export interface StreamReader {
  push(chunk: Buffer): ChatEvent[];
  /** After the last byte. `complete`: the answer came to an end of its own. */
  end(): { events: ChatEvent[]; complete: boolean };
}

/** Towards callers. */
export interface SurfaceDialect {
  readonly name: DialectName;
  /** Content type of its streams. */
  readonly streamType: string;
  /** @throws RequestError. What no other dialect can hold is told to `losses` by the caller's name. */
  readRequest(body: Readonly<Record<string, unknown>>, losses: Losses): ChatRequest;
  /** The caller's name of an option. */
  nameOf(option: keyof ChatOptions): string;
  /** The conversation holds thoughts of a model of another dialect, which a provider of this one would refuse. */
  holdsForeign?(body: Readonly<Record<string, unknown>>): boolean;
  /** Such a body without them, all else as it came. Undefined: it has to be read and written anew. */
  withoutForeign?(body: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
  /** The caller's path of a block or tool, where it is not the middle's `<message>.content[<block>]` or `tools[<index>]`. */
  pathOf?(name: string, body: Readonly<Record<string, unknown>>): string;
  writeAnswer(answer: ChatAnswer, head: AnswerHead): object;
  writeStream(head: AnswerHead): StreamWriter;
  /** The end of a stream that passed as it came and then broke off, where it goes on from `last`, its latest bytes. */
  failPassed?(error: DialectError, last: string): string;
  writeError(error: DialectError): object;
}

/** Tells of what a provider cannot hold. */
export interface WriteContext {
  losses: Losses;
  /** The caller's name of an option. */
  nameOf(option: keyof ChatOptions): string;
  /** Who runs the server, where its address tells: many speak OpenAI's dialect, and OpenAI itself refuses what others need. */
  vendor?: 'openai' | undefined;
  /** The caller speaks this dialect and gets the answer as it comes: tools stay what they are. */
  isNative?: boolean;
}

/** Towards providers. */
export interface ProviderDialect {
  readonly name: DialectName;
  /** What it takes for the name of a tool; requests that reach `writeRequest` have no other. Undefined: anything. */
  readonly toolNames?: NameRule;
  /** The body for the provider. What it cannot hold is told to the context. */
  writeRequest(request: ChatRequest, context: WriteContext): Record<string, unknown>;
  /** @throws Error when the JSON is no answer. */
  readAnswer(json: unknown): ChatAnswer;
  readStream(): StreamReader;
}

