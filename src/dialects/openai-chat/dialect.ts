// OpenAI's Chat Completions, towards callers and towards the many servers that speak it.
import type { ProviderDialect, SurfaceDialect } from '../../chat/dialect.ts';
import type { NameRule } from '../../chat/tool-names.ts';
import { writeError } from './error.ts';
import { pathOf } from './loss-names.ts';
import { readAnswer } from './read-answer.ts';
import { NAMES } from './read-options.ts';
import { readRequest } from './read-request.ts';
import { readStream } from './read-stream.ts';
import { holdsForeign } from './signatures.ts';
import { writeAnswer } from './write-answer.ts';
import { writeRequest } from './write-request.ts';
import { writeStream } from './write-stream.ts';

export const openAiChatSurface: SurfaceDialect = {
  name: 'openai-chat',
  streamType: 'text/event-stream',
  readRequest,
  nameOf: (option) => NAMES[option],
  holdsForeign,
  pathOf,
  writeAnswer,
  writeStream,
  writeError,
};

/** Of OpenAI; servers that allow more allow these. */
const TOOL_NAMES: NameRule = { legal: /^[a-zA-Z0-9_-]{1,64}$/, illegalCharacters: /[^a-zA-Z0-9_-]/g, longest: 64 };

export const openAiChatProvider: ProviderDialect = { name: 'openai-chat', toolNames: TOOL_NAMES, writeRequest, readAnswer, readStream };
