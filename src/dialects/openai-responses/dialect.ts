// OpenAI's Responses API, towards callers and towards providers.
import type { SurfaceDialect } from '../../chat/dialect.ts';
import { writeError } from './error.ts';
import { OPTION_NAMES, readRequest } from './read-request.ts';
import { writeAnswer } from './write-answer.ts';
import { ResponseStreamWriter } from './write-stream.ts';

export const openAiResponsesSurface: SurfaceDialect = {
  name: 'openai-responses',
  streamType: 'text/event-stream; charset=utf-8',
  readRequest,
  nameOf: (option) => OPTION_NAMES[option] ?? option,
  writeAnswer,
  writeStream: (head) => new ResponseStreamWriter(head),
  writeError,
};
