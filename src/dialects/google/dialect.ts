// Gemini's generateContent, as the Gemini API and Vertex AI speak it.
import type { ProviderDialect, SurfaceDialect } from '../../chat/dialect.ts';
import { pathOf } from './block-paths.ts';
import { writeError } from './error.ts';
import { nameOf } from './option-names.ts';
import { readAnswer } from './read-answer.ts';
import { readRequest } from './read-request.ts';
import { readStream } from './read-stream.ts';
import { holdsForeign } from './signature.ts';
import { writeAnswer } from './write-answer.ts';
import { writeRequest } from './write-request.ts';
import { writeArrayStream, writeStream } from './write-stream.ts';

/** The narrowest of Google's documents: Vertex AI wants a letter or an underscore first, and older models had no more than 64. */
const TOOL_NAMES = { legal: /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/, illegalCharacters: /[^a-zA-Z0-9_.:-]/g, longest: 64 };

export const googleProvider: ProviderDialect = { name: 'google', toolNames: TOOL_NAMES, writeRequest, readAnswer, readStream };

export const googleSurface: SurfaceDialect = {
  name: 'google',
  streamType: 'text/event-stream',
  readRequest,
  nameOf,
  pathOf,
  holdsForeign,
  writeAnswer,
  writeStream,
  writeError,
};

/** For callers that stream without `alt=sse`. */
export const googleArraySurface: SurfaceDialect = { ...googleSurface, streamType: 'application/json', writeStream: writeArrayStream };
