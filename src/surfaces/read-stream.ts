// Reads streams as callers get them. Answers are read beside what passes, whoever has written them.
import type { ChatEvent } from '../chat/answer.ts';
import type { StreamReader, SurfaceDialect } from '../chat/dialect.ts';
import type { DialectName } from '../chat/request.ts';
import { ServerSentEvents } from '../chat/server-sent-events.ts';
import { anthropicProvider } from '../dialects/anthropic/dialect.ts';
import { googleProvider } from '../dialects/google/dialect.ts';
import { openAiChatProvider } from '../dialects/openai-chat/dialect.ts';
import { openAiResponsesProvider } from '../dialects/openai-responses/dialect.ts';

const READERS: Readonly<Partial<Record<DialectName, () => StreamReader>>> = {
  'openai-chat': openAiChatProvider.readStream,
  'openai-responses': openAiResponsesProvider.readStream,
  anthropic: anthropicProvider.readStream,
  google: googleProvider.readStream,
};

/** Strings of a JSON value, in order. */
function* strings(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) yield* strings(inner);
}

/** Any other event stream: what its choices, or else its events, say is one text each. */
class PlainReader implements StreamReader {
  readonly #events = new ServerSentEvents();
  readonly #open = new Set<number>();

  push(chunk: Buffer): ChatEvent[] {
    return this.#events.push(chunk).flatMap(({ data }) => this.#read(data));
  }

  end(): { events: ChatEvent[]; complete: boolean } {
    return { events: [], complete: true };
  }

  #read(data: string): ChatEvent[] {
    let json: unknown;
    try {
      json = JSON.parse(data);
    } catch {
      return this.#say(0, data === '[DONE]' ? '' : data);
    }
    const choices: unknown = (json as { choices?: unknown } | null)?.choices;
    if (!Array.isArray(choices)) return this.#say(0, [...strings(json)].join(' '));
    return choices.flatMap((choice: { index?: number; text?: unknown }, at) => this.#say(choice?.index ?? at, [...strings(choice?.text)].join('')));
  }

  #say(choice: number, text: string): ChatEvent[] {
    if (text === '') return [];
    const isNew = !this.#open.has(choice);
    this.#open.add(choice);
    return [...(isNew ? [{ type: 'open', choice, block: { type: 'text' } } as const] : []), { type: 'delta', choice, text }];
  }
}

/** A reader for what a caller of this dialect gets as the answer to a chat, or to anything else. */
export function streamReaderOf({ name }: SurfaceDialect, isChat: boolean): StreamReader {
  return (isChat ? READERS[name]?.() : undefined) ?? new PlainReader();
}
