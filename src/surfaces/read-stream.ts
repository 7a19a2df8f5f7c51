// Reads streams of chats as callers get them. Answers are read beside what passes, whoever has written them.
import type { StreamReader, SurfaceDialect } from '../chat/dialect.ts';
import type { DialectName } from '../chat/request.ts';
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

/** A reader for what a caller of this dialect gets as the answer to a chat. */
export const streamReaderOf = ({ name }: SurfaceDialect): StreamReader | undefined => READERS[name]?.();
