// OpenAI's Chat Completions, towards callers.
import type { SurfaceDialect } from '../../chat/dialect.ts';
import { writeError } from './error.ts';
import { NAMES } from './read-options.ts';
import { readRequest } from './read-request.ts';
import { writeAnswer } from './write-answer.ts';
import { writeStream } from './write-stream.ts';

export const openAiChatSurface: SurfaceDialect = {
  name: 'openai-chat',
  streamType: 'text/event-stream',
  readRequest,
  nameOf: (option) => NAMES[option],
  writeAnswer,
  writeStream,
  writeError,
};
