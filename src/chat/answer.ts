// A chat answer in no dialect, whole or as it comes: what the providers read and the surfaces write.
import type { Block, Citation, Signature } from './request.ts';

/** Tokens of one request in OpenAI's convention: cached and cache-write tokens are part of input, reasoning tokens part of output. */
export interface Usage {
  inputTokens: number;
  outputTokens: number;
  cachedInputTokens: number;
  reasoningTokens: number;
  /** Tokens that were put into a cache, where the provider says so. */
  cacheWriteTokens?: number;
}

/**
 * Why an answer ended. `tool-calls` whenever there are any, whatever the provider calls it. `pause`: the provider wants to be
 * asked again to go on. `error`: the model did something that the provider could not use.
 */
export type FinishReason = 'stop' | 'stop-sequence' | 'length' | 'tool-calls' | 'content-filter' | 'refusal' | 'pause' | 'error';

export interface Choice {
  content: Block[];
  finish: FinishReason;
  /** The stop sequence that was met. */
  stopSequence?: string;
  /** OpenAI's form: `{content: [...], refusal: [...]}`. */
  logprobs?: unknown;
}

export interface ChatAnswer {
  /** The provider's id of the answer, possibly empty. */
  id: string;
  /** As the provider calls it, possibly empty. */
  model: string;
  choices: Choice[];
  usage?: Usage;
  serviceTier?: string;
}

/** What an error inside an answer says, before anything is taken out of it. */
export interface AnswerError {
  message: string;
  type: string | null;
  code: string | null;
}

/** The block as it opens, with what is known from the start. */
export type OpenBlock =
  | { type: 'text' }
  | { type: 'reasoning'; id?: string; redacted?: boolean }
  | { type: 'refusal' }
  | { type: 'tool-call'; id: string; name: string; kind: 'function' | 'custom' };

/**
 * What a stream is made of. In each choice blocks come one after the other: `open`, then any number of `delta`, `signature` and
 * `citation`, then `close`. `finish` comes once for each choice, after its last block; `usage` may come at any time and the last
 * one holds. Nothing tells the end: that is the end of the reader's input.
 */
export type ChatEvent =
  | { type: 'start'; id: string; model: string }
  | { type: 'open'; choice: number; block: OpenBlock }
  /** Text of the block that is open: its words, or its arguments. Never empty. */
  | { type: 'delta'; choice: number; text: string }
  /** Of the block that is open. */
  | { type: 'signature'; choice: number; signature: Signature }
  | { type: 'citation'; choice: number; citation: Citation }
  | { type: 'close'; choice: number }
  /** A whole block that never comes in pieces: an image, a tool that ran at the provider. */
  | { type: 'block'; choice: number; block: Block }
  | { type: 'logprobs'; choice: number; logprobs: unknown }
  | { type: 'finish'; choice: number; reason: FinishReason; stopSequence?: string }
  | { type: 'usage'; usage: Usage }
  /** The provider failed in the middle. Nothing follows. */
  | { type: 'error'; error: AnswerError };
